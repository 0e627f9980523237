"""Every public page, and nothing else."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse

from organisations.models import AreaOfWork, Organisation, Place
from timeline.models import Event, EventSeries


class OnThisSite(Sitemap):
    """Addresses as the installation is known, whatever host was asked."""

    @property
    def protocol(self):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc


class Lists(OnThisSite):
    def items(self):
        return [
            "home",
            "timeline:list",
            "areas:list",
            "organisations:list",
            "places:list",
            "about",
            "data",
        ]

    def location(self, item):
        return reverse(item)


class Pages(OnThisSite):
    limit = 10_000

    def __init__(self, model):
        self.model = model

    def items(self):
        pages = self.model.objects.published().order_by("pk")
        return pages.only("slug", "updated_at", "first_public_at")

    def lastmod(self, item):
        """Its last edit; or later, with no edit, when the clock made it public."""
        return max(item.updated_at, item.first_public_at or item.updated_at)

    def get_latest_lastmod(self):
        latest = self.model.objects.published().aggregate(
            edit=Max("updated_at"), appearance=Max("first_public_at")
        )
        return max(filter(None, latest.values()), default=None)


SITEMAPS = {
    "lists": Lists(),
    "events": Pages(Event),
    "series": Pages(EventSeries),
    "areas": Pages(AreaOfWork),
    "organisations": Pages(Organisation),
    "places": Pages(Place),
}
