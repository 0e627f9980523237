"""The lists of areas and places that organisations and events have alike."""

from organisations.models import AreaOfWork, Place
from peaceportal.core.imports.shapes import ListShape

# A region is the widest word: what else it is, staff say of the draft.
PLACES = ListShape(
    Place,
    links="places",
    can_create=True,
    created={"kind": Place.Kind.REGION},
    kinds=tuple(Place.Kind.values),
)
AREAS = ListShape(AreaOfWork, links="areas")
ENGAGEMENTS = ListShape(AreaOfWork, rows="engagements", target="area")
