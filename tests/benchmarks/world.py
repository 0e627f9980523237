"""A made world of many events, as uneven as a real one: a few words, areas and bodies are in most.

The same numbers give the same world on both databases.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from django.db import connection, transaction

from organisations.models import AreaOfWork, Organisation, Place
from timeline.models import Event, Participation

BATCH = 2000
# The commonest words first, by Zipf's law: “peace” is in nearly half of all records.
COMMON = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "for",
    "on",
    "peace",
    "talks",
    "dialogue",
    "mediation",
    "agreement",
    "reconciliation",
    "support",
    "united",
    "nations",
    "security",
    "office",
    "council",
    "visit",
    "meeting",
    "women",
    "youth",
    "region",
    "government",
    "process",
    "conflict",
    "ceasefire",
    "elections",
    "training",
    "climate",
    "human",
    "rights",
    "border",
    "community",
    "report",
]
RARE = "zymurgy"  # in about one record of ten thousand
ONSETS = "b d f g k l m n p r s t v z br tr st".split()  # noqa: SIM905
SYLLABLES = [onset + vowel for onset in ONSETS for vowel in "aeiou"]
WORDS = 20_000
AREAS, PLACES, BODIES = 60, 300, 2000
KINDS = [("meeting", 50), ("statement", 30), ("publication", 8), ("milestone", 6)]
KINDS += [("agreement", 4), ("observance", 2)]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Words:
    def __init__(self, chance: random.Random):
        self.chance = chance
        made: dict[str, None] = dict.fromkeys(COMMON)
        while len(made) < WORDS:
            made["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))] = None
        self.words = list(made)
        self.weights = zipf(WORDS)

    def some(self, least: int, most: int) -> str:
        number = self.chance.randint(least, most)
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=number))


def zipf(number: int) -> list[float]:
    """Cumulative weights: the n-th is 1/n."""
    return list(accumulate(1 / place for place in range(1, number + 1)))


def happened(chance: random.Random) -> str:
    """Mostly days of the last thirty years; some months, years, ranges, marks, open or unknown."""
    year = 2026 - int(30 * chance.random() ** 1.5) if chance.random() < 0.9 else 0
    year = year or chance.randint(1945, 2026)
    month, day = f"{chance.randint(1, 12):02}", f"{chance.randint(1, 28):02}"
    if chance.random() < 0.75:
        return f"{year}-{month}-{day}"
    forms = [f"{year}", f"{year}-{month}", f"{year}~", f"{year // 10}X", f"{year}/..", ""]
    return chance.choice([*forms, f"{year}-{month}-{day}/{year + 1}", f"{year}-{month}"])


def state(chance: random.Random) -> dict:
    """Nine of ten are public."""
    state = chance.choices(["published", "archived", "draft", "later", "removed"], [87, 4, 6, 1, 2])
    if state == ["later"]:
        return {"status": "published", "publish_at": NOW + timedelta(days=365 * 30)}
    if state == ["removed"]:
        return {"status": "published", "removed_at": NOW}
    return {"status": state[0]}


def make(number: int) -> Iterator[int]:
    """Make `number` events with all they name; yields how many there are so far."""
    chance = random.Random(1945)
    words = Words(chance)
    pages = {
        "areaofwork": tree(AreaOfWork, AREAS, words),
        "place": tree(Place, PLACES, words, kind="country"),
        "organisation": tree(Organisation, BODIES, words, kind="ngo"),
    }
    for start in range(0, number, BATCH):
        with transaction.atomic():
            events = Event.objects.bulk_create(
                event(chance, words) for _ in range(min(BATCH, number - start))
            )
            link(chance, Event.areas.through, events, "areaofwork", pages, 3)
            link(chance, Event.places.through, events, "place", pages, 2)
            link(chance, Participation, events, "organisation", pages, 3, role="took-part")
        yield start + len(events)
    if connection.vendor == "postgresql":  # what it does by itself in time; SQLite never does
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def tree(model, number: int, words: Words, **fields) -> list[int]:
    """Primary keys; two of three pages lie beneath another."""
    made: list = []
    for place in range(number):
        parent = words.chance.choice(made[: place // 2]) if place % 3 and place > 3 else None
        name = f"{words.some(2, 4)} {place}".capitalize()
        made.append(model.objects.create(name=name, parent=parent, status="published", **fields))
    return [page.pk for page in made]


def event(chance: random.Random, words: Words) -> Event:
    body = "".join(f"<p>{words.some(20, 50)}</p>" for _ in range(chance.randint(0, 2)))
    if chance.random() < 1 / 10_000:
        body += f"<p>{RARE}</p>"
    return Event(
        title=words.some(5, 10).capitalize(),
        kind=chance.choices([kind for kind, _n in KINDS], [n for _kind, n in KINDS])[0],
        happened=happened(chance),
        summary=words.some(10, 30),
        body=body,
        **state(chance),
    )


def link(chance: random.Random, through, events, name: str, pages: dict, most: int, **fields):
    pks = pages[name]
    weights = zipf(len(pks))
    through.objects.bulk_create(
        through(event=one, **{f"{name}_id": pk}, **fields)
        for one in events
        for pk in {*chance.choices(pks, cum_weights=weights, k=chance.randint(0, most))}
    )
