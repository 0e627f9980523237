"""Which organisations, areas and places may be doubles of each other."""

from collections import defaultdict
from urllib.parse import urlsplit

from organisations.models import AreaOfWork, Organisation, OrganisationName, Place
from peaceportal.core.doubles import Because, Known, alike, found_by
from peaceportal.core.folding import fold
from peaceportal.core.identifiers import Identifier


def site_of(url: str) -> str:
    """A web address as people compare it: without scheme, `www.` and the slash at its end."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}" if host else ""


def like_organisations(model, uids):
    known = model.objects.filter(removed_at__isnull=True).order_by()
    if not known.filter(uid__in=uids).exists():
        return []
    names, keys = defaultdict(list), _identifiers(known)
    for pk, name in OrganisationName.objects.order_by().values_list("organisation", "name"):
        names[pk].append(name)
    fields = ("pk", "uid", "name", "acronym", "website", "parent__uid")
    everyone = []
    for pk, uid, name, acronym, website, parent in known.values_list(*fields):
        if site := site_of(website):
            keys[uid].append((site, Because.SITE))
        everyone.append(Known(uid, name, (*names[pk],), acronym, (*keys[uid],), parent))
    return alike(everyone, uids)


def like_areas(model, uids):
    known = model.objects.filter(removed_at__isnull=True).order_by()
    if not known.filter(uid__in=uids).exists():
        return []
    keys = _identifiers(known)
    rows = known.values_list("uid", "name", "other_names")
    everyone = [
        Known(uid, name, (*others.splitlines(),), keys=(*keys[uid],)) for uid, name, others in rows
    ]
    return alike(everyone, uids)


def like_places(model, uids):
    """A country and a city may share a name, as Djibouti does: only one kind is compared."""
    known = model.objects.filter(removed_at__isnull=True).order_by()
    if not known.filter(uid__in=uids).exists():
        return []
    keys, kinds = _identifiers(known), defaultdict(list)
    for uid, name, kind, others in known.values_list("uid", "name", "kind", "other_names"):
        kinds[kind].append(Known(uid, name, (*others.splitlines(),), keys=(*keys[uid],)))
    return [pair for everyone in kinds.values() for pair in alike(everyone, uids)]


def _identifiers(known):
    """By permanent identity of the page, its identifiers as keys."""
    keys = defaultdict(list)
    rows = Identifier.objects.filter(content_type__model=known.model._meta.model_name)
    for uid, scheme, value in rows.order_by().values_list("page_uid", "scheme", "value"):
        keys[uid].append((f"{fold(scheme)}:{fold(value)}", Because.IDENTIFIER))
    return keys


found_by(Organisation, like_organisations)
found_by(AreaOfWork, like_areas)
found_by(Place, like_places)
