"""Restores that are stopped, and what the site then is."""

import io

import pytest
from django.core.management import call_command

from peaceportal.core.backups import journal, media
from timeline.models import Event

OLD, NEW = ("What was here", ["old.pdf"]), ("From the backup", ["a/lost+found/b.pdf", "new.pdf"])


def said(command, *arguments, **options):
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def put(site, name):
    path = site.folder / "media" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name)


def state():
    return Event.objects.get().title, sorted(name for name, _path in media.stored())


class Stopped(BaseException):
    """As by a kill: nothing catches it."""


def stopped_before(monkeypatch, step, backup):
    """Restore until that step has been noted, and no further."""
    write = journal.write

    def stop(state, **facts):
        write(state, **facts)
        if state == step:
            raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(journal, "write", stop)
        with pytest.raises(Stopped):
            said("restore", backup, "--replace")
    assert journal.is_half_way()
