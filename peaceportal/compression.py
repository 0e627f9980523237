"""Text is sent compressed, as small as the browser can read it."""

import re
from functools import lru_cache

import brotli
from django.http import FileResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

READABLE = 200  # characters of Accept-Encoding: browsers send thirty
REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")
QUALITY = 5  # of 11: as fast as gzip, and a tenth smaller
SHORTEST = 200  # bytes


def encoding_for(accepted: str) -> str:
    """How a whole text is sent to who accepts this: `br`, `gzip`, or empty, which is as it is."""
    return next((name for name in ("br", "gzip") if name in _names(accepted[:READABLE])), "")


@lru_cache(100)
def _names(accepted: str) -> frozenset[str]:
    """The encodings that are accepted: a quality of 0 refuses one (RFC 9110, 12.5.3)."""
    parts = [part.partition(";") for part in accepted.lower().split(",")]
    return frozenset(name.strip() for name, _sign, told in parts if not REFUSED.fullmatch(told))


class CompressText(GZipMiddleware):
    """Leaves files alone: pictures and documents are compressed, and would lose their length.

    Brotli for public pages alone: Django's gzip hides the length of what holds secrets.
    """

    def process_response(self, request, response):
        if isinstance(response, FileResponse):
            return response
        is_long = response.streaming or len(response.content) >= SHORTEST
        names = _names(request.headers.get("Accept-Encoding", "")[:READABLE])
        is_in_brotli = (
            "br" in names
            and is_long
            and not response.streaming
            and not response.has_header("Content-Encoding")
            and not request.path_info.startswith("/admin/")
        )
        if is_in_brotli:
            return _in_brotli(response)
        if "gzip" not in names:  # of which Django looks for the letters alone
            if is_long:
                patch_vary_headers(response, ("Accept-Encoding",))
            return response
        return super().process_response(request, response)


def _in_brotli(response):
    patch_vary_headers(response, ("Accept-Encoding",))
    response.content = brotli.compress(response.content, quality=QUALITY)
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Content-Encoding"] = "br"
    tag = response.get("ETag", "")
    if tag.startswith('"'):
        response.headers["ETag"] = f"W/{tag}"
    return response
