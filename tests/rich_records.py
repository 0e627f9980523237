"""A record of every kind that the admin edits, with rows and relations of everything it can have.

Each has `rows` of what its form and its list show, each row with three of everything in turn, all
different. `tag` keeps records apart.
"""

from django.contrib.auth.models import Group

from organisations import models as organisations
from peaceportal.core.models import AuditEntry, MissedAddress, OldSlug, User
from tests import factories as make
from timeline import models as timeline


def several(factory, tag, count, field="name"):
    return [factory(**{field: f"{tag} {factory.__name__} {n}"}) for n in range(count)]


def sources(tag, count=3):
    return several(make.make_source, tag, count, "title")


def identify(page, tag, rows):
    for n in range(rows):
        make.make_identifier(page=page, scheme=f"scheme {n}", value=tag)
    return page


def rich_area(tag, rows):
    area = make.make_area(
        name=tag,
        parent=make.make_area(name=f"{tag} parent"),
        related_areas=several(make.make_area, tag, rows),
        sources=sources(tag, rows),
    )
    for n in range(rows):
        rich_activity(f"{tag} activity {n}", 3, area=area)
        rich_engagement(f"{tag} engagement {n}", 3, area=area)
    return identify(area, tag, rows)


def rich_organisation(tag, rows):
    organisation = make.make_organisation(
        name=tag,
        parent=make.make_organisation(name=f"{tag} parent"),
        places=several(make.make_place, tag, rows),
        sources=sources(tag, rows),
    )
    for n in range(rows):
        make.make_organisation_name(organisation=organisation, name=f"{tag} name {n}")
        rich_succession(f"{tag} succession {n}", 3, predecessor=organisation)
        rich_engagement(f"{tag} engagement {n}", 3, organisation=organisation)
    return identify(organisation, tag, rows)


def rich_place(tag, rows):
    place = make.make_place(
        name=tag, parent=make.make_place(name=f"{tag} parent"), sources=sources(tag, rows)
    )
    return identify(place, tag, rows)


def rich_engagement(tag, rows, **overrides):
    fields = {"sources": sources(tag, rows)} | overrides
    fields.setdefault("area", make.make_area(name=f"{tag} area"))
    fields.setdefault("organisation", make.make_organisation(name=f"{tag} body"))
    return make.make_engagement(**fields)


def rich_succession(tag, rows, **overrides):
    fields = {"sources": sources(tag, rows)} | overrides
    fields.setdefault("predecessor", make.make_organisation(name=f"{tag} earlier"))
    fields["successor"] = make.make_organisation(name=f"{tag} later")
    return make.make_succession(**fields)


def rich_activity(tag, rows, **overrides):
    fields = {
        "text": tag,
        "organisations": several(make.make_organisation, tag, rows),
        "places": several(make.make_place, tag, rows),
        "sources": sources(tag, rows),
    } | overrides
    fields.setdefault("area", make.make_area(name=f"{tag} area"))
    return make.make_activity(**fields)


def rich_quotation(tag, rows):
    areas = several(make.make_area, tag, rows)
    return make.make_quotation(text=tag, areas=areas, sources=sources(tag, rows))


def rich_resource(tag, rows):
    return make.make_resource(
        title=tag,
        areas=several(make.make_area, tag, rows),
        organisations=several(make.make_organisation, tag, rows),
        sources=sources(tag, rows),
    )


def rich_source(tag, rows):
    return make.make_source(title=tag)


def rich_event(tag, rows):
    event = make.make_event(
        title=tag,
        areas=several(make.make_area, tag, rows),
        places=several(make.make_place, tag, rows),
        sources=sources(tag, rows),
        series=make.make_series(name=f"{tag} series"),
        commemorates=make.make_event(title=f"{tag} past"),
    )
    for n in range(rows):
        body = make.make_organisation(name=f"{tag} body {n}")
        make.make_participation(event=event, organisation=body)
        rich_document(f"{tag} document {n}", 3, event=event)
    return identify(event, tag, rows)


def rich_series(tag, rows):
    series = make.make_series(name=tag, sources=sources(tag, rows))
    for n in range(rows):
        make.make_event(title=f"{tag} event {n}", series=series, areas=[make.make_area()])
    return identify(series, tag, rows)


def rich_document(tag, rows, **overrides):
    fields = {"title": tag, "sources": sources(tag, rows)} | overrides
    fields.setdefault("event", make.make_event(title=f"{tag} event"))
    version_of = make.make_document(title=f"{tag} original", event=fields["event"])
    return make.make_document(version_of=version_of, **fields)


def old_slug(tag, rows):
    return OldSlug.objects.create(
        model="timeline.event", slug=tag, page_uid="6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    )


RICH = {
    AuditEntry: lambda tag, rows: make.make_audit_entry(account_name=tag),
    organisations.Activity: rich_activity,
    organisations.AreaOfWork: rich_area,
    organisations.Engagement: rich_engagement,
    organisations.Organisation: rich_organisation,
    organisations.Place: rich_place,
    organisations.Quotation: rich_quotation,
    organisations.Resource: rich_resource,
    organisations.Source: rich_source,
    organisations.Succession: rich_succession,
    timeline.Document: rich_document,
    timeline.Event: rich_event,
    timeline.EventSeries: rich_series,
    MissedAddress: lambda tag, rows: MissedAddress.objects.create(
        path=f"/places/{tag}/", linked_on="/places/"
    ),
    OldSlug: old_slug,
    User: lambda tag, rows: make.make_user(username=tag),
    Group: lambda tag, rows: Group.objects.create(name=tag),
}
