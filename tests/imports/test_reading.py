"""Files as they come: encodings, comments, quotation marks, sheets. Nothing is dropped unsaid."""

from datetime import date, datetime

import pytest
from openpyxl import Workbook

from tests.imports.files import EVENTS
from timeline.models import Event

pytestmark = pytest.mark.django_db

HEAD = ["id", "what", "when"]


def titles():
    return list(Event.objects.order_by("pk").values_list("title", flat=True))


def with_import(line):
    return EVENTS.replace("[import]", f"[import]\n{line}")


def test_header_that_ends_in_a_space_and_a_byte_order_mark_are_read(files):
    files.write("\ufeffid ,what  ,when\n1,Talks,1999\n")
    assert files.events(files.folder / "file.csv").numbers == (1, 0, 0, 0)


def test_cells_with_line_feeds_are_one_cell_within_rows_that_end_otherwise(files):
    said = files.events('id,what,when\r\n1,"Talks\nin Geneva",1999\r\n2,More,2000\r\n')
    assert said.numbers == (2, 0, 0, 0)
    assert titles() == ["Talks in Geneva", "More"]


def test_unseen_signs_of_titles_are_left_out(files):
    files.events([HEAD, ["1", "\u200bTalks\u2028in  Geneva\u200b ", "1999"]])
    assert titles() == ["Talks in Geneva"]


def test_cell_of_twenty_thousand_characters_is_refused_with_its_length(files):
    said = files.events([HEAD, ["1", "a" * 19826, "1999"]])
    assert said.numbers == (0, 0, 0, 1)
    assert "Row 2, column “what”" in said
    assert "at most 500 characters (it has 19826)" in said


def test_long_cell_of_a_summary_is_taken(files):
    mapping = EVENTS.replace('title = "what"', 'title = "what"\nsummary = "said"')
    long = "word " * 40_000
    assert files.events([[*HEAD, "said"], ["1", "Talks", "", long]], mapping).numbers[0] == 1
    assert len(Event.objects.get().summary) == 199_999


def test_comments_are_passed_over_and_told(files):
    text = '# From "a list\n#, made\nid,what,when\n1,Talks,1999\n# the end\n'
    said = files.events(text, with_import('comment = "#"'))
    assert said.numbers == (1, 0, 0, 0)
    assert "Comments were passed over: rows 1–2, 5." in said


def test_empty_rows_are_passed_over_and_counted(files):
    said = files.events("id,what,when\n\n1,Talks,1999\n,,\n2,,2000\n", EVENTS)
    assert "Row 5, column “what”" in said


def test_other_delimiter_is_read_and_suggested(files):
    text = "id;what;when\n1;Talks, long;1999\n"
    assert 'delimiter = ";"' in files.refused("import_events", text)
    assert files.events(text, with_import('delimiter = ";"')).numbers == (1, 0, 0, 0)


def test_other_encoding_is_read_and_suggested(files):
    text = "id,what,when\n1,Talks,1999\n2,Évian,2000\n".encode("cp1252")
    said = files.refused("import_events", text)
    assert "Row 3 cannot be read as utf-8-sig" in said
    assert 'encoding = "cp1252"' in said
    assert files.events(text, with_import('encoding = "cp1252"')).numbers == (2, 0, 0, 0)
    assert titles()[1] == "Évian"
    text = text.decode("cp1252").encode("utf-8")
    said = files.refused("import_events", text, with_import('encoding = "cp1252"'))
    assert "The file is saved as UTF-8, and the mapping says cp1252" in said


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "ascii", "utf-8"])
def test_wrong_encoding_is_refused_in_words(files, encoding):
    text = "id,what,when\n1,Évian,2000\n".encode("latin-1")
    assert "cannot be read" in files.refused(
        "import_events", text, with_import(f'encoding = "{encoding}"')
    )


def test_row_of_another_width_is_refused(files):
    said = files.events("id,what,when\n1,Peace, justice,1999\n2,Short\n3,Right,1999\n")
    assert said.numbers == (0, 0, 1 - 1, 2)
    assert "Row 2" in said and "has 4 cells, the header has 3" in said
    assert "Row 3" in said and "has 2 cells" in said
    assert not Event.objects.exists()


def test_open_quotation_mark_is_refused_with_its_row(files):
    said = files.refused("import_events", 'id,what,when\n1,Talks,1999\n2,"More,2000\n3,Last,2001\n')
    assert "Row 3 cannot be read" in said


def test_missing_column_is_named_with_what_there_is(files):
    said = files.refused("import_events", [["id", "what", "whem"], ["1", "Talks", ""]])
    assert "[dates.happened]: the file has no column “when”. Did you mean “whem”?" in said
    assert "“id”, “what”, “whem”" in said


def test_column_that_comes_twice_is_refused(files):
    assert "2 columns “what”" in files.refused("import_events", [[*HEAD, "what"]])


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
def test_empty_file_is_refused(files, text):
    assert "The file is empty" in files.refused("import_events", text)


def test_header_alone_is_an_import_of_nothing(files):
    assert files.events([HEAD]).numbers == (0, 0, 0, 0)


def test_file_that_is_not_there_is_refused(files):
    assert "cannot be opened" in files.refused("import_events", files.folder / "none.csv")


def test_folder_of_the_report_that_is_not_there_is_refused(files):
    files.report = files.folder / "none" / "report.csv"
    assert "The folder of the report" in files.refused("import_events", [HEAD])


def test_nul_and_other_control_characters_are_refused(files):
    said = files.events([HEAD, ["1", "Talks\x00", ""], ["2", "Talks\x07", ""]])
    assert said.numbers == (0, 0, 0, 2)
    assert "control character (U+0000)" in said
    assert "control character (U+0007)" in said


def test_quotation_mark_without_its_pair_is_told(files):
    said = files.events([HEAD, ["1", '"Mission of the Envoy in the', "1965"]])
    assert said.numbers == (1, 0, 0, 0)
    assert "A quotation mark without its pair" in said


# Workbooks


def workbook(files, sheets):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = files.folder / "file.xlsx"
    book.save(path)
    return path


def test_workbook_is_read_with_its_numbers_and_days(files):
    rows = [
        HEAD,
        [1, "A year", 1945],
        [2.0, "A day", datetime(1953, 7, 27)],
        [3, "Another", date(1999, 1, 2)],
        [],
        [4, "None", None],
    ]
    assert files.events(workbook(files, {"a": rows})).numbers == (4, 0, 0, 0)
    found = Event.objects.order_by("pk")
    assert [event.happened.edtf for event in found] == ["1945", "1953-07-27", "1999-01-02", ""]
    assert found[1].identifiers.get().value == "2"


def test_sheet_is_chosen_and_a_wrong_one_named(files):
    path = workbook(files, {"notes": [["nothing"]], "data": [HEAD, [1, "Talks", 1999]]})
    assert "There is: “notes”, “data”." in files.refused(
        "import_events", path, with_import('sheet = "dat"')
    )
    assert files.events(path, with_import('sheet = "data"')).numbers == (1, 0, 0, 0)


def test_first_of_several_sheets_is_told(files):
    path = workbook(files, {"data": [HEAD, [1, "Talks", 1999]], "notes": [["nothing"]]})
    assert "The first sheet was read" in files.events(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"id,what\n1,Talks\n"])
def test_workbook_that_is_none_is_refused(files, content):
    path = files.write(content, "file.xlsx")
    assert "cannot be read as a workbook" in files.refused("import_events", path)


# Files that are almost right


OWN = ["identifiers", "title", "summary"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("file.csv", "identifiers;title;summary\nmade:1;Talks, long;Said\n"),
        ("file.csv", '\ufeffsep=;\r\nidentifiers;title\r\nmade:1;"Talks, long"\r\n'),
        ("file.txt", "identifiers\ttitle\tsummary\nmade:1\tTalks, long\tSaid\n"),
        ("file.csv", 'identifiers,title,summary\nmade:1,"Talks, long",Said\n ,  ,\n \n'),
        ("file.csv", "identifiers\ttitle\nmade:1\tTalks, long\n".encode("utf-16")),
    ],
)
def test_own_columns_are_read_however_they_are_separated(files, name, data):
    assert files.run("import_events", data, None, name=name).numbers == (1, 0, 0, 0)
    assert titles() == ["Talks, long"]


def test_workbook_is_read_by_whatever_name(files):
    book = Workbook()
    book.active.append(OWN)
    book.active.append(["made:1", "Talks", "Said"])
    book.active.append(["  ", " ", None])
    book.save(files.folder / "book.xlsx")
    path = (files.folder / "book.xlsx").rename(files.folder / "book.csv")
    assert files.run("import_events", path, None).numbers == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "of the older form (XLS)"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as XLSX or CSV"),
        ("printed.csv", b"%PDF-1.7", "This is a PDF."),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0", "This is no table that can be read"),
        ("table.ods", b"PK\x03\x04mimetype", "This is no table that can be read"),
        ("file.xlsx", b"identifiers,title\n", "let its name end in .csv"),
    ],
)
def test_file_of_another_kind_is_refused_with_what_to_do(files, name, data, sentence):
    assert sentence in files.refused("import_events", files.write(data, name), None)


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        ('made:1,"A,x\nmade:2,B",y\nmade:3,C,z\n', (1, 0, 0, 1)),  # the mark after B closes
        ('"made:1\nmade:2",B,y\n', (0, 0, 0, 1)),
        ('made:1,"Talks\nin Geneva, and Rome",y\n', (0, 0, 0, 1)),
        ('made:1,"Talks, long\nin Geneva",y\n', (1, 0, 0, 0)),
        ('made:1,Talks,"One, two\nthree, four"\n', (1, 0, 0, 0)),
    ],
)
def test_row_that_an_open_quotation_mark_swallowed_is_not_lost(files, rows, numbers):
    said = files.run("import_events", f"identifiers,title,summary\n{rows}", None, "--skip-bad-rows")
    assert said.numbers == numbers
    assert ("a quotation mark was not closed" in said) == bool(numbers[3])


def test_cell_far_to_the_right_is_refused(files):
    book = Workbook()
    book.active.append(OWN)
    book.active["ZZZ2"] = "far"
    book.save(files.folder / "wide.xlsx")
    said = files.refused("import_events", files.folder / "wide.xlsx", None)
    assert "Row 2 has a cell beyond the first 1000 columns." in said
