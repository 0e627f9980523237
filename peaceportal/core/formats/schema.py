"""The pieces of a JSON Schema (draft 2020-12) of what the data forms answer."""

from __future__ import annotations

from collections.abc import Mapping

POINT = r"(\d{4}(-\d{2}(-\d{2})?)?|\d{3}X)[~?%]?"

TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
UID = {"type": "string", "format": "uuid"}
URL = {"type": "string", "format": "uri", "pattern": "^https?://"}
URL_OR_NOTHING = {"type": "string", "pattern": "^(https?://.*)?$"}
EDTF = {"type": "string", "pattern": rf"^({POINT}(/({POINT}|\.\.))?|\.\./{POINT})?$"}
DAY = {"type": ["string", "null"], "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
MOMENT = {"type": "string", "format": "date-time"}
SLUG = {"type": "string", "minLength": 1}
PLACE_CODES = {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{3}$"}}


def words(choices) -> dict:
    """One word of a vocabulary."""
    return {"enum": list(choices.values)}


def record(properties: Mapping[str, dict], says: Mapping[str, object] | None = None) -> dict:
    """A record that has these properties and no other; `says` tells what each means."""
    described = {
        name: schema | ({"description": str(says[name])} if says else {})
        for name, schema in properties.items()
    }
    return {
        "type": "object",
        "properties": described,
        "required": list(properties),
        "additionalProperties": False,
    }


def links(**more: dict) -> dict:
    """Pages as another record names them."""
    return {
        "type": "array",
        "items": record({"uid": UID, "slug": SLUG, "title": TEXT} | more),
    }


IDENTIFIERS = {"type": "array", "items": record({"scheme": TEXT, "value": TEXT})}
SOURCES = {
    "type": "array",
    "items": record(
        {
            "uid": UID,
            "title": TEXT,
            "publisher": TEXT,
            "url": URL_OR_NOTHING,
            "published": EDTF,
            "read_on": EDTF,
        }
    ),
}


def list_of(name: str) -> dict:
    """A page of a query that gives records of this name."""
    address = {"type": ["string", "null"], "format": "uri"}
    text_or_list = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
    return record(
        {
            "count": {"type": "integer", "minimum": 0},
            "query": {"type": "object", "additionalProperties": text_or_list},
            "next": address,
            "previous": address,
            "results": {"type": "array", "items": {"$ref": f"#/$defs/{name}"}, "maxItems": 100},
        }
    )
