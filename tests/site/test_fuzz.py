"""An address typed by a fuzzer: never an error of ours."""

import random
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import resolve

from peaceportal.bodies import LONGEST
from tests.factories import make_area, make_engagement, make_event, make_organisation, make_place
from tests.reading import content_of

pytestmark = pytest.mark.django_db

NAMES = [
    "q",
    "area",
    "organisation",
    "bodies",
    "place",
    "kind",
    "after",
    "before",
    "order",
    "page",
    "state",
    "choose",
    "find",
    "utm_source",
]
VALUES = [
    "",
    " ",
    "mediation",
    "geneva",
    "quaker-office",
    "meeting",
    "1990",
    "2024-07",
    "-1",
    "0",
    "1",
    "9" * 30,
    "9" * 5000,
    "\x00",
    "a\x00b",
    "\u202e\u200b\ufeff",
    "\ud7ff\U0001f54a",
    "x" * 7000,
    "%",
    "' OR 1=1 --",
    '"><script>alert(1)</script>',
    "../../etc/passwd",
    "{{ 7 * 7 }}",
    "1990-13-40",
    "0000",
    "10000",
    "1/2/3/4",
    "199X",
    "../..",
    "since 2008",
    "٢٠٢٤",
    "newest",
    "oldest",
    "relevance",
    "null",
    "[]",
    "true",
    "\r\nX: y",
]


def made_up_query(random_: random.Random) -> str:
    pairs = []
    for _ in range(random_.randint(0, 8)):
        name = random_.choice([*NAMES, "", "page[]", "\x00", "q"])
        value = random_.choice(VALUES)
        if random_.random() < 0.2:
            value = "".join(chr(random_.randint(0, 0x2FFF)) for _ in range(random_.randint(1, 40)))
        pairs.append(f"{quote(name)}={quote(value)}")
    if random_.random() < 0.1:
        pairs.append(random_.choice(["%", "%zz", "&&&", "=", "a=%ff%fe", "area=%C3%28", ";"]))
    if random_.random() < 0.05:
        pairs *= 60
    return "&".join(pairs)


@pytest.fixture
def content():
    area = make_area(name="Mediation")
    place = make_place(name="Geneva")
    office = make_organisation(name="Quaker Office", places=[place])
    make_engagement(organisation=office, area=area)
    make_event(title="Talks", areas=[area], places=[place], organisations=[office])


LISTS = ["/", "/timeline/", "/organisations/", "/areas/", "/places/", "/search/"]
FORMS = [
    *("/timeline.atom", "/timeline.ics", "/timeline.csv", "/timeline.json"),
    *("/organisations.csv", "/organisations.json"),
    *("/timeline.txt", "/timeline.bib", "/organisations.ris"),
]


@pytest.mark.parametrize("path", [*LISTS, *FORMS])
def test_made_up_queries_never_give_an_error_of_ours(client, content, path):
    random_ = random.Random(path)
    answers = set()
    # Forms for programs read the same parameters, and another database can only refuse what comes.
    is_whole = path in LISTS and connection.vendor == "sqlite"
    for _ in range(500 if is_whole else 100):
        query = made_up_query(random_)
        response = client.get(f"{path}?{query}")
        status = response.status_code
        is_long = len(path) + len(query) > LONGEST
        assert status in ({414} if is_long else {200, 400, 404}), (status, query)
        if status == 200:
            content_of(response)
        answers.add(status)
    assert 200 in answers
    assert 400 in answers or path in LISTS


@pytest.mark.parametrize("form", ["json", "ics"])
def test_made_up_records_are_not_found_in_any_form(client, form):
    for segment in SEGMENTS:
        response = client.get(f"/timeline/{quote(segment, safe='')}.{form}")
        assert response.status_code == 404, segment


SEGMENTS = [*(value for value in VALUES if value.strip("/")), "a b", "é", "e\u0301", "काठमांडू"]


@pytest.mark.parametrize(
    "prefix", ["/timeline/", "/series/", "/areas/", "/organisations/", "/places/", "/media/", "/"]
)
def test_made_up_paths_are_not_found(client, prefix):
    for segment in SEGMENTS:
        path = f"{prefix}{quote(segment, safe='')}/"
        response = client.get(path)
        assert response.status_code in {404, 301}, path
        if response.status_code == 301:
            assert resolve(response.url.partition("?")[0])


def test_too_many_parameters_are_refused(client):
    response = client.get("/timeline/?" + "&".join(["area=x"] * 10_001))
    assert response.status_code == 414
    assert "This address is too long" in response.content.decode()
