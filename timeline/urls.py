from django.urls import path

from timeline import views
from timeline.formats import views as formats

timeline = (
    [
        path("timeline/", views.event_list, name="list"),
        path("timeline.atom", formats.list_atom, name="atom"),
        path("timeline.ics", formats.list_ics, name="ics"),
        path("timeline.csv", formats.list_csv, name="csv"),
        path("timeline.json", formats.list_json, name="json"),
        path("timeline.<citation:form>", formats.list_cited, name="cite"),
        path("timeline/<page:slug>/", views.EventDetail.as_view(), name="detail"),
        path("timeline/<page:slug>/documents/<uuid:uid>/", views.document_text, name="document"),
        path("timeline/<page:slug>.ics", formats.detail_ics, name="detail-ics"),
        path("timeline/<page:slug>.json", formats.detail_json, name="detail-json"),
    ],
    "timeline",
)

series = ([path("<page:slug>/", views.SeriesDetail.as_view(), name="detail")], "series")
