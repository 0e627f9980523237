"""One query, every form: what they count agrees, whatever was asked of whatever is recorded."""

import csv
import io
import random
import re
from datetime import timedelta
from urllib.parse import urlencode
from xml.etree import ElementTree as Xml

import pytest
from django.core.cache import cache
from django.utils import timezone
from icalendar import Calendar

from organisations.models import AreaOfWork, Organisation, Place
from tests.factories import make_area, make_organisation, make_place
from tests.reading import content_of, titles_of
from timeline.models import Event, Participation

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
OPEN_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
SITE = "http://127.0.0.1:8000"
WORDS = ["Talks", "Dialogue", "Accord", "Forum", "=1+1", "Réunion", "和平", "“Peace”"]
DAYS = re.compile(r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?")


def dates(chance: random.Random) -> str:
    year = chance.randint(1940, 2026)
    month, day = f"{chance.randint(1, 12):02}", f"{chance.randint(1, 28):02}"
    return chance.choice(
        [
            "",
            f"{year}",
            f"{year}-{month}",
            f"{year}-{month}-{day}",
            f"{year}-{month}-{day}",
            f"{year}-{month}-{day}/{year + 1}-01-05",
            f"{year}/{year + 3}",
            f"{year // 10}X",
            f"{year}~",
            f"{year}-{month}-{day}?",
            f"{year}/..",
            f"../{year}-{month}-{day}",
        ]
    )


def states(chance: random.Random) -> dict:
    """Six of ten are public; the others in each way are not."""
    now = timezone.now()
    if chance.random() < 0.6:
        return {"status": chance.choice(["published", "published", "archived"])}
    hidden = {"status": "published"}
    return hidden | chance.choice(
        [
            {"status": "draft"},
            {"status": "in-review"},
            {"publish_at": now + timedelta(days=1)},
            {"unpublish_at": now - timedelta(days=1)},
            {"removed_at": now - timedelta(days=1)},
            {"publish_at": now - timedelta(days=2)},  # public by now
            {"unpublish_at": now + timedelta(days=2)},  # public still
        ]
    )


def make_world(chance: random.Random, number: int) -> dict[str, list[str]]:
    """`number` events, and for each parameter the values that can be asked."""
    pages = {}
    for name, make in (("area", make_area), ("place", make_place), ("org", make_organisation)):
        made = []
        for index in range(9):
            parent = chance.choice([None, *made])
            made.append(make(name=f"{name} {index}", parent=parent))
        made.append(make(name=f"{name} draft", status="draft", parent=made[0]))
        made[3].slug = f"{name}-renamed"
        made[3].save()
        pages[name] = made
    Organisation.objects.filter(pk=pages["org"][1].pk).update(withhold_places=True)
    pages["org"][1].places.set(pages["place"][:2])
    events = Event.objects.bulk_create(
        Event(
            title=f"{chance.choice(WORDS)} {index}",
            kind=chance.choice(Event.Kind.values),
            happened=dates(chance),
            summary=chance.choice(["", "On peace.", "Line\nand “line”", "@cmd"]),
            **states(chance),
        )
        for index in range(number)
    )
    for name, model, key in (
        ("area", Event.areas.through, "areaofwork"),
        ("place", Event.places.through, "place"),
    ):
        model.objects.bulk_create(
            model(event=event, **{key: page})
            for event in events
            for page in chance.sample(pages[name], chance.randint(0, 3))
        )
    Participation.objects.bulk_create(
        Participation(event=event, organisation=body, role=role)
        for event in events
        for body in chance.sample(pages["org"], chance.randint(0, 3))
        for role in chance.sample(Participation.Role.values, chance.randint(1, 2))
    )
    values = {name: [page.slug for page in made[:-1]] for name, made in pages.items()}
    values["area"].append("area-3")  # an old slug
    values["place"].append("place-3")
    values["org"].append("org-3")
    return values


def made_up_query(chance: random.Random, values: dict[str, list[str]]) -> str:
    """Parameters of which each can be read; several values of a group now and then."""
    pairs = []
    groups = {"area": "area", "organisation": "org", "place": "place"}
    for name, of in groups.items():
        if chance.random() < 0.35:
            pairs += [(name, slug) for slug in chance.sample(values[of], chance.randint(1, 3))]
            if name == "organisation" and chance.random() < 0.5:
                pairs.append(("bodies", "1"))
    if chance.random() < 0.3:
        pairs += [("kind", kind) for kind in chance.sample(Event.Kind.values, 2)]
    after = chance.choice([None, None, chance.randint(1940, 2000)])
    if after:
        pairs.append(("after", f"{after}"))
    if chance.random() < 0.3:
        pairs.append(("before", f"{chance.randint(after or 1950, 2026)}-06"))
    if chance.random() < 0.2:
        pairs.append(("q", chance.choice([*WORDS, "peace", "1"])))
    if chance.random() < 0.6:
        pairs.append(("order", chance.choice(["newest", "oldest", "added"])))
    return urlencode(pairs)


def local(address: str) -> str:
    return address.removeprefix(SITE)


def in_html(client, query) -> tuple[int, list[str]]:
    titles, address, count = [], f"/timeline/?{query}", None
    while address:
        page = client.get(address)
        titles += titles_of(page)
        said = re.search(r'<bdi class="number">(No|\d+) events?</bdi>', page.text)[1]
        count = 0 if said == "No" else int(said)
        after = re.search(r'<link rel="next" href="([^"]+)"', page.text)
        address = after and after[1].replace("&amp;", "&")
    return count, titles


def in_json(client, query) -> tuple[int, list[dict]]:
    records, address = [], f"/timeline.json?{query}"
    while address:
        body = client.get(local(address)).json()
        records += body["results"]
        address = body["next"]
    return body["count"], records


def in_csv(client, query) -> list[dict]:
    content = content_of(client.get(f"/timeline.csv?{query}")).decode()
    return list(csv.DictReader(io.StringIO(content, newline="")))


def in_atom(client, query) -> tuple[int, list[str]]:
    ids, address = [], f"/timeline.atom?{query}"
    while address:
        root = Xml.fromstring(client.get(local(address)).content)  # noqa: S314 - our own
        ids += [entry.find(f"{ATOM}id").text for entry in root.iter(f"{ATOM}entry")]
        after = [link.get("href") for link in root.findall(f"{ATOM}link[@rel='next']")]
        address = after[0] if after else None
    return int(root.find(f"{OPEN_SEARCH}totalResults").text), ids


def in_calendar(client, query) -> tuple[str, list[str]]:
    calendar = Calendar.from_ical(content_of(client.get(f"/timeline.ics?{query}")))
    return str(calendar["DESCRIPTION"]), [str(e["UID"]) for e in calendar.walk("VEVENT")]


def assert_agreement(client, query) -> int:
    """Every form of the query tells of the same events; gives their number."""
    count, titles = in_html(client, query)
    number, records = in_json(client, query)
    uids = [record["uid"] for record in records]
    assert (number, len(records)) == (count, count), query
    assert [record["title"] for record in records] == titles, query
    rows = in_csv(client, query)
    assert [row["uid"] for row in rows] == uids, query
    assert [row["title"].removeprefix("'") for row in rows] == titles, query
    for row, record in zip(rows, records, strict=True):
        for name in ("areas", "organisations", "places"):
            assert row[name] == "|".join(page["slug"] for page in record[name]), query
        assert row["happened"] == record["happened"], query
    total, ids = in_atom(client, query)
    assert (total, len(ids)) == (count, count), query
    assert set(ids) == {f"urn:uuid:{uid}" for uid in uids}, query
    said, days = in_calendar(client, query)
    precise = [record["uid"] for record in records if DAYS.fullmatch(record["happened"])]
    assert sorted(days) == sorted(precise), query
    assert said.startswith(f"{len(precise)} of {count} event"), query
    left_out = re.search(r"(\d+) (?:was|were) left out", said)
    assert int(left_out[1] if left_out else 0) == count - len(precise), query
    return count


def agree(client, *, events: int, queries: int, seed: int = 1) -> list[int]:
    cache.clear()
    chance = random.Random(seed)
    values = make_world(chance, events)
    assert AreaOfWork.objects.filter(slug="area-renamed").exists()
    assert Place.objects.filter(slug="place-renamed").exists()
    asked = ["", *(made_up_query(chance, values) for _ in range(queries - 1))]
    return [assert_agreement(client, query) for query in asked]


def test_every_form_of_a_query_agrees(client):
    counts = agree(client, events=300, queries=40)
    public = Event.objects.published().count()
    assert counts[0] == public
    assert sum(1 for count in counts if 0 < count < public) > 12


def test_draft_cannot_be_asked_for_in_any_form(client):
    make_area(name="Secret plan", status="draft")
    for form in ("atom", "ics", "csv", "json"):
        response = client.get(f"/timeline.{form}?area=secret-plan")
        assert response.status_code == 400
        assert "There is no area of work “secret-plan” here." in content_of(response).decode()
