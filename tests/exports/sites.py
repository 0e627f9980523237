"""A site that is exported, emptied as if it were a new one, and compared with what comes back."""

import shutil
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import models
from PIL import Image
from reversion.models import Revision, Version

from peaceportal.core.content import record_models
from peaceportal.core.models import Change, ChangeCounter, LogReader, OldSlug, VersionDetail
from peaceportal.core.search.following import catch_up
from tests import factories as make
from tests.rich_records import RICH
from tests.worlds import LONG

NASTY = [
    "=1+1",
    "'=1+1",
    "''@x",
    "-2",
    "\tindented",
    "' no formula",
    'He said "peace", and left; so\r\nwe\rhear\nof it',
    "  blank ends  ",
    "السلام عليكم",
    LONG,
    "null",
]


def exported(folder, name="site.zip"):
    path = Path(folder) / name
    call_command("export", str(path), force=True, verbosity=0)
    return path


def brought_in(path, **options):
    call_command("import_export", str(path), verbosity=0, **options)


def empty_site():
    """As a new one: no content, no history of any, no files."""
    fields = [field for model in record_models() for field in model._meta.local_many_to_many]
    links = [field.remote_field.through for field in fields]
    kept = [VersionDetail, Version, Revision, Change, ChangeCounter, LogReader]
    for model in [*links, *record_models(), *kept]:
        models.QuerySet(model)._raw_delete("default")
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    catch_up()


def make_rich_site():
    """Every model, relation and status, and texts that are hard to carry."""
    for model, make_one in RICH.items():
        if model in record_models():
            make_one(f"rich {model._meta.model_name}", 2)
    at = datetime(2030, 1, 1, tzinfo=UTC)
    make.make_event(title="Draft", status="draft")
    make.make_event(title="Later", publish_at=at)
    make.make_event(title="Until", unpublish_at=at)
    gone = make.make_area(name="Removed")
    type(gone).objects.filter(pk=gone.pk).remove()
    into = make.make_organisation(name="Kept")
    merged = make.make_organisation(name="Merged")
    merged.removed_at, merged.merged_into = datetime(2024, 5, 1, 8, 30, 1, 5, UTC), into
    merged.save()
    renamed = make.make_place(name="Old", iso_code="BDI")
    renamed.slug = "new"
    renamed.save()
    for number, text in enumerate(NASTY):
        make.make_source(title=text[:500], note=text)
        make.make_event(title=text.strip() or "?", summary=text, body=text, ordinal=number)
        make.make_document(title=text, text=f"1\f{text}")
        make.make_identifier(value=f"{text} {number}"[:200])
    picture = BytesIO()
    Image.new("RGB", (40, 20), "red").save(picture, "png")
    event = make.make_event(title="With a picture", image_alt="Red")
    event.image.save("Hall.png", ContentFile(picture.getvalue()))
    document = make.make_document(title="With a file")
    document.file.save("Text – über.txt", ContentFile(b"Peace\r\n"))
    lost = make.make_document(title="Without its file")
    lost.file.save("lost.pdf", ContentFile(b"%PDF"))
    Path(lost.file.path).unlink()
    assert OldSlug.objects.exists()
    assert all(model._base_manager.exists() for model in record_models())
