"""What cannot be brought in is refused with a sentence that says what to do; nothing is saved."""

import csv
import io
import json
import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError

from peaceportal.core.content import has_content
from peaceportal.core.exports.columns import columns_of
from peaceportal.core.formats.spreadsheets import cell
from tests import factories as make
from tests.exports.sites import brought_in, empty_site, exported
from timeline.models import Document, Event, Participation

pytestmark = pytest.mark.django_db

ORGANISATIONS = "organisations.organisation.csv"
EVENTS = "timeline.event.csv"
DOCUMENTS = "timeline.document.csv"
UNKNOWN = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


@pytest.fixture
def site(settings, tmp_path):
    """An export, and nothing here: two bodies, one within the other, at an event with a file."""
    settings.MEDIA_ROOT = tmp_path / "media"
    office = make.make_organisation(name="Office", website="https://example.org/")
    body = make.make_organisation(name="Body", parent=office)
    event = make.make_event(title="Talks", organisations=[office, body])
    make.make_succession(predecessor=body, successor=office, kind="renamed")
    make.make_identifier(page=event, value="S/1")
    make.make_place(iso_code="BDI")
    document = make.make_document(event=event)
    document.file.save("text.txt", ContentFile(b"Peace"))
    path = exported(tmp_path)
    empty_site()
    return path


def repacked(path, change):
    """The same zip with its entries changed in place: a dictionary of names and bytes."""
    with ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def edited(table, change):
    def apply(entries):
        rows = list(csv.DictReader(io.StringIO(entries[table].decode(), newline="")))
        rows = change(rows) or rows
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, dict.fromkeys(name for row in rows for name in row))
        writer.writeheader()
        writer.writerows(rows)
        entries[table] = out.getvalue().encode()

    return apply


def put(table, column, value, row=0):
    def change(rows):
        rows.sort(key=lambda one: int(one["number"]))
        rows[row][column] = value

    return edited(table, change)


def without(*names):
    return lambda entries: [entries.pop(name) for name in names]


def told(**words):
    def change(entries):
        entries["manifest.json"] = json.dumps(json.loads(entries["manifest.json"]) | words).encode()

    return change


def add(name):
    def change(entries):
        entries[name] = b"x"
        manifest = json.loads(entries["manifest.json"])
        digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        manifest["files"][name] = {"sha256": digest}
        entries["manifest.json"] = json.dumps(manifest).encode()

    return change


def damage(entries):
    entries[EVENTS] = entries[EVENTS].replace(b"Talks", b"Walks")


def lose_file(entries):
    manifest = json.loads(entries["manifest.json"])
    (name,) = manifest["files"]
    del manifest["files"][name], entries[name]
    entries["manifest.json"] = json.dumps(manifest).encode()


def ring(rows):
    rows.sort(key=lambda one: int(one["number"]))
    rows[0]["parent"] = rows[1]["uid"]


PACKAGES = [
    (without("manifest.json"), "no export of Peace Portal.*pack the files, and not the folder"),
    (told(format="other"), "no export of Peace Portal"),
    (told(version=2), r"newer program \(format 2, and this one reads 1\). Update"),
    (told(tables=[]), "is damaged. Make a new export"),
    (without(EVENTS), "lacks “timeline.event.csv”"),
    (damage, "was changed after it was made: “timeline.event.csv”.*--edited"),
    (add("timeline.treaty.csv"), "“timeline.treaty.csv” is no table that this program knows"),
    (add("files/../../evil.txt"), "“files/../../evil.txt” is no name of a file"),
    (add("/etc/evil"), "“/etc/evil” is no name of a file"),
    (add("files/a\\b"), "is no name of a file"),
]


def test_package_that_is_none_is_refused(site):
    whole = site.read_bytes()
    for change, sentence in PACKAGES:
        site.write_bytes(whole)
        repacked(site, change)
        refused(site, sentence)


def test_what_is_no_zip_is_refused(tmp_path):
    (tmp_path / "text.zip").write_text("Peace")
    refused(tmp_path / "text.zip", "is damaged, or is no zip file.*Copy it again")
    refused(tmp_path / "nothing.zip", "cannot be opened")


def refused(path, sentence, **options):
    with pytest.raises(CommandError, match=f"(?s){sentence}.*Nothing was saved"):
        brought_in(path, **options)
    assert not has_content()


TABLES = [
    (put(EVENTS, "notes", "x"), "has columns that this program does not know: “notes”"),
    (
        edited(EVENTS, lambda rows: [row.pop("kind") for row in rows] and None),
        "lacks the columns “kind”",
    ),
    (
        put(EVENTS, "kind", "party"),
        "Row 2, column “kind”, “party”: .*There is: “meeting”, ",
    ),
    (put(EVENTS, "image", "a.png"), "To tick something is to write true in “image_is_decorative”"),
    (put(EVENTS, "happened", "2023-02-30"), "column “happened”, “2023-02-30”: .*does not exist"),
    (put(EVENTS, "happened_inferred", "yes"), "“yes”: Write true or false"),
    (put(EVENTS, "happened_inferred", "TRUE"), "A date taken from the posting is the posting date"),
    (put(EVENTS, "ordinal", "three"), "“three”: Write a whole number"),
    (put(EVENTS, "ordinal", "99999"), "column “ordinal”, “99999”: .*less than or equal to 32767"),
    (put(EVENTS, "publish_at", "2025-01-01 09:00"), "Write a moment with its time zone"),
    (put(EVENTS, "title", ""), "column “title”: This field cannot be blank"),
    (put(EVENTS, "title", "x" * 501), "at most 500 characters"),
    (put(EVENTS, "title", "a\0b"), "a sign that cannot be kept"),
    (put(EVENTS, "slug", "Two Words"), "as “two-words”"),
    (put(EVENTS, "uid", "12"), "“12”: This is no permanent identity"),
    (put(EVENTS, "number", "0"), "Write a number that no other row has"),
    (put(EVENTS, "series", UNKNOWN), "No row of timeline.eventseries has this"),
    (put(EVENTS, "areas", f"{UNKNOWN}|x"), "column “areas”.*no permanent identity"),
    (put(ORGANISATIONS, "website", "example"), "column “website”, “example”: "),
    (put(ORGANISATIONS, "language", "not a language"), "column “language”"),
    (put(ORGANISATIONS, "ended", "1950"), "An organisation with an end date has ended"),
    (put(ORGANISATIONS, "slug", "office", 1), "column “slug”, “office”: Row .* says the same"),
    (put("core.identifier.csv", "content_type", "x.y"), "“x.y”: This is no kind of record"),
    (put("core.identifier.csv", "page_uid", UNKNOWN), "No row of timeline.event has this"),
    (put(DOCUMENTS, "file", "documents/other.txt"), "The export lacks this file"),
    (put(DOCUMENTS, "file", "documents/a.exe"), "column “file”"),
    (lose_file, "The export lacks this file"),
    (
        edited(EVENTS, lambda rows: rows * 2),
        "Row 3, column “uid”.*Another row has the same",
    ),
    (
        edited(
            "organisations.succession.csv",
            lambda rows: [
                *rows,
                rows[0]
                | {
                    "uid": UNKNOWN,
                    "number": "",
                    "predecessor": rows[0]["successor"],
                    "successor": rows[0]["predecessor"],
                },
            ],
        ),
        "Row 3, column “successor”.*part of itself",
    ),
    (edited(ORGANISATIONS, ring), "column “parent”.*part of itself"),
    (
        lambda entries: entries.update({EVENTS: entries[EVENTS] + b'1,"never closed'}),
        "timeline.event.csv cannot be read .*quotation marks",
    ),
    (
        lambda entries: entries.update({EVENTS: entries[EVENTS] + b"1,2\r\n"}),
        "Row 3: This row has 2 cells",
    ),
    (
        lambda entries: entries.update({EVENTS: entries[EVENTS] + b"\xff"}),
        "cannot be read as UTF-8",
    ),
]


def test_table_that_was_edited_wrongly_is_refused(site):
    whole = site.read_bytes()
    for change, sentence in TABLES:
        site.write_bytes(whole)
        repacked(site, change)
        refused(site, sentence, edited=True)


ADDED = {"title": "Added", "kind": "meeting", "status": "draft", "language": "en"}


def test_tables_edited_in_a_spreadsheet_are_taken(site):
    """With the signs, ends of lines and delimiter of one, and a row that somebody added."""

    def change(entries):
        put(EVENTS, "happened_inferred", "FALSE")(entries)
        add_row = edited(
            "organisations.areaofwork.csv",
            lambda rows: [
                dict.fromkeys((one.name for one in columns_of(make.AreaOfWork)), "")
                | {"uid": UNKNOWN, "name": cell("=Peace"), "status": "published", "language": "en"}
            ],
        )
        add_row(entries)
        edited(EVENTS, lambda rows: [*rows, ADDED])(entries)
        rows = csv.reader(io.StringIO(entries[ORGANISATIONS].decode(), newline=""))
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=";").writerows(rows)
        entries[ORGANISATIONS] = b"\xef\xbb\xbf" + out.getvalue().encode()
        entries["__MACOSX/._" + EVENTS] = b"x"

    repacked(site, change)
    brought_in(site, edited=True)
    assert Event.objects.get(title="Added").uid
    area = make.AreaOfWork.objects.get()
    assert (area.name, area.slug) == ("=Peace", "peace")
    assert Event.objects.get(title="Talks").organisations.count() == 2


def test_nothing_is_left_where_it_fails_at_the_end(site, monkeypatch, settings):
    """Files are written before the rows that name them."""

    def fail(*args, **kwargs):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Participation.objects._queryset_class, "bulk_create", fail)
    refused(site, "No space left on device")
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_other_file_of_the_same_name_is_never_written_over(site, settings):
    with ZipFile(site) as archive:
        (name,) = [name for name in archive.namelist() if name.startswith("files/")]
    there = Path(settings.MEDIA_ROOT) / name.removeprefix("files/")
    there.parent.mkdir(parents=True)
    there.write_bytes(b"Other")
    refused(site, "has another “documents/.*/text.txt” already. Move it away")
    assert there.read_bytes() == b"Other"
    there.write_bytes(b"Peace")  # of a run that was killed
    brought_in(site)
    assert Document.objects.get().file.name == name.removeprefix("files/")
