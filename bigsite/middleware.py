"""Middleware of our own."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class GZipTextMiddleware(GZipMiddleware):
    """Compress pages and other text; files and what is streamed go out as they are.

    Django adds random bytes and masks CSRF tokens, so that the length tells nothing of secrets (BREACH).
    """

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        """Leave alone what is compressed already, or too large to be compressed while somebody waits."""
        kind = response.headers.get("Content-Type", "")
        if response.streaming or not kind.startswith(("text/", "application/json")):
            return response
        return super().process_response(request, response)
