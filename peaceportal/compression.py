from django.http import FileResponse
from django.middleware.gzip import GZipMiddleware


class CompressText(GZipMiddleware):
    """Leaves files alone: pictures and documents are compressed, and would lose their length."""

    def process_response(self, request, response):
        if isinstance(response, FileResponse):
            return response
        return super().process_response(request, response)
