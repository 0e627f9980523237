"""Uploaded files are there whole, or not at all."""

import errno
import os
import stat
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import TemporaryUploadedFile

from peaceportal.core.backups import media
from peaceportal.core.whole_files import ARRIVING, LONGEST, WholeFilesStorage


@pytest.fixture
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return WholeFilesStorage()


class Breaks(ContentFile):
    """The disk is full after the first half."""

    def chunks(self, chunk_size=None):
        yield b"first half"
        raise OSError(errno.ENOSPC, "No space left on device")


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_file_that_cannot_be_written_to_its_end_leaves_nothing(storage, settings):
    storage.save("documents/report.pdf", ContentFile(b"one"))
    with pytest.raises(OSError, match="No space left"):
        storage.save("documents/report.pdf", Breaks(b""))
    assert files_in(settings.MEDIA_ROOT) == ["documents/report.pdf"]


def test_file_with_a_name_that_is_taken_gets_another(storage):
    first = storage.save("documents/report.pdf", ContentFile(b"one"))
    second = storage.save("documents/report.pdf", ContentFile("two: ü"))
    assert first == "documents/report.pdf" and second != first
    assert storage.open(first).read() == b"one"
    assert storage.open(second).read() == "two: ü".encode()


def test_upload_that_waits_in_a_file_is_kept_and_can_still_be_read(storage, settings):
    with TemporaryUploadedFile("a.pdf", "application/pdf", 3, None) as upload:
        upload.write(b"abc")
        upload.seek(0)
        name = storage.save("a.pdf", upload)
        upload.seek(0)
        assert upload.read() == storage.open(name).read() == b"abc"
    mode = stat.S_IMODE(Path(storage.path(name)).stat().st_mode)
    assert mode == settings.FILE_UPLOAD_PERMISSIONS


def test_what_a_killed_process_left_is_no_part_of_a_backup_and_goes(storage, settings):
    storage.save("a.txt", ContentFile(b"a"))
    old, new = (settings.MEDIA_ROOT / ARRIVING / name for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - LONGEST - 1,) * 2)
    assert [name for name, _path in media.stored()] == ["a.txt"]
    storage.save("b.txt", ContentFile(b"b"))
    assert new.exists() and not old.exists()


def test_two_uploads_of_one_name_at_one_moment_are_both_kept(storage):
    """The second had asked for the name before the first took it."""
    first = storage._save("report.pdf", ContentFile(b"one"))
    second = storage._save("report.pdf", ContentFile(b"two"))
    assert first != second
    assert (storage.open(first).read(), storage.open(second).read()) == (b"one", b"two")


def test_file_that_cannot_take_its_name_leaves_none(storage, settings, monkeypatch):
    def refuse(*_anything):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="Input/output"):
        storage.save("report.pdf", ContentFile(b"one"))
    assert files_in(settings.MEDIA_ROOT) == []
