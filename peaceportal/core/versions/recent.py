"""What was changed lately, and by whom: read from the versions, the latest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from reversion.models import Version

from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.telling import at
from peaceportal.core.standing import moment
from peaceportal.core.versions.history import is_merge, who

LATELY = 1000  # versions that are looked at for what somebody changed


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
    versions = Version.objects.filter(revision__user=user.pk).order_by("-pk")
    found: dict[str, set[UUID]] = {}
    for type_id, uid in versions.values_list("content_type", "object_id")[:LATELY]:
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is not None:
            found.setdefault(model._meta.label_lower, set()).add(UUID(uid))
    return found


def versions_of_pages(models: Iterable[type[Model]]) -> QuerySet:
    """The versions of records of these models, without what they hold, the latest first."""
    types = ContentType.objects.get_for_models(*models).values()
    versions = Version.objects.filter(content_type__in=[one.pk for one in types])
    return (
        versions.select_related("revision__user", "revision__detail")
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
