"""The documentation names every table and every column."""

import re
from pathlib import Path

from peaceportal.core.exports.archive import table_name
from peaceportal.core.exports.columns import columns_of, exported_models
from peaceportal.core.publishing import Page, Part

TEXT = (Path(__file__).resolve().parents[2] / "docs/exporting.md").read_text(encoding="utf-8")


def test_codebook_names_every_column_of_every_table():
    told = {
        row[1]: set(re.findall(r"`(\w+)`", row[2]))
        for row in re.finditer(r"\| `(.+csv)` \| (.*)", TEXT)
    }
    of_parts = {"status", "language", "sources"}
    of_pages = {"slug", "publish_at", "unpublish_at", "first_public_at", "removed_at"}
    of_pages |= {"merged_into"} | of_parts
    for model in exported_models():
        shared = of_pages if issubclass(model, Page) else set()
        shared = of_parts if issubclass(model, Part) else shared
        names = {column.name for column in columns_of(model)} - {"number", "uid"} - shared
        assert told.pop(table_name(model)) == names
    assert not told
