"""The citation of every record, beside its permanent address."""

from peaceportal.core.addresses import find_record
from peaceportal.core.formats.answers import for_programs
from peaceportal.core.formats.citations import cite_record


@for_programs()
def record(request, uid, form):
    return cite_record(find_record(uid)).answer(form)
