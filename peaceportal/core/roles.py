"""What staff may do. A migration makes a group for each role; accounts are put into them."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from peaceportal.core.publishing import PUBLIC_STATUSES, Page, Part
from peaceportal.core.records import Record

EDITOR, PUBLISHER, ADMINISTRATOR = "Editor", "Publisher", "Administrator"

# To publish, archive, merge, remove and put back, and to change what readers see.
PUBLISH = "core.publish"


def may_publish(user: models.Model) -> bool:
    return user.has_perm(PUBLISH)


def others_publish(user: models.Model) -> bool:
    """Whether anybody else could publish what this member of staff wrote. One query."""
    codename = PUBLISH.partition(".")[2]
    may = Q(is_superuser=True)
    may |= Q(user_permissions__codename=codename) | Q(groups__permissions__codename=codename)
    staff = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    return staff.exclude(pk=user.pk).filter(may).exists()


def is_out(record: models.Model) -> bool:
    """Whether readers see it, or will when its moment comes: what changes of it they would see.

    So they would of a page that was removed or merged, once it is put back as it stood.
    """
    if isinstance(record, Page):
        return record.status in PUBLIC_STATUSES
    if isinstance(record, Part):
        return record.status in PUBLIC_STATUSES and any(map(is_out, _pages(record)))
    if not isinstance(record, Record):
        return False
    owners = record.owners()
    return all(map(is_out, owners)) if owners else _is_cited(record)


def _pages(part: Part) -> list[Page]:
    found: list[Page] = []
    for name in part.page_fields:
        field = part._meta.get_field(name)
        if not field.many_to_many:
            found += filter(None, [getattr(part, name)])
        elif part.pk:
            found += getattr(part, name).all()
    return found


def _is_cited(record: Record) -> bool:
    """Of a source, or what else others name: whether anything that is out does. Queries each."""
    if record.pk is None:
        return False
    return any(
        getattr(record, relation.get_accessor_name()).filter(out(relation.related_model)).exists()
        for relation in record._meta.related_objects
        if relation.many_to_many and issubclass(relation.related_model, Record)
    )


def out(model: type[Record], of: str = "") -> Q:
    """What `is_out` says of stored records of a model, or of the relation `of`."""
    if issubclass(model, Page):
        return Q(**{f"{of}status__in": PUBLIC_STATUSES})
    if issubclass(model, Part):
        on_a_page = Q()
        for name in model.page_fields:
            on_a_page |= out(model._meta.get_field(name).related_model, f"{of}{name}__")
        return Q(**{f"{of}status__in": PUBLIC_STATUSES}) & on_a_page
    whole = Q()
    for name in model.owner_fields:
        owner = model._meta.get_field(name)
        may_lack = Q(**{f"{of}{name}__isnull": True}) if owner.null else Q(pk__in=[])
        whole &= may_lack | out(owner.related_model, f"{of}{name}__")
    return whole
