"""How a run ends that cannot go on, and what it leaves."""

import pytest
from django.core.management import CommandError
from django.db import OperationalError

from peaceportal.core.imports.reporting import Report
from peaceportal.core.imports.writing import Writer
from peaceportal.core.search.following import unread
from tests.imports.files import EVENTS
from timeline.models import Event

pytestmark = pytest.mark.django_db

ROWS = [["id", "what", "when"], ["1", "Talks", "1953"]]


def test_report_that_is_a_folder_is_refused_before_anything_is_saved(files):
    files.report = files.folder
    assert "is a folder" in files.refused("import_events", ROWS)
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["file.csv", "map.toml"])
def test_report_is_not_written_over_what_is_read(files, name):
    files.report = files.folder / name
    assert "would be written over" in files.refused("import_events", ROWS)
    assert files.mapping(EVENTS).read_text() == EVENTS
    assert (files.folder / "file.csv").read_text().startswith("id,what")


def test_report_that_is_lost_leaves_the_counts(files, monkeypatch, capsys):
    def keep(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Report, "keep", keep)
    from django.core.management import call_command

    path, mapping = files.write(ROWS), files.mapping(EVENTS)
    with pytest.raises(CommandError, match="could not be written: No space left"):
        call_command("import_events", str(path), mapping=str(mapping), report=str(files.report))
    assert "created=1 updated=0" in capsys.readouterr().out
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("database is locked"), "(database is locked), so nothing was saved"),
        (KeyboardInterrupt(), "Stopped. Nothing was saved."),
    ],
)
def test_run_that_is_stopped_ends_in_words(files, monkeypatch, error, sentence):
    def write(self, batch):
        raise error

    monkeypatch.setattr(Writer, "write", write)
    assert sentence in files.refused("import_events", ROWS)
    assert not Event.objects.exists()


def test_search_has_read_what_came_in(files):
    files.events(ROWS)
    assert unread() == (0, 0)
