"""Text is sent compressed, as small as the browser can read it."""

import re
from functools import lru_cache

import brotli
from django.http import FileResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
GZIP = re.compile(r"\bgzip\b")
QUALITY = 5  # of 11: as fast as gzip, and a tenth smaller
SHORTEST = 200  # bytes


@lru_cache(100)
def encoding_for(accepted: str) -> str:
    """How a whole text is sent to who accepts this: `br`, `gzip`, or empty, which is as it is."""
    if BROTLI.search(accepted):
        return "br"
    return "gzip" if GZIP.search(accepted) else ""


class CompressText(GZipMiddleware):
    """Leaves files alone: pictures and documents are compressed, and would lose their length.

    Brotli for public pages alone: Django's gzip hides the length of what holds secrets.
    """

    def process_response(self, request, response):
        if isinstance(response, FileResponse):
            return response
        if (
            not response.streaming
            and not response.has_header("Content-Encoding")
            and not request.path_info.startswith("/admin/")
            and len(response.content) >= SHORTEST
            and encoding_for(request.headers.get("Accept-Encoding", "")) == "br"
        ):
            return _in_brotli(response)
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
