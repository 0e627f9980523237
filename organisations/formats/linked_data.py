"""An organisation in the words of schema.org; successions in those of W3C's ontology for it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.models import Organisation
from peaceportal.core.formats.linked_data import identity, named, plain_ends, trail
from peaceportal.core.formats.records import address

TYPES = {
    Organisation.Kind.NGO: "NGO",
    Organisation.Kind.GOVERNMENT: "GovernmentOrganization",
}
ORG = "http://www.w3.org/ns/org#"  # schema.org has no word for what came before and after


def organisation_in_words(body: Organisation, above: Iterable[Organisation]) -> list[dict]:
    """The organisation as `for_detail` read it, what it is part of, and the way to it."""
    above = list(above)
    before, after = [], []
    for one in body.public_successions:
        if one.successor_id == body.pk:
            before.append(
                {"@type": f"{ORG}ChangeEvent"}
                | {f"{ORG}originalOrganization": named("Organization", one.predecessor)}
            )
        elif one.successor:
            after.append(
                {"@type": f"{ORG}ChangeEvent"}
                | {f"{ORG}resultingOrganization": named("Organization", one.successor)}
            )
    about = {
        "@type": TYPES.get(body.kind, "Organization"),
        **identity(body),
        "alternateName": [*filter(None, [body.acronym]), *(one.name for one in body.names.all())],
        "description": body.summary,
        "foundingDate": plain_ends(body.founded)[0],
        "dissolutionDate": plain_ends(body.ended)[1],
        "sameAs": address(body.website),
        "location": [named("Place", place) for place in body.shown_places],
        "knowsAbout": list(
            dict.fromkeys(engagement.area.name for engagement in body.public_engagements)
        ),
        "parentOrganization": named("Organization", above[-1])
        if above and above[-1].pk == body.parent_id
        else None,
        f"{ORG}resultedFrom": before,
        f"{ORG}changedBy": after,
    }
    del about["inLanguage"]  # which schema.org has for works and events alone
    way = [(_("Organisations"), reverse("organisations:list"))]
    way += [(page.name, page.get_absolute_url()) for page in [*above, body]]
    return [about, trail(way)]
