"""What else lies on areas of work and in places: ongoing activities, and who works there."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import Activity, AreaOfWork, Organisation, Place
from peaceportal.core.finder import either

# Of a list that is given in passing.
SHOWN = 5
# Activities in more places than these are said without them.
MOST_PLACES = 3


def organisations_in(areas: list[AreaOfWork], places: list[Place]) -> QuerySet:
    """Public organisations that the list of organisations shows for these areas and places."""
    found = Organisation.objects.published()
    if areas:
        found = found.in_areas(AreaOfWork.objects.published().beneath(areas))
    if places:
        found = found.at_places(Place.objects.published().beneath(places))
    return found


def ongoing_activities(areas: list[AreaOfWork], places: list[Place]) -> QuerySet:
    """What anyone may see of the work that goes on; withheld places match nothing."""
    found = Activity.objects.published()
    if places:
        found = Activity.objects.at_places(Place.objects.published().beneath(places))
    if areas:
        found = found.filter(area__in=AreaOfWork.objects.published().beneath(areas))
    return found.filter(state=Activity.State.ACTIVE).prefetch_related(None)


def organisations_address(areas: list[AreaOfWork], places: list[Place]) -> str:
    pairs = [("area", area.slug) for area in areas] + [("place", place.slug) for place in places]
    return f"{reverse('organisations:list')}?{urlencode(pairs)}"


def number_of_activities(count: int, places: list[str] = ()) -> str:
    """“2 ongoing activities in Burundi and Somalia”."""
    if not places:
        text = ngettext("%(count)d ongoing activity", "%(count)d ongoing activities", count)
        return text % {"count": count}
    text = ngettext(
        "%(count)d ongoing activity in %(places)s",
        "%(count)d ongoing activities in %(places)s",
        count,
    )
    return text % {"count": count, "places": get_text_list(places, _("and"))}


@dataclass
class Alongside:
    """Counted apart from what a list shows of the same areas and places."""

    areas: list[AreaOfWork]
    places: list[Place]
    activity_count: int = 0
    organisation_count: int = 0
    activities: list[Activity] = field(default_factory=list)

    @property
    def queries(self) -> list[QuerySet]:
        """The ongoing activities and the organisations; none where nothing was asked."""
        asked = self.areas, self.places
        return [ongoing_activities(*asked), organisations_in(*asked)] if any(asked) else []

    def read(self, counts: list[int]) -> None:
        """Take the counts of `queries`, and the first activities. At most two queries."""
        if not counts:
            return
        self.activity_count, self.organisation_count = counts
        if self.activity_count:
            found = self.queries[0].select_related("area")
            self.activities = list(found.order_by("area__sort_name", "area", "order", "pk")[:SHOWN])

    def __bool__(self):
        return bool(self.activity_count or self.organisation_count)

    @property
    def heading(self) -> str:
        many = len(self.areas) > 1, len(self.places) > 1
        if not self.places:
            return ngettext("Also on this area", "Also on these areas", len(self.areas))
        if not self.areas:
            return ngettext("Also in this place", "Also in these places", len(self.places))
        return {
            (False, False): _("Also on this area in this place"),
            (False, True): _("Also on this area in these places"),
            (True, False): _("Also on these areas in this place"),
            (True, True): _("Also on these areas in these places"),
        }[many]

    @cached_property
    def ongoing(self) -> str:
        """“1 ongoing activity in Burundi and Somalia”."""
        return number_of_activities(self.activity_count, self._places_of_all())

    @property
    def left_out(self) -> int:
        """How many activities are counted and not shown."""
        return self.activity_count - len(self.activities)

    @property
    def organisations(self) -> str:
        text = ngettext(
            "%(count)d organisation", "%(count)d organisations", self.organisation_count
        )
        return text % {"count": self.organisation_count}

    @property
    def organisations_address(self) -> str:
        return organisations_address(self.areas, self.places)

    def _places_of_all(self) -> list[str]:
        """Where the activities are: if that is told of all of them, short, and not the question.

        At most one query.
        """
        if self.places or not self.activities or self.left_out:
            return []
        names = told_places(self.activities)
        placed = {activity for activity, _name in names}
        once = list(dict.fromkeys(name for _activity, name in names))
        return once if len(placed) == len(self.activities) and len(once) <= MOST_PLACES else []


def told_places(activities: list[Activity]) -> list[tuple[int, str]]:
    """The primary keys of activities with the names of their public places, by name.

    None of one that withholds them, or that a body which does takes part in.
    """
    told = Activity.objects.filter(pk__in=[activity.pk for activity in activities])
    told = told.filter(withhold_places=False).exclude(organisations__withhold_places=True)
    links = Activity.places.through.objects.filter(
        activity__in=told, place__in=Place.objects.published()
    )
    return list(
        links.order_by("place__sort_name", "place").values_list("activity_id", "place__name")
    )


@dataclass(frozen=True)
class WhoWorks:
    """The first of those who work somewhere, or on something, and where all of them are."""

    heading: str
    organisations: list[Organisation]
    count: int
    address: str

    @property
    def has_more(self) -> bool:
        return self.count > len(self.organisations)


def who_works(areas: list[AreaOfWork], places: list[Place]) -> WhoWorks | None:
    """Those at the places; if there are none, those engaged in the areas. At most two queries."""
    asked = [([], places, _("Who works in %(pages)s")), (areas, [], _("Who works on %(pages)s"))]
    for on, at, heading in asked:
        if not on and not at:
            continue
        found = organisations_in(on, at).annotate(in_all=Window(Count("pk")))
        # “active” comes before “ended”.
        shown = list(found.order_by("state", "sort_name", "pk")[:SHOWN])
        if shown:
            heading = heading % {"pages": either(on or at)}
            return WhoWorks(heading, shown, shown[0].in_all, organisations_address(on, at))
    return None
