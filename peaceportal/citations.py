"""The citation of every record, beside its permanent address: that of the page it is read on."""

from peaceportal.core.formats.answers import for_programs
from peaceportal.core.formats.citations import cite_record
from peaceportal.core.permanent import find_record


@for_programs()
def record(request, uid, form):
    page, _fragment = find_record(uid)
    return cite_record(page).answer(form)
