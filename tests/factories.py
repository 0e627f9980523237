"""Records for tests: public by default, with fixed dates, each field open to an override.

Many-to-many fields take lists (`areas=[...]`). What a record cannot do without is made as well.
"""

from datetime import UTC, datetime
from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group
from reversion.models import Revision

from organisations.models import (
    Activity,
    AreaOfWork,
    Engagement,
    Organisation,
    OrganisationName,
    Place,
    Quotation,
    Resource,
    Source,
    Succession,
)
from peaceportal.core.models import AuditEntry, Identifier, User, VersionDetail
from timeline.models import Document, Event, EventSeries, Participation


def _make(model, fields):
    links = {field.name for field in model._meta.many_to_many}
    related = {name: fields.pop(name) for name in links & fields.keys()}
    record = model.objects.create(**fields)
    for name, others in related.items():
        getattr(record, name).set(others)
    return record


def make_source(**overrides):
    return _make(Source, {"title": "Annual report", "read_on": "2024-05-01"} | overrides)


def make_place(**overrides):
    return _make(Place, {"name": "Geneva", "kind": "city", "status": "published"} | overrides)


def make_area(**overrides):
    return _make(AreaOfWork, {"name": "Peacebuilding", "status": "published"} | overrides)


def make_organisation(**overrides):
    fields = {"name": "Quaker Office", "kind": "ngo", "status": "published"}
    return _make(Organisation, fields | overrides)


def make_organisation_name(**overrides):
    fields = {"name": "Former Office", "kind": "former"} | overrides
    if "organisation" not in fields:
        fields["organisation"] = make_organisation()
    return _make(OrganisationName, fields)


def make_succession(**overrides):
    """`predecessor` was absorbed by `successor` in 2014; both are made if not given."""
    fields = {"kind": "absorbed", "date": "2014"} | overrides
    if "predecessor" not in fields:
        fields["predecessor"] = make_organisation(name="Earlier Office")
    if "successor" not in fields and fields["kind"] != "mandate-completed":
        fields["successor"] = make_organisation(name="Later Office")
    return _make(Succession, fields)


def make_engagement(**overrides):
    fields = {"text": "Hosts quiet talks.", "since": "2008/.."} | overrides
    if "organisation" not in fields:
        fields["organisation"] = make_organisation()
    if "area" not in fields:
        fields["area"] = make_area()
    return _make(Engagement, fields)


def make_activity(**overrides):
    fields = {"text": "Training for mediators.", "status": "published"} | overrides
    if "area" not in fields:
        fields["area"] = make_area()
    return _make(Activity, fields)


def make_quotation(**overrides):
    fields = {"text": "Peace is made by many.", "date": "2005-09-16", "status": "published"}
    fields |= overrides
    if "areas" not in fields:
        fields["areas"] = [make_area()]
    return _make(Quotation, fields)


def make_resource(**overrides):
    fields = {"title": "A reader on mediation", "date": "2012", "status": "published"} | overrides
    if "areas" not in fields and "organisations" not in fields:
        fields["areas"] = [make_area()]
    return _make(Resource, fields)


def make_series(**overrides):
    return _make(EventSeries, {"name": "Geneva talks", "status": "published"} | overrides)


def make_event(**overrides):
    """`organisations` take part; for another role make the participation."""
    fields = {"title": "Round of talks", "happened": "1953-07-27", "status": "published"}
    fields |= overrides
    bodies = fields.pop("organisations", ())
    event = _make(Event, fields)
    for body in bodies:
        make_participation(event=event, organisation=body)
    return event


def make_participation(**overrides):
    fields = {"role": "took-part"} | overrides
    if "event" not in fields:
        fields["event"] = make_event()
    if "organisation" not in fields:
        fields["organisation"] = make_organisation()
    return _make(Participation, fields)


def make_document(**overrides):
    fields = {
        "title": "Text of the agreement",
        "kind": "agreement-text",
        "url": "https://example.org/agreement.pdf",
        "status": "published",
    } | overrides
    if "event" not in fields:
        fields["event"] = make_event()
    return _make(Document, fields)


def make_identifier(**overrides):
    """`page` is the page that it names; an event is made if none is given."""
    fields = {"scheme": "un-symbol", "value": "S/1953/1"} | overrides
    if "page" not in fields:
        fields["page"] = make_event()
    return _make(Identifier, fields)


def make_version_detail(**overrides):
    revision = Revision.objects.create(date_created=datetime(2024, 5, 1, tzinfo=UTC))
    return VersionDetail.objects.create(**({"revision": revision, "way": "edit"} | overrides))


def make_user(**overrides):
    """A member of staff who may do everything, unless overridden."""
    fields = {"username": "editor", "is_staff": True, "is_superuser": True} | overrides
    password = fields.pop("password", "only-for-tests")
    user = User(**fields)
    user.set_password(password)
    user.save()
    return user


def make_member(role, **overrides):
    """A member of staff in one of the roles that a migration makes."""
    make_roles = import_module("timeline.migrations.0006_roles").make_roles
    make_roles(apps, None)
    fields = {"username": f"a-{role.lower()}", "is_superuser": False} | overrides
    user = make_user(**fields)
    user.groups.add(Group.objects.get(name=role))
    return user


def make_audit_entry(**overrides):
    fields = {"at": datetime(2026, 5, 1, tzinfo=UTC), "kind": "signed-in", "address": "192.0.2.1"}
    return AuditEntry.objects.create(**(fields | overrides))
