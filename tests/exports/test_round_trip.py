"""What goes out comes in again as the same content."""

import json
import stat
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from organisations.models import Organisation
from peaceportal.core.changes import Change
from peaceportal.core.content import record_models
from peaceportal.core.models import Identifier
from peaceportal.core.search.rebuilding import check
from tests.exports.sites import brought_in, empty_site, exported, make_rich_site
from tests.factories import make_event
from timeline.models import Document, Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def answers(client):
    """What anyone is told, but for the moments of change."""
    addresses = ["/", "/organisations/", "/areas/"]
    addresses += [event.get_absolute_url() for event in Event.objects.published()[:3]]
    found = {path: client.get(path).content for path in addresses}
    for number, row in enumerate(client.get("/timeline.json").json()["results"]):
        del row["updated"]
        found[number] = row
    return found


def test_every_record_comes_back_the_same(tmp_path, client):
    make_rich_site()
    told = exported(tmp_path, "first.zip")
    before = {
        model: list(model._base_manager.order_by("pk").values_list("pk", "uid"))
        for model in record_models()
    }
    shown = client.get("/timeline/").content
    pictured = Event.objects.get(title="With a picture")
    empty_site()

    brought_in(told)

    assert exported(tmp_path, "second.zip").read_bytes() == told.read_bytes()
    for model, keys in before.items():
        assert list(model._base_manager.order_by("pk").values_list("pk", "uid")) == keys
    assert client.get("/timeline/").content == shown
    assert Event.objects.get(title="With a picture").image_width == pictured.image_width == 40
    assert Document.objects.get(title="With a file").file_size == 7
    assert Document.objects.get(title="Without its file").file_size is None
    assert {row.page.uid for row in Identifier.objects.all()} == set(
        Identifier.objects.values_list("page_uid", flat=True)
    )
    assert not any(progress.differing for progress in check())
    assert Change.objects.filter(model="timeline.event").exists()
    make_event(title="The next one gets a free number")


def test_content_of_the_site_comes_back_the_same(tmp_path, client):
    call_command("load_content", verbosity=0)
    told = exported(tmp_path, "first.zip")
    before = answers(client)
    empty_site()
    brought_in(told)
    assert answers(client) == before
    assert exported(tmp_path, "second.zip").read_bytes() == told.read_bytes()
    with pytest.raises(CommandError, match="not empty: it holds 21 sources"):
        brought_in(told)
    with pytest.raises(CommandError, match="is there already"):
        call_command("export", str(told), verbosity=0)
    assert stat.S_IMODE(told.stat().st_mode) == 0o600
    assert sorted(tmp_path.glob(".*")) == []


def test_manifest_tells_what_is_in_it(tmp_path):
    Organisation.objects.create(name="Office", uid="6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    with ZipFile(exported(tmp_path)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        table = archive.read("organisations.organisation.csv").decode()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert manifest["tables"]["organisations.organisation.csv"]["rows"] == 1
    assert (manifest["format"], manifest["version"]) == ("peaceportal-export", 1)
    header, row = table.splitlines()
    for derived in ("created_at", "updated_at", "revision", "sort_name", "founded_earliest"):
        assert derived not in header.split(",")
    assert ",6ba7b810-9dad-11d1-80b4-00c04fd430c8,draft,en,office," in row
