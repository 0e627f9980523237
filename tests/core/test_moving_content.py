"""Content that is dumped and loaded again, here or elsewhere, stays what it was."""

import json

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.serializers.base import DeserializationError

from peaceportal.core.changes import Change, version
from peaceportal.core.models import Identifier
from peaceportal.core.records import Record
from tests.factories import make_area, make_event, make_identifier, make_organisation, make_source
from timeline.models import Event

pytestmark = pytest.mark.django_db


def dump(path):
    call_command(
        "dumpdata",
        "core.identifier",
        "core.oldslug",
        "organisations",
        "timeline",
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
        output=str(path),
    )


def empty():
    for model in (Identifier, Event, *apps.get_models()):
        if issubclass(model, Record):
            model.objects.all().delete()


def test_dump_loads_as_the_same_content_though_keys_differ(tmp_path):
    source = make_source()
    area = make_area(sources=[source])
    office = make_organisation(sources=[source])
    gap = make_event(title="Gap")
    event = make_event(areas=[area], organisations=[office], sources=[source])
    draft = make_event(title="Draft", status="draft")
    make_identifier(page=event, value="S/1")
    make_identifier(page=draft, value="S/2")
    gap.delete()
    dump(tmp_path / "dump.json")
    empty()
    make_event(title="Another that takes a key").delete()
    call_command("loaddata", str(tmp_path / "dump.json"), verbosity=0)
    assert Identifier.objects.get(value="S/1").page == Event.objects.get(uid=event.uid)
    assert Identifier.objects.get(value="S/2").page == Event.objects.get(uid=draft.uid)
    loaded = Event.objects.get(uid=event.uid)
    assert [found.uid for found in loaded.areas.all()] == [area.uid]
    assert [body.uid for body in loaded.organisations.all()] == [office.uid]
    assert not Event.objects.get(uid=draft.uid).is_public()


def test_loading_an_older_dump_never_turns_the_log_back(tmp_path):
    event = make_event()
    path = tmp_path / "dump.json"
    call_command("dumpdata", "core", "timeline", use_natural_primary_keys=True, output=str(path))
    for _ in range(3):
        event.save()
    before = version()
    call_command("loaddata", str(path), verbosity=0)
    assert version() > before
    event.save()
    assert version() == Change.objects.latest("seq").seq


def test_permanent_identity_never_changes():
    event, other = make_event(), make_event(title="Other")
    with pytest.raises(ValidationError, match="never changes"):
        Event.objects.filter(pk=event.pk).update(uid=make_source().uid)
    other.pk = event.pk
    with pytest.raises(ValidationError, match="never changes"):
        other.save()


def test_fixture_with_another_identity_is_refused(tmp_path):
    make_event(slug="talks")
    row = {"model": "timeline.event", "fields": {"title": "Other", "slug": "talks"}}
    path = tmp_path / "other.json"
    path.write_text(json.dumps([row]))
    with pytest.raises((ValidationError, DeserializationError), match="never changes"):
        call_command("loaddata", str(path), verbosity=0)


def test_fixture_finds_the_page_by_the_slug_it_had(tmp_path):
    event = make_event(slug="first")
    fields = {"title": "From the fixture", "slug": "first", "uid": str(event.uid)}
    path = tmp_path / "again.json"
    path.write_text(json.dumps([{"model": "timeline.event", "fields": fields}]))
    event.slug = "second"
    event.save()
    call_command("loaddata", str(path), verbosity=0)
    assert Event.objects.get().title == "From the fixture"
