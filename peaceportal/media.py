"""Files of public records, and of no other: `/media/` is no folder."""

from django.http import Http404
from django.views.decorators.http import require_safe

from peaceportal.core.files import send
from peaceportal.core.images import COPIES
from peaceportal.core.publishing import visible
from timeline.models import Document, Event


@require_safe
def picture(request, uid, size):
    """A copy of the picture of a public event; it is made if it is missing."""
    event = Event.objects.published().filter(uid=uid).first()
    if event is None or size not in COPIES:
        raise Http404
    name = event.image.copy_name(size)
    if name is None:
        raise Http404
    return send(request, event.image.storage, name, attachment=False)


@require_safe
def document(request, name):
    """A document of a public record. It is to be saved, not opened here."""
    if not name.isprintable():
        raise Http404
    # Asked for by its name first, and joined: `published` would read every public event before.
    found = Document.objects.shown().filter(visible(page="event"), file=name).first()
    if found is None:
        raise Http404
    return send(request, found.file.storage, name, attachment=True)
