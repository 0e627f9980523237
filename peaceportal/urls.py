from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path

import organisations.urls
import peaceportal.core.sign_in.urls
import timeline.urls
from peaceportal import citations, data, media, search, views
from peaceportal.sitemaps import SITEMAPS

urlpatterns = [
    path("", views.home, name="home"),
    path("", include(timeline.urls.timeline)),
    path("series/", include(timeline.urls.series)),
    path("areas/", include(organisations.urls.areas)),
    path("", include(organisations.urls.organisations)),
    path("places/", include(organisations.urls.places)),
    path("search/", search.search, name="search"),
    path("about/", views.about, name="about"),
    path("data/", data.about, name="data"),
    path("data/schema.json", data.schema, name="schema"),
    path("id/<uuid:uid>/", views.permanent, name="permanent"),
    path("id/<uuid:uid>.<citation:form>", citations.record, name="cite"),
    path("media/pictures/<uuid:uid>/<slug:size>.webp", media.picture, name="picture"),
    path("media/<path:name>", media.document, name="media"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap_index, name="sitemap-index"),
    path(
        "sitemap-<section>.xml",
        sitemap_views.sitemap,
        {"sitemaps": SITEMAPS},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    path("healthz", views.health, name="health"),
    path("admin/", include(peaceportal.core.sign_in.urls)),
    path("admin/", admin.site.urls),
]

handler400 = "peaceportal.views.bad_request"
handler404 = "peaceportal.views.not_found"
handler500 = "peaceportal.views.server_error"
