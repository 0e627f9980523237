"""What needs care, at the desk: counted on its first page, and among the filters of its lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from peaceportal.core.care import CARES, DOUBLES, Asker, Care, cares_of
from peaceportal.core.counting import count_up_to
from peaceportal.core.doubles import Double
from peaceportal.core.facets import KEPT
from peaceportal.core.missed import MissedAddress
from peaceportal.core.recent_admin import pages_seen
from peaceportal.core.remembered import content_state

MOST = 1000  # that a count tells; what is more is “more than”


class CareFilter(admin.SimpleListFilter):
    title = gettext_lazy("what needs care")
    parameter_name = "care"

    def lookups(self, request, model_admin):
        return [(care.key, care.heading) for care in cares_of(model_admin.model)]

    def queryset(self, request, queryset):
        care = chosen(queryset.model, self.value())
        return care.among(queryset, Asker(request.user)) if care else queryset


def chosen(model: type[Model], key: str | None) -> Care | None:
    return next((care for care in cares_of(model) if care.key == key), None)


class Cared(admin.ModelAdmin):
    """For the admin of a record: its list is narrowed to what needs care, and says so."""

    def get_list_filter(self, request):
        filters = super().get_list_filter(request)
        return (CareFilter, *filters) if cares_of(self.model) else filters

    def changelist_view(self, request, extra_context=None):
        care = chosen(self.model, request.GET.get(CareFilter.parameter_name))
        if care:
            names = {"records": capfirst(self.opts.verbose_name_plural), "care": care.heading}
            title = _("%(records)s: %(care)s") % names
            extra_context = {"title": title, "care": care} | (extra_context or {})
        return super().changelist_view(request, extra_context)


@dataclass(frozen=True)
class Counted:
    """So many records of one model, and where they are listed."""

    words: str
    address: str


@dataclass(frozen=True)
class Waiting:
    care: Care
    counts: list[Counted]


def waiting(request, site: admin.AdminSite, pairs: int) -> list[Waiting]:
    """Each care of which this member of staff may see any records. At most two queries."""
    asker = Asker(request.user)
    asked = [
        (care, model) for care in CARES for model in care.models if _sees(site, model, request)
    ]
    numbers = _numbers(asked, asker)
    found = []
    for care in CARES:
        counts = [
            Counted(in_words(numbers[care, model], model), address(site, model, care))
            for model in care.models
            if numbers.get((care, model))
        ]
        if counts and care is DOUBLES:
            counts = [_pairs(site, pairs)]
        if counts:
            found.append(Waiting(care, counts))
    return found


def _sees(site: admin.AdminSite, model: type[Model], request) -> bool:
    return site.is_registered(model) and site.get_model_admin(model).has_view_permission(request)


def _numbers(asked: list[tuple[Care, type[Model]]], asker: Asker) -> dict:
    """How many records each has. What only their content decides is kept while that stays."""
    state = content_state(asker.at)
    known, unknown = {}, []
    for care, model in asked:
        try:
            known[care, model] = KEPT.get(state, _key(care, model, asker))
        except KeyError:
            unknown.append((care, model))
    querysets = [care.among(model._default_manager.all(), asker) for care, model in unknown]
    for (care, model), number in zip(unknown, count_up_to(MOST, querysets), strict=True):
        known[care, model] = number
        if care.is_of_records and not care.is_personal:
            KEPT.keep(state, _key(care, model, asker), number)
    return known


def _key(care: Care, model: type[Model], asker: Asker) -> tuple:
    return "care", care.key, model, asker.today


def in_words(number: int, model: type[Model]) -> str:
    """As “12 events”, and no more than “more than 1,000 events”."""
    options = model._meta
    name = options.verbose_name if number == 1 else options.verbose_name_plural
    count = number_format(min(number, MOST), use_l10n=True, force_grouping=True)
    words = _("more than %(count)s %(records)s") if number > MOST else _("%(count)s %(records)s")
    return words % {"count": count, "records": name}


def address(site: admin.AdminSite, model: type[Model], care: Care) -> str:
    name = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return f"{reverse(name)}?{CareFilter.parameter_name}={care.key}"


def ways(request, site: admin.AdminSite, missed: int) -> list[tuple[str, str]]:
    """The lists of the desk that belong to no one kind of record: address and words."""
    found = []
    if missed and _sees(site, MissedAddress, request):
        words = ngettext(
            "%d address asked for and not found", "%d addresses asked for and not found", missed
        )
        listed = reverse(f"{site.name}:core_missedaddress_changelist")
        found.append((listed, words % missed))
    if pages_seen(request, site):
        found.append((reverse(f"{site.name}:removed"), _("Removed records")))
    return found


def apart() -> list[int]:
    """How many pairs of doubles, and how many missed addresses there are. One query."""
    return count_up_to(MOST, [Double.objects.to_decide(), MissedAddress.objects.to_look_at()])


def _pairs(site: admin.AdminSite, number: int) -> Counted:
    """Doubles are looked at as pairs, with the reason for each."""
    words = ngettext("%d pair", "%d pairs", number) % number
    return Counted(words, reverse(f"{site.name}:doubles"))


def parted(found: list[Waiting], user: Model) -> Iterator[tuple[str, list[Waiting]]]:
    """What waits for this person first, then the rest; each with its heading."""
    theirs = [one for one in found if one.care.waits_for(user)]
    rest = [one for one in found if one not in theirs]
    if theirs:
        yield _("Waiting for you"), theirs
    if rest:
        yield _("What needs care"), rest
