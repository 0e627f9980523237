"""What happened, and when."""

from timeline.models.document import Document
from timeline.models.event import Event, Participation
from timeline.models.series import EventSeries

__all__ = ["Document", "Event", "EventSeries", "Participation"]
