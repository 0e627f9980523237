from django.urls import path

from organisations import views

areas = (
    [
        path("", views.area_list, name="list"),
        path("<page:slug>/", views.AreaDetail.as_view(), name="detail"),
    ],
    "areas",
)

organisations = (
    [
        path("", views.organisation_list, name="list"),
        path("<page:slug>/", views.OrganisationDetail.as_view(), name="detail"),
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
