"""Staff export what a list of the admin shows, and an empty site takes it."""

import csv
import io
import json
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission

from organisations.models import AreaOfWork, Engagement, Organisation, Place, Quotation, Source
from peaceportal.core.models import OldSlug
from tests import factories as make
from tests.editor import address
from tests.exports.sites import brought_in, empty_site
from timeline.models import Document, Event, EventSeries, Participation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def editor(client):
    client.force_login(make.make_member("Editor"))
    return client


@pytest.fixture
def world():
    """Two events with all that they can have, one a draft; who was there has other work."""
    source = make.make_source(title="Minutes")
    wide = make.make_area(name="Peace", sources=[make.make_source(title="Handbook")])
    area = make.make_area(name="Mediation", parent=wide, related_areas=[make.make_area(name="Law")])
    city = make.make_place(name="Geneva", parent=make.make_place(name="Switzerland"))
    office = make.make_organisation(name="Office", places=[city])
    make.make_engagement(organisation=office, area=make.make_area(name="Elsewhere"))
    make.make_quotation(areas=[area])
    for title, status in (("First talks", "published"), ("Second talks", "draft")):
        event = make.make_event(
            title=title,
            status=status,
            kind="meeting",
            areas=[area],
            organisations=[office],
            sources=[source],
            series=make.make_series(name=f"Series of {title}"),
        )
        make.make_document(event=event, title=f"Text of {title}", sources=[source])
        make.make_identifier(page=event, value=title)
    first = Event.objects.get(title="First talks")
    first.slug = "the-first"
    first.save()
    return first


def tables(response):
    """The titles or uids in each table that has any, by model."""
    assert response.headers["Content-Type"] == "application/zip"
    found = {}
    with ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                text = io.StringIO(archive.read(name).decode(), newline="")
                rows = [row.get("title") or row.get("name") for row in csv.DictReader(text)]
                if rows:
                    found[name.removesuffix(".csv").split(".")[1]] = sorted(filter(None, rows))
        found["manifest"] = json.loads(archive.read("manifest.json"))
    return found


def test_list_is_exported_as_it_is_filtered(editor, world):
    listed = editor.get(address(Event), {"status__exact": "published", "q": "talks"})
    assert "Export this event" in listed.content.decode()
    assert "Export these 2 events" in editor.get(address(Event)).content.decode()
    assert "Export" not in editor.get(address(Event), {"q": "zymurgy"}).context["cl"].title
    found = tables(editor.get(f"{address(Event)}export/", {"status__exact": "published"}))
    manifest = found.pop("manifest")
    assert (manifest["is_all"], manifest["chosen"]) == (False, {"timeline.event": 1})
    assert found == {
        "source": ["Handbook", "Minutes"],
        "areaofwork": ["Law", "Mediation", "Peace"],
        "place": ["Geneva", "Switzerland"],
        "organisation": ["Office"],
        "eventseries": ["Series of First talks"],
        "event": ["First talks"],
        "document": ["Text of First talks"],
        "participation": [],
        "identifier": [],
        "oldslug": [],
    }


def test_what_is_ticked_goes_into_an_empty_site(editor, world, tmp_path):
    ticked = {"action": "export_chosen", "_selected_action": [world.pk]}
    answer = editor.post(address(Event), ticked)
    path = tmp_path / "chosen.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    empty_site()
    brought_in(path)
    event = Event.objects.get()
    assert (event.title, event.series.name) == ("First talks", "Series of First talks")
    assert [str(area) for area in event.areas.all()] == ["Mediation"]
    assert event.areas.get().related_areas.get().related_areas.get() == event.areas.get()
    assert Participation.objects.get().organisation.places.get().parent.name == "Switzerland"
    assert OldSlug.objects.get().slug == "first-talks"
    assert not Engagement.objects.exists()  # it belongs to what is only named
    assert not Quotation.objects.exists()


def test_lists_of_every_kind_take_their_rows_and_parts_along(editor, world):
    for model, also in (
        (Organisation, {"engagement", "areaofwork", "place"}),
        (AreaOfWork, {"engagement", "quotation", "organisation", "source"}),
        (Place, set()),
        (EventSeries, set()),
        (Source, set()),
        (Document, {"event", "areaofwork", "eventseries"}),
    ):
        found = tables(editor.get(f"{address(model)}export/"))
        assert also <= found.keys(), model
        assert len(found[model._meta.model_name]) == model.objects.count()


def test_only_those_who_may_see_all_of_it_export_it(client, editor, world):
    export = f"{address(Event)}export/"
    assert editor.get(export, {"status__exact": "x", "nothing": "1"}).status_code == 302
    nothing = editor.get(export, {"q": "zymurgy"}, follow=True)
    assert "Nothing was exported: the list is empty." in nothing.content.decode()
    assert editor.post(export).status_code == 405
    assert "Export" not in editor.get(address(Event), {"_popup": "1"}).content.decode()
    client.logout()
    assert client.get(export).url.startswith("/admin/login/")
    one_right = make.make_user(username="one", is_superuser=False)
    client.force_login(one_right)
    assert client.get(export).status_code == 403
    one_right.user_permissions.add(Permission.objects.get(codename="view_event"))
    assert client.get(export).status_code == 403  # who was there is not theirs to see
    ticked = {"action": "export_chosen", "_selected_action": [world.pk]}
    assert client.post(address(Event), ticked).status_code == 403
