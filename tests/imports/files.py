"""Files and mappings for tests of imports: our own, made in the layouts of others."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

DOCS = Path(__file__).resolve().parents[2] / "docs" / "mappings"

EVENTS = """
[import]
scheme = "made"
kind = "meeting"
[columns]
identifier = "id"
title = "what"
[dates.happened]
column = "when"
"""
ORGANISATIONS = """
[import]
scheme = "made"
[columns]
identifier = "id"
name = "name"
"""


class Files:
    """Writes a file and a mapping, runs a command on them, and gives what it said."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.report = folder / "report.csv"

    def write(self, rows, name="file.csv", encoding="utf-8", **options):
        path = self.folder / name
        if isinstance(rows, str | bytes):
            data = rows if isinstance(rows, bytes) else rows.encode(encoding)
        else:
            text = StringIO()
            csv.writer(text, **options).writerows(rows)
            data = text.getvalue().encode(encoding)
        path.write_bytes(data)
        return path

    def run(self, command, rows, mapping=EVENTS, *options, name="file.csv"):
        """The last line as numbers, and everything that was said."""
        path = rows if isinstance(rows, Path) else self.write(rows, name)
        arguments = [str(path), *options, f"--report={self.report}"]
        if mapping:
            arguments += ["--mapping", str(self.mapping(mapping))]
        out, err = StringIO(), StringIO()
        try:
            call_command(command, *arguments, stdout=out, stderr=err)
            code = 0
        except SystemExit as error:
            code = error.code
        said = out.getvalue()
        counts = dict(part.split("=") for part in said.splitlines()[-1].split())
        counts = {name: int(number) for name, number in counts.items()}
        assert (code == 0) == (counts["failed"] == 0)
        return Said(counts, said + err.getvalue())

    def events(self, rows, mapping=EVENTS, *options, **told):
        return self.run("import_events", rows, mapping, *options, **told)

    def organisations(self, rows, mapping=ORGANISATIONS, *options, **told):
        return self.run("import_organisations", rows, mapping, *options, **told)

    def refused(self, command, rows, mapping=EVENTS, *options, **told) -> str:
        """What it said where the file or the mapping could not be used."""
        with pytest.raises(CommandError) as error:
            self.run(command, rows, mapping, *options, **told)
        return str(error.value)

    def mapping(self, text):
        if isinstance(text, Path):
            return text
        path = self.folder / "map.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def lines(self):
        """The rows of the report."""
        text = self.report.read_text(encoding="utf-8-sig")
        return list(csv.DictReader(StringIO(text)))


class Said:
    def __init__(self, counts, words):
        self.counts, self.words = counts, words

    @property
    def numbers(self):
        return tuple(self.counts[name] for name in ("created", "updated", "unchanged", "failed"))

    def __contains__(self, words):
        return words in self.words
