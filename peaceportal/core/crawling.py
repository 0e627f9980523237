"""What search engines should leave alone: of a list that filters, most combinations repeat it."""

from django.http import HttpResponse

from peaceportal.core.finder import Finder

SHALLOW = 1  # values of filters that an address worth finding may have


def spare_crawlers(response: HttpResponse, finder: Finder) -> HttpResponse:
    """Keep deep combinations, words and other orders out of search engines; links are followed."""
    filters = [name for name, _value in finder.parameters]
    if len(filters) > SHALLOW or {"q", "order", "after", "before"} & set(filters):
        response.headers["X-Robots-Tag"] = "noindex, follow"
    return response
