"""Middleware of the site."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class GZipTextMiddleware(GZipMiddleware):
    """Compress pages and other text, but not files and streamed responses.

    Django adds random bytes and masks CSRF tokens, so the length reveals no secrets (BREACH).
    """

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        """Skip responses that are already compressed, or too large to compress while a user waits."""
        kind = response.headers.get("Content-Type", "")
        if response.streaming or not kind.startswith(("text/", "application/json")):
            return response
        return super().process_response(request, response)
