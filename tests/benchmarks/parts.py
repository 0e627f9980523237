"""What stands on the pages of the made world, and what the desk keeps of its own work."""

import random
import uuid
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction

from organisations.models import (
    Activity,
    AreaOfWork,
    Engagement,
    Organisation,
    Quotation,
    Resource,
    Source,
    Succession,
)
from peaceportal.core.models import AuditEntry, OldSlug, User
from peaceportal.core.versions import capture
from peaceportal.core.versions.capture import one_version
from tests.benchmarks.world import BATCH, NOW, Words, happened
from timeline.models import Document, Event, EventSeries, Participation

SOURCES, DOCUMENTS, SIGN_INS = 30_000, 30_000, 50_000
SERIES, ENGAGEMENTS, ACTIVITIES, SUCCESSIONS = 500, 4000, 2000, 500
QUOTATIONS, RESOURCES, OLD_SLUGS, ACCOUNTS = 1000, 2000, 5000, 50
MANY = 200  # bodies of one event
VERSIONS = 60  # of the same event


def are_made() -> bool:
    return User.objects.count() >= ACCOUNTS


def make_parts() -> None:
    with without_versions():
        _make_parts()
    event = busy_event()
    for number in range(VERSIONS):
        with one_version(way="edit"):
            event.summary = f"Edited {number} times."
            event.save()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


@contextmanager
def without_versions():
    kept, capture.keeps_single_saves = capture.keeps_single_saves, False
    try:
        yield
    finally:
        capture.keeps_single_saves = kept


def _make_parts() -> None:
    chance = random.Random(1953)
    words = Words(chance)
    kept = {"status": "published"}
    pks = {
        model: list(model.objects.order_by("pk").values_list("pk", flat=True))
        for model in (AreaOfWork, Event, Organisation)
    }

    def one_of(model):
        return chance.choice(pks[model])

    def many(model, number, made):
        for start in range(0, number, BATCH):
            with transaction.atomic():
                model.objects.bulk_create(made() for _ in range(min(BATCH, number - start)))

    many(
        Source,
        SOURCES,
        lambda: Source(title=words.some(4, 9), publisher=words.some(1, 3), read_on="2024-05-01"),
    )
    many(
        Document,
        DOCUMENTS,
        lambda: Document(
            event_id=one_of(Event),
            title=words.some(4, 9),
            kind=chance.choice(Document.Kind.values),
            url="https://example.org/document",
            **kept,
        ),
    )
    for _ in range(SERIES):
        EventSeries.objects.create(name=words.some(3, 6), **kept)
    pairs = {(one_of(Organisation), one_of(AreaOfWork)) for _ in range(ENGAGEMENTS)}
    Engagement.objects.bulk_create(
        Engagement(organisation_id=body, area_id=area, text=words.some(5, 20), since="2008/..")
        for body, area in pairs
    )
    many(
        Activity,
        ACTIVITIES,
        lambda: Activity(area_id=one_of(AreaOfWork), text=words.some(10, 40), **kept),
    )
    many(
        Quotation,
        QUOTATIONS,
        lambda: Quotation(text=words.some(10, 40), date=happened(chance), **kept),
    )
    many(
        Resource,
        RESOURCES,
        lambda: Resource(
            title=words.some(4, 9), medium="report", url="https://example.org", **kept
        ),
    )
    couples = {tuple(chance.sample(pks[Organisation], 2)) for _ in range(SUCCESSIONS)}
    Succession.objects.bulk_create(
        Succession(predecessor_id=one, successor_id=other, kind="absorbed", date="2014")
        for one, other in couples
    )
    many(
        AuditEntry,
        SIGN_INS,
        lambda: AuditEntry(
            at=NOW - timedelta(minutes=chance.randint(0, 500_000)),
            kind=chance.choice(["signed-in", "signed-in", "refused"]),
            account_name=words.some(1, 1),
            address="192.0.2.1",
        ),
    )
    many(
        OldSlug,
        OLD_SLUGS,
        lambda: OldSlug(
            model="timeline.event", slug=f"old-{chance.random()}", page_uid=uuid.uuid4()
        ),
    )
    User.objects.bulk_create(
        User(username=f"{words.some(1, 1)}{number}", is_staff=True) for number in range(ACCOUNTS)
    )
    event = busy_event()
    for body in pks[Organisation][-MANY:]:
        Participation.objects.get_or_create(event=event, organisation_id=body, role="witnessed")


def busy_event() -> Event:
    return Event.objects.order_by("pk").first()
