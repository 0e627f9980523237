from django.urls import path

from timeline import views

timeline = (
    [
        path("", views.event_list, name="list"),
        path("<page:slug>/", views.EventDetail.as_view(), name="detail"),
    ],
    "timeline",
)

series = ([path("<page:slug>/", views.SeriesDetail.as_view(), name="detail")], "series")
