"""A backup of a site that is being edited, and the same site made of it elsewhere."""

import io
import os
import stat
import subprocess
import tarfile
import threading
from contextlib import contextmanager

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from peaceportal.core.backups import (
    archive,
    elsewhere,
    journal,
    media,
    placing,
    restoring,
    surroundings,
    tables,
)
from peaceportal.core.backups.problems import Refused
from tests.factories import make_document, make_event
from tests.rich_records import rich_event, rich_organisation
from timeline.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

IS_POSTGRES = "connection.vendor == 'postgresql'"


def said(command, *arguments, **options):
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def fill():
    rich_event("Talks", 3)
    rich_organisation("Office", 3)
    document = make_document(title="Text of it")
    document.file.save("Übereinkunft.pdf", ContentFile(b"%PDF the text"))
    make_event(title="First of two", slug="one")
    make_event(title="Second of two", slug="two")
    return document.file.name


@contextmanager
def one_writer(site):
    """Edits two events at once, again and again. Gives the list of the edits that were made."""
    made, stop = [], threading.Event()

    def write():
        with elsewhere.default_is(site.described):
            while not stop.is_set():
                title = f"Edit {len(made) + 1}"
                Event.objects.filter(slug__in=["one", "two"]).update(title=title)
                made.append(title)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while len(made) < 2 and thread.is_alive():
            stop.wait(0.01)
        yield made
    finally:
        stop.set()
        thread.join()


def edited():
    """All but what the writer changes, and the log and versions of that."""
    changing = ("core.change", "core.changecounter", "core.versiondetail", "reversion.")
    changing += ("timeline.event", "core.logreader")
    return {name: one for name, one in tables.digests().items() if not name.startswith(changing)}


VENDORS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(f"not ({IS_POSTGRES})", reason="SQLite")),
]


@pytest.mark.parametrize("vendor", VENDORS)
def test_site_is_rebuilt_elsewhere_while_it_is_edited(make_site, vendor):
    is_other = vendor != connection.vendor
    source = make_site("source", vendor=vendor, empty=is_other)
    with source.open():
        if is_other:
            call_command("migrate", verbosity=0)
        name = fill()
        before = edited()
        with one_writer(source) as made:
            number = len(made)
            words = said("backup", source.folder / "site.tar")
        others = Event.objects.exclude(slug__in=["one", "two"]).order_by("uid")
        events = list(others.values_list("uid", "title", "happened", "revision"))
    file = source.folder / "site.tar"
    assert "Read back and checked." in words
    for path in (file, surroundings.secrets_file(file)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with make_site("target", empty=True).open() as target:
        words = said("restore", file)
        assert "The site is now that of" in words
        assert "mend" not in words
        assert edited() == before
        again = Event.objects.exclude(slug__in=["one", "two"]).order_by("uid")
        assert list(again.values_list("uid", "title", "happened", "revision")) == events
        titles = {event.title for event in Event.objects.filter(slug__in=["one", "two"])}
        assert len(titles) == 1 and titles <= set(made[number - 1 :])
        assert (target.folder / "media" / name).read_bytes() == b"%PDF the text"
        secret = surroundings.read(surroundings.secrets_file(file).read_text())["SECRET_KEY"]
        assert (target.folder / "secret_key").read_text().strip() == secret
        make_event(title="Goes on")
        assert Event.objects.matching("goes on").count() == 1
        assert {path.name for path in target.folder.iterdir() if path.suffix == ".json"} == {
            "site.json"
        }


def test_site_with_content_is_replaced_only_when_told_to_and_whole(make_site, monkeypatch):
    with make_site("source").open() as source:
        make_event(title="From the backup")
        (source.folder / "media").mkdir()
        (source.folder / "media" / "new.pdf").write_bytes(b"new")
        said("backup", source.folder / "site.tar")
    file = source.folder / "site.tar"
    with make_site("target").open() as target:
        make_event(title="What was here")
        folder = target.folder / "media"
        folder.mkdir()
        (folder / "old.pdf").write_bytes(b"old")
        with pytest.raises(CommandError, match="add --replace"):
            said("restore", file)
        assert "Nothing was changed" in said("restore", file, "--dry-run", "--replace")

        # Stopped while it was prepared: the site is as it was.
        with monkeypatch.context() as patch:
            patch.setattr(restoring.secret, "prepare", raising)
            patch.setattr(placing, "forget_prepared", lambda: None)  # as by a kill
            with pytest.raises(KeyboardInterrupt):
                said("restore", file, "--replace")
        assert Event.objects.get().title == "What was here"
        assert not journal.is_half_way()

        # Stopped while it was put in place: the next run says so, and finishes it.
        with monkeypatch.context() as patch:
            patch.setattr(media, "bring_in", raising)
            with pytest.raises(KeyboardInterrupt):
                said("restore", file, "--replace")
        assert journal.is_half_way()
        assert "finishing it" in said("restore")
        assert Event.objects.get().title == "From the backup"
        assert [path.name for path in folder.iterdir()] == ["new.pdf"]
        assert not journal.scratch().exists()


def raising(*args):
    raise KeyboardInterrupt


@pytest.mark.skipif(f"not ({IS_POSTGRES})", reason="another database")
def test_postgresql_in_its_own_words(make_site, monkeypatch, tmp_path):
    with make_site("source").open() as source:
        said("backup", source.folder / "site.tar")
        monkeypatch.setenv("PATH", str(old_programs(tmp_path)))
        with pytest.raises(CommandError, match=r"older than 18.*postgresql-client-18"):
            said("backup", source.folder / "another.tar")
    target = make_site("target", vendor="sqlite", empty=True)
    with target.open(), pytest.raises(CommandError, match="restored on PostgreSQL alone"):
        said("restore", source.folder / "site.tar")


def old_programs(folder):
    place = folder / "old"
    place.mkdir()
    (place / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    (place / "pg_dump").chmod(0o755)
    return place


def rewritten(file, to, change):
    """The backup `file` with each entry as `change(name, content)` gives it."""
    with tarfile.open(to, "w") as tar:
        for entry, reading in archive.entries(file):
            content = change(entry.name, reading.read())
            if content is not None:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return to


def newer(name, content):
    if name == archive.MANIFEST:
        return content.replace(b'"version": "0.', b'"version": "9.')
    return content


def test_bad_backup_is_refused_in_words(make_site, tmp_path, monkeypatch):
    with make_site("source").open() as source:
        (source.folder / "media").mkdir()
        (source.folder / "media" / "a.pdf").write_bytes(b"Signed in full")
        file = source.folder / "site.tar"
        said("backup", file)
        assert "is whole" in said("restore", file, "--check")
        half = tmp_path / "half.tar"
        half.write_bytes(file.read_bytes()[:20_000])
        text = tmp_path / "text.tar"
        text.write_text("Not a backup. " * 100)
        cases = {
            tmp_path / "none.tar": "is not there",
            half: "is damaged|is not whole",
            text: "is damaged, or no backup",
            rewritten(file, tmp_path / "end.tar", lambda n, c: c if n != archive.SEAL else None): (
                "its end is missing"
            ),
            rewritten(
                file, tmp_path / "bit.tar", lambda n, c: c.replace(b"Signed", b"signed")
            ): "media/a.pdf is not as written",
            rewritten(file, tmp_path / "new.tar", newer): "its manifest was changed",
        }
        for path, words in cases.items():
            for how in ("--check", "--dry-run"):
                with pytest.raises(CommandError, match=words):
                    said("restore", path, how)
        for name in ("media//etc/x", "/etc/x", "media/../x", "media/./x", "media/a.pdf", "media/"):
            with tarfile.open(file) as tar, tarfile.open(tmp_path / "odd.tar", "w") as odd:
                for entry in tar:
                    odd.addfile(entry, tar.extractfile(entry))
                odd.addfile(tarfile.TarInfo(name))
            with pytest.raises(CommandError, match="is no backup: it has"):
                said("restore", tmp_path / "odd.tar", "--check")
        with pytest.raises(Refused, match="lies elsewhere"):
            archive.unpack(io.BytesIO(), tmp_path / "media" / ".." / "x", within=tmp_path / "media")
        with monkeypatch.context() as patch:
            patch.setattr(archive, "MOST_TEXT", 10)
            with pytest.raises(CommandError, match=r"manifest\.json is too large"):
                said("restore", file, "--check")
        with monkeypatch.context() as patch:
            patch.setattr(source.settings, "VERSION", "0.0.9")
            with pytest.raises(CommandError, match=r"Install Peace Portal 0\.1\.0 or later"):
                said("restore", file, "--check")
        with pytest.raises(CommandError, match="is there already"):
            said("backup", file)


def test_nightly_backups_keep_the_newest_and_leave_other_files(make_site, monkeypatch):
    with make_site("source").open() as source:
        folder = source.settings.BACKUP_DIR
        folder.mkdir()
        for day in (1, 2, 3):
            path = folder / f"peaceportal-2026-01-0{day}T030000Z.tar"
            path.write_bytes(b"")
            surroundings.secrets_file(path).write_text("")
        (folder / "letter.tar").write_bytes(b"")
        left = folder / ".peaceportal-x.1.0.part"
        left.write_bytes(b"")
        os.utime(left, (0, 0))
        with pytest.raises(CommandError, match="takes a number from 1"):
            said("backup", keep=0)
        assert "Removed 2 older." in said("backup", keep=2)
        names = sorted(path.name for path in folder.iterdir())
        assert names[:3] == [
            "letter.tar",
            "peaceportal-2026-01-03T030000Z.tar",
            "peaceportal-2026-01-03T030000Z.tar.secrets",
        ]
        assert len(names) == 5


def test_secrets_are_apart_and_a_shell_reads_them(make_site, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", 'smtp+tls://me:pa$$"w`o\\rd@mail.example.org:587')
    monkeypatch.setenv("TIME_ZONE", "Europe/Zurich")
    with make_site("source").open() as source:
        file = source.folder / "site.tar"
        said("backup", file)
        secret = source.settings.SECRET_KEY
    content = file.read_bytes()
    assert b'TIME_ZONE="Europe/Zurich"' in content
    assert b"mail.example.org" not in content and secret.encode() not in content
    secrets = surroundings.secrets_file(file)
    script = f'unset EMAIL_URL; . {secrets}; printf %s "$EMAIL_URL"'
    read = subprocess.run(["sh", "-c", script], capture_output=True, text=True).stdout
    assert read == os.environ["EMAIL_URL"]
    assert surroundings.read(secrets.read_text())["EMAIL_URL"] == read
