"""Backups that must not take the place of better ones, and what `doctor` says of a backup."""

import io
import json
import os
import runpy
import shutil

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from peaceportal.core import doctor
from peaceportal.core.backups import making
from tests.backups.restores import said
from tests.factories import make_document, make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


def complaints():
    call = [one.words for one in doctor.examine(quick=True) if one.kind == doctor.Kind.MEND]
    return "\n".join(call)


def kept(site):
    return sorted(path.name for path in site.settings.BACKUP_DIR.iterdir())


def test_pruning_never_removes_the_backup_just_made_nor_better_ones(make_site, monkeypatch):
    with make_site("site").open() as site:
        folder = site.settings.BACKUP_DIR
        folder.mkdir()
        ahead = folder / "peaceportal-2999-01-01T000000Z.tar"
        old = folder / "peaceportal-2020-01-01T000000Z.tar"
        lonely = folder / "peaceportal-2019-01-01T000000Z.tar.secrets"
        left = [folder / f".peaceportal-x.1.1.part-{end}" for end in ("journal", "wal")]
        for path in (ahead, old, lonely, *left):
            path.write_bytes(b"")
            path.chmod(0o600)
        for path in (lonely, *left):
            os.utime(path, (0, 0))
        for number in range(5):
            make_event(slug=f"event-{number}")
        errors = io.StringIO()
        assert "Removed 1 older." in said("backup", keep=1, stderr=errors)
        assert f"{ahead} is named for a moment to come" in errors.getvalue()
        assert f"{ahead} is named for a moment to come" in complaints()
        names = kept(site)
        assert len(names) == 3 and ahead.name in names and old.name not in names
        ahead.unlink()

        # A site that lost its content.
        note = json.loads(making.note_path().read_text())
        making.note_path().write_text(json.dumps(note | {"rows": 100_000}))
        for _night in range(2):
            old.write_bytes(b"")
            errors = io.StringIO()
            moment = f"peaceportal-2026-01-0{_night + 1}T000000Z.tar"
            monkeypatch.setattr(making, "next_path", lambda name=moment: folder / name)
            assert "Removed" not in said("backup", keep=1, stderr=errors)
            assert "an earlier one had 100000" in errors.getvalue()
            assert "an earlier one had 100000" in complaints()
        assert old.exists()


def test_files_that_cannot_be_taken_are_told(make_site, monkeypatch):
    with make_site("site").open() as site:
        document = make_document(title="Text of it")
        document.file.save("text.pdf", ContentFile(b"%PDF the text"))
        other = make_document(title="Lost")
        other.file.save("lost.pdf", ContentFile(b"%PDF lost"))
        (site.folder / "media" / other.file.name).unlink()
        words = said("backup", site.folder / "one.tar")
        assert f"1 files that records name ({other.file.name})" in words

        def closed(path, **how):
            return walk(path / "closed", **how)

        walk = os.walk
        monkeypatch.setattr(os, "walk", closed)
        with pytest.raises(CommandError, match="of uploaded files cannot be read"):
            said("backup", site.folder / "two.tar")
        monkeypatch.setattr(os, "walk", lambda path, **how: iter(()))
        with pytest.raises(CommandError, match=r"text\.pdf could not be taken"):
            said("backup", site.folder / "two.tar")
        assert not list(site.folder.glob("*two*"))


def test_doctor_looks_at_the_latest_backup(make_site):
    with make_site("site").open() as site:
        said("backup")
        assert complaints() == ""
        [file] = site.settings.BACKUP_DIR.glob("*.tar")
        whole = file.read_bytes()
        for content in (b"", whole[: len(whole) // 2], b"\0" * len(whole)):
            file.write_bytes(content)
            assert f"{file} is damaged" in complaints()
        file.write_bytes(whole)
        file.chmod(0o644)
        assert f"chmod 600 {file}" in complaints()
        elsewhere = site.folder / "elsewhere.tar"
        shutil.move(file, elsewhere)
        assert f"{file} is gone" in complaints()
        note = json.loads(making.note_path().read_text())
        making.note_path().write_text(json.dumps(note | {"file": "/elsewhere/a.tar"}))
        assert complaints() == ""


def test_doctor_ends_in_peace_where_nobody_reads_on(make_site, monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)

    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with make_site("site").open(), os.fdopen(writing, "w") as out:
        monkeypatch.setattr("sys.stdout", out)
        with pytest.raises(SystemExit):
            call_command("doctor", "--quick", stdout=Closed())


def test_version_is_that_of_the_site(make_site, monkeypatch, capsys):
    with make_site("site").open() as site:
        monkeypatch.setattr("sys.argv", ["manage.py", "version"])
        runpy.run_path(str(site.settings.BASE_DIR / "manage.py"), run_name="__main__")
    assert capsys.readouterr().out.startswith(f"Peace Portal {site.settings.VERSION}")
