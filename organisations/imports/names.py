"""What else pages are called, so that a file may call them so."""

from __future__ import annotations

from collections.abc import Iterator

from organisations.models import AreaOfWork, Organisation, OrganisationName, Place
from peaceportal.core.imports.shapes import Shape


class NamedShape(Shape):
    """Finds organisations by other names and acronyms, areas by synonyms, places by both."""

    def other_names(self, model) -> Iterator[tuple[str, int]]:
        if model is Organisation:
            names = OrganisationName._base_manager.order_by()
            yield from names.values_list("name", "organisation_id").iterator()
            acronyms = Organisation._base_manager.exclude(acronym="").order_by()
            yield from acronyms.values_list("acronym", "pk").iterator()
        elif model is AreaOfWork:
            for area in AreaOfWork._base_manager.exclude(other_names="").order_by():
                yield from ((name, area.pk) for name in area.other_names_list)
        elif model is Place:
            codes = Place._base_manager.exclude(iso_code="").order_by()
            yield from codes.values_list("iso_code", "pk").iterator()
            for place in Place._base_manager.exclude(other_names="").order_by():
                yield from ((name, place.pk) for name in place.other_names_list)
