"""What staff open, over the made world: each list of the admin by each filter, search and order."""

from collections.abc import Iterator

from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import resolve

from peaceportal.core.models import User
from tests.editor import address

# A common word, several, one that nothing holds, and a single letter.
SEARCHES = ["peace", "peace talks office", "nothing-holds-this", "a"]
MOST_OFFERED = 40  # choices of one filter that are tried


def staff() -> User:
    """One who may do everything."""
    may = {"is_staff": True, "is_superuser": True}
    return User.objects.get_or_create(username="bench", defaults=may)[0]


def signed_in() -> Client:
    client = Client()
    client.force_login(staff())
    return client


def lists() -> Iterator[tuple[str, list[str]]]:
    """The name of each list, and its addresses: as it opens first."""
    for model in admin.site._registry:
        yield str(model._meta.verbose_name_plural), list(ways(model))


def ways(model) -> Iterator[str]:
    """As it opens, its last page, and by each filter, order and search."""
    path = address(model)
    request = RequestFactory().get(path)
    request.user, request.resolver_match = staff(), resolve(path)
    shown = admin.site._registry[model].get_changelist_instance(request)
    yield path
    if shown.paginator.num_pages > 1:
        yield f"{path}?p={shown.paginator.num_pages}"
    for filtering in shown.filter_specs:
        offered = [choice["query_string"] for choice in filtering.choices(shown)]
        yield from (path + query for query in offered[1:MOST_OFFERED])
    for column in range(1, len(shown.list_display)):
        yield from (f"{path}?o={sign}{column}" for sign in ("", "-"))
    if shown.search_fields:
        yield from (f"{path}?q={words}" for words in SEARCHES)
