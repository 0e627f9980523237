from django.urls import path

from organisations import views
from organisations.formats import views as formats

areas = (
    [
        path("", views.area_list, name="list"),
        path("<page:slug>/", views.AreaDetail.as_view(), name="detail"),
    ],
    "areas",
)

organisations = (
    [
        path("organisations/", views.organisation_list, name="list"),
        path("organisations.csv", formats.list_csv, name="csv"),
        path("organisations.json", formats.list_json, name="json"),
        path("organisations.<citation:form>", formats.list_cited, name="cite"),
        path("organisations/<page:slug>/", views.OrganisationDetail.as_view(), name="detail"),
    ],
    "organisations",
)

places = (
    [
        path("", views.place_list, name="list"),
        path("<page:slug>/", views.PlaceDetail.as_view(), name="detail"),
    ],
    "places",
)
