"""What was changed lately, and by whom: read from the versions, the latest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model, Q, QuerySet
from reversion.models import Revision, Version

from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.telling import at
from peaceportal.core.standing import moment
from peaceportal.core.versions.history import is_merge, who

LATELY = 1000  # versions that are looked at for what somebody changed
SOON = timedelta(minutes=1)  # after the moment of a removal, its version is kept


@dataclass(frozen=True)
class Recent:
    """What one piece of work changed: the record named first, and how many others."""

    record: str
    kind: str
    model: type[Model]
    uid: UUID
    when: str
    who: str
    how: str
    others: int


def touched_by(user: Model) -> dict[str, set[UUID]]:
    """Of the latest that somebody changed, the permanent identities by model."""
    # In the order of the revisions, which the index of their users has: nothing is sorted.
    works = Revision.objects.filter(user=user.pk, version__isnull=False).order_by("-pk")
    found: dict[str, set[UUID]] = {}
    for type_id, uid in works.values_list("version__content_type", "version__object_id")[:LATELY]:
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is not None:
            found.setdefault(model._meta.label_lower, set()).add(UUID(uid))
    return found


def versions_of_pages(models: Iterable[type[Model]]) -> QuerySet:
    """The versions of records of these models, without what they hold, the latest first.

    Read backwards from the last until there are enough. The `+ 0` hides the index of content
    types, which SQLite would rather take: by it all of them are read and sorted.
    """
    types = ContentType.objects.get_for_models(*models).values()
    versions = Version.objects.alias(of=F("content_type_id") + 0)
    return (
        versions.filter(of__in=[one.pk for one in types])
        .select_related("revision__user", "revision__detail")
        .defer("serialized_data")
        .order_by("-pk")
    )


def told(versions: Iterable[Version]) -> list[Recent]:
    """One entry for each piece of work of which these are the versions."""
    works: dict[int, list[Version]] = {}
    for version in versions:
        works.setdefault(version.revision_id, []).append(version)
    merges = _merges(works.values())
    return [_told(versions, merges) for versions in works.values()]


def _merges(works: Iterable[list[Version]]) -> list[Merge]:
    """Those of which these versions may be. One query, if any is of a merge."""
    uids = {
        version.object_id
        for versions in works
        if is_merge(versions[0].revision)
        for version in versions
    }
    if not uids:
        return []
    return list(Merge.objects.filter(Q(kept_uid__in=uids) | Q(merged_uid__in=uids)).defer("moved"))


def _told(versions: list[Version], merges: list[Merge]) -> Recent:
    first = versions[-1]  # the page that was edited comes before what stands on it
    model = ContentType.objects.get_for_id(first.content_type_id).model_class()
    if is_merge(first.revision):
        uids = {UUID(version.object_id) for version in versions}
        of_these = [one for one in merges if uids & {one.kept_uid, one.merged_uid}]
        merge, _is_undone = at(of_these, first.revision.date_created)
        if merge is not None:
            return _told_of(merge, first)
    detail = getattr(first.revision, "detail", None)
    return Recent(
        record=first.object_repr,
        kind=str(model._meta.verbose_name),
        model=model,
        uid=UUID(first.object_id),
        when=moment(first.revision.date_created),
        who=who(first.revision.user),
        how=detail.get_way_display() if detail else "",
        others=len(versions) - 1,
    )


def who_removed(removals: dict[UUID, datetime]) -> dict[UUID, str]:
    """Who made the version that was kept at that moment, by permanent identity."""
    if not removals:
        return {}
    earliest = min(removals.values()) - SOON
    uids = {str(uid): uid for uid in removals}
    versions = (
        Version.objects.filter(object_id__in=uids, revision__date_created__gte=earliest)
        .select_related("revision__user")
        .defer("serialized_data")
    )
    found: dict[UUID, str] = {}
    for version in versions.order_by("pk"):
        uid = uids[version.object_id]
        since = version.revision.date_created - removals[uid]
        if uid not in found and timedelta(0) <= since <= SOON:
            found[uid] = who(version.revision.user)
    return found


def _told_of(merge: Merge, version: Version) -> Recent:
    """By its note, and with the page that stays: what moved was edited by nobody."""
    model = apps.get_model(merge.model)
    return Recent(
        record=version.revision.comment,
        kind=str(model._meta.verbose_name),
        model=model,
        uid=merge.kept_uid,
        when=moment(version.revision.date_created),
        who=who(version.revision.user),
        how="",
        others=0,
    )
