"""What needs care of organisations and of what stands on the pages of areas."""

from organisations.models import Engagement, Organisation, Quotation, Resource
from peaceportal.core.care import NO_AREA, kept, without


def unengaged(organisations, asker):
    """Bodies that still exist and of which nobody says what they work on."""
    engaged = Engagement.objects.order_by().values("organisation")
    return kept(organisations.exclude(pk__in=engaged).exclude(state="ended"))


NO_AREA.of(Organisation, unengaged)
NO_AREA.of(Quotation, without("areas"))
NO_AREA.of(Resource, without("areas", "organisations"))
