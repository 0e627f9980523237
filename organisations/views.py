from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from organisations import facets
from organisations.finder import OrganisationFinder
from organisations.lifespans import bodies_in_time
from organisations.models import Activity, AreaOfWork, Organisation, Place, Succession
from organisations.nearby import near
from peaceportal.core.addresses import PublicPageView
from peaceportal.core.crawling import spare_crawlers
from peaceportal.core.looser import looser, neighbours
from peaceportal.core.options import to_choose
from peaceportal.core.remembered import content_state
from peaceportal.core.trees import branches

LARGEST = 20


@require_safe
def organisation_list(request):
    finder = OrganisationFinder(request.GET, Organisation.objects.published())
    state = content_state()
    if name := to_choose(request.GET, facets.LARGE):
        choice = facets.offered(finder, name, request.GET, state)
        return render(request, "choose.html", {"choice": choice})
    counted = facets.counted(finder, state)
    count = counted[facets.ALL].total
    page = finder.result_page(Organisation.objects.for_list(), count)
    is_empty = finder.is_filtered and not count
    context = {
        "finder": finder,
        "page": page,
        "sentence": finder.sentence(count),
        "number": finder.number(count),
        "qualities": finder.qualities(count),
        "looser": looser(finder) if is_empty else None,
        "neighbours": neighbours(finder, near(finder)) if is_empty else [],
        "next_address": finder.next_address(page),
        "previous_address": finder.previous_address(page),
        "groups": facets.groups(finder, counted),
    }
    return spare_crawlers(render(request, "organisations/list.html", context), finder)


@require_safe
def area_list(request):
    areas = AreaOfWork.objects.published()
    return render(request, "areas/list.html", {"branches": branches(areas)})


@require_safe
def place_list(request):
    places = Place.objects.published()
    return render(request, "places/list.html", {"branches": branches(places)})


class TreePageView(PublicPageView):
    """A page with what it is part of, and what is part of it."""

    def get_context_data(self, **kwargs):
        above, within = self.object.family()
        return super().get_context_data(above=above, within=within, **kwargs)


class OrganisationDetail(PublicPageView):
    template_name = "organisations/detail.html"
    context_object_name = "organisation"
    sourced_parts = (
        "public_successions",
        "public_engagements",
        "public_activities",
        "public_resources",
    )

    def get_queryset(self):
        return Organisation.objects.for_detail()

    def get_context_data(self, **kwargs):
        self.object.public_successions = list(Succession.objects.around(self.object))
        above, within = self.object.family(deep=True)
        return super().get_context_data(
            above=above,
            bodies=bodies_in_time(self.object, within, timezone.localdate()),
            **kwargs,
        )


class AreaDetail(TreePageView):
    template_name = "areas/detail.html"
    context_object_name = "area"
    sourced_parts = (
        "public_quotations",
        "public_activities",
        "public_engagements",
        "public_resources",
    )

    def get_queryset(self):
        return AreaOfWork.objects.for_detail()


class PlaceDetail(TreePageView):
    template_name = "places/detail.html"
    context_object_name = "place"
    sourced_parts = ("public_activities",)

    def get_queryset(self):
        return Place.objects.for_detail()

    def get_context_data(self, **kwargs):
        within = Place.objects.published().beneath([self.object])
        organisations = Organisation.objects.published().at_places(within)
        shown = list(organisations[: LARGEST + 1])
        activities = list(Activity.objects.at_places(within)[: LARGEST + 1])
        self.object.public_activities = activities[:LARGEST]
        return super().get_context_data(
            organisations=shown[:LARGEST],
            has_more=len(shown) > LARGEST,
            has_more_activities=len(activities) > LARGEST,
            **kwargs,
        )
