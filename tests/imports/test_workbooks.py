"""What a workbook shows, and what it only keeps."""

import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook

from tests.imports.files import EVENTS
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

HEAD = ["id", "what", "when"]


def book_of(files, *rows, shown=""):
    """A workbook with these rows, whose dates are shown as `shown` says."""
    book = Workbook()
    for row in [HEAD, *rows]:
        book.active.append(row)
    for row in book.active.iter_rows(min_row=2):
        if shown:
            row[2].number_format = shown
    path = files.folder / "file.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("kept", "shown", "edtf"),
    [
        (datetime(1953, 7, 1), "mmm yy", "1953-07"),
        (datetime(1953, 7, 1), "[$-409]mmmm\\ yyyy;@", "1953-07"),
        (datetime(1953, 7, 1), '[Red]"dated "mmm yyyy', "1953-07"),
        (datetime(1953, 1, 1), "yyyy", "1953"),
        (datetime(1953, 1, 1, 9, 30), "yyyy h:mm AM/PM", "1953"),
        (datetime(1953, 7, 27), "dd/mm/yyyy", "1953-07-27"),
        (datetime(1953, 7, 27), "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "1953-07-27"),
        (datetime(1953, 7, 27), "yyyy-mm-dd h:mm:ss", "1953-07-27"),
    ],
)
def test_date_of_a_workbook_is_as_exact_as_it_is_shown(files, kept, shown, edtf):
    path = book_of(files, [1, "Talks", kept], shown=shown)
    assert files.events(path).numbers == (1, 0, 0, 0)
    assert Event.objects.get().happened.edtf == edtf


def test_date_that_is_written_out_needs_no_format(files):
    book = Workbook(iso_dates=True)
    book.active.append(HEAD)
    book.active.append([1, "Talks", datetime(1953, 7, 27)])
    book.active["C2"].number_format = "General"
    path = files.folder / "file.xlsx"
    book.save(path)
    assert files.events(path).numbers == (1, 0, 0, 0)
    assert Event.objects.get().happened.edtf == "1953-07-27"


def test_date_of_a_workbook_that_shows_no_year_is_refused(files):
    said = files.events(book_of(files, [1, "Talks", datetime(2026, 7, 27)], shown="d mmm"))
    assert said.numbers == (0, 0, 0, 1)
    assert "shows no year" in said


@pytest.mark.parametrize(("form", "when"), [("%d%m%Y", 1112024), ("%Y%m%d", "2024111")])
def test_figures_that_touch_need_all_their_noughts(files, form, when):
    mapping = EVENTS + f'format = "{form}"\n'
    said = files.events([HEAD, ["1", "Talks", when]], mapping)
    assert said.numbers == (0, 0, 0, 1)
    assert "This is no date in the form" in said


def test_figures_that_touch_are_read_where_they_are_all_there(files):
    mapping = EVENTS + 'format = "%d%m%Y"\n'
    assert files.events([HEAD, ["1", "Talks", "01112024"]], mapping).numbers == (1, 0, 0, 0)
    assert Event.objects.get().happened.edtf == "2024-11-01"


def test_error_of_a_workbook_is_refused(files):
    path = book_of(files, [1, "#N/A", 1953])
    said = files.events(path)
    assert said.numbers == (0, 0, 0, 1)
    assert "shows an error" in said


def test_formula_without_its_value_is_refused(files):
    path = book_of(files, [1, "Talks", 1953], [2, '="Talks"&" two"', 1953], [3, "More", None])
    said = files.events(path)
    assert said.numbers == (0, 0, 0, 1)
    assert "Row 3" in said and "This is a formula" in said


def test_line_ends_of_a_workbook_are_line_ends(files):
    mapping = EVENTS.replace("[dates", 'summary = "when"\n[dates').replace(
        'column = "when"', 'column = "day"'
    )
    book = Workbook()
    book.active.append([*HEAD, "day"])
    book.active.append([1, "Talks_x000D_\non water", "One._x000D_\nTwo.", 1953])
    path = files.folder / "file.xlsx"
    book.save(path)
    assert load_workbook(path).active["B2"].value == "Talks_x000D_\non water"
    assert files.events(path, mapping).numbers == (1, 0, 0, 0)
    event = Event.objects.get()
    assert event.title == "Talks on water"
    assert "_x000D_" not in event.summary


def test_comments_of_a_workbook_are_told(files):
    path = book_of(files, ["# a remark"], [1, "Talks", 1953])
    mapping = EVENTS.replace("[import]", '[import]\ncomment = "#"')
    said = files.events(path, mapping)
    assert said.numbers == (1, 0, 0, 0)
    assert "Comments were passed over: row 2." in said


def test_damaged_workbook_is_refused(files):
    path = book_of(files, *([number, f"Talks {number}", 1953] for number in range(500)))
    with zipfile.ZipFile(path) as book:
        info = book.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    middle = info.header_offset + info.compress_size // 2
    data[middle : middle + 20] = b"\xff" * 20
    path.write_bytes(data)
    assert "cannot be read as a workbook" in files.refused("import_events", path)


def test_workbook_of_a_chart_alone_is_refused(files):
    from openpyxl.chart import BarChart

    book = Workbook()
    book.create_chartsheet("chart").add_chart(BarChart())
    book.remove(book.worksheets[0])
    path = files.folder / "file.xlsx"
    book.save(path)
    assert "workbook" in files.refused("import_events", path)
