"""What needs care of events and what stands with them."""

from peaceportal.core.care import INFERRED, NO_ALT, NO_AREA, kept, without
from timeline.models import Event

NO_AREA.of(Event, without("areas"))
# Without words a picture can only be stored if it is said to be decorative.
NO_ALT.of(Event, lambda events, asker: kept(events.filter(image_is_decorative=True, image__gt="")))
INFERRED.of(Event, lambda events, asker: kept(events.filter(happened_inferred=True)))
