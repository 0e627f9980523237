"""What a file can say of organisations."""

from __future__ import annotations

from dataclasses import replace

from organisations.imports.lists import ENGAGEMENTS, PLACES
from organisations.imports.names import NamedShape
from organisations.models import Organisation


class OrganisationShape(NamedShape):
    def fill_from(self, wanted, mapping) -> None:
        """A filled end means that it has ended, where nothing says the state."""
        if "state" not in wanted.values and wanted.values.get("ended"):
            wanted.values["state"] = Organisation.State.ENDED


ORGANISATIONS = OrganisationShape(
    model=Organisation,
    texts=("name", "acronym", "summary", "website", "language"),
    vocabularies=("kind", "state"),
    dates=("founded", "ended", "as_of"),
    lists={"areas": ENGAGEMENTS, "places": replace(PLACES, withheld_by="withhold_places")},
    areas="areas",
    has_parent=True,
    is_told_by_name=True,
    own_names={"name": "title", "parent": "parents"},
    derived=(
        *("url", "founded_earliest", "founded_latest", "ended_earliest", "ended_latest"),
        *("place_codes", "updated"),
    ),
    examples={
        "title": "Office for Quiet Talks",
        "acronym": "OQT",
        "kind": "ngo",
        "state": "ended",
        "founded": "July 1953",
        "ended": "about 1994",
        "as_of": "2024",
        "parents": "council-for-talks",
        "areas": "mediation|peacebuilding",
        "places": "Geneva|Switzerland",
        "summary": "Brings people together who could not meet in public.",
        "website": "https://example.org/",
        "language": "en",
    },
    not_taken=("names", "predecessors", "successors", "sources"),
)
