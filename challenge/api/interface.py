"""The interface: its operations, its description (OpenAPI 3.1), and its documentation page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema

from challenge.api import board, facts, releases, submissions
from challenge.api.authentication import Limit
from challenge.api.problems import MEDIA_TYPE, add_handlers

DESCRIPTION = """\
Submit predictions and read results by programs.

Reading the leaderboard needs no token. For your team's submissions, make a token in the account settings. Every error
is a problem (RFC 9457) whose `detail` says what was wrong and what to do.
"""


class Documentation(Swagger):
    """Page of the description in the layout of the site, with files of the site itself."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Return the page."""
        settings = self.default_settings | {"url": self.get_openapi_url(api, kwargs)}
        return render(request, "challenge/api_docs.html", {"swagger_settings": settings})


class Interface(NinjaAPI):
    """The interface. Its description says that errors are problems, which ninja cannot say itself."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the description."""
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "content" in answer:
                        answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
        return schema


interface = Interface(
    title="BIG benchmark",
    version="1",
    description=DESCRIPTION,
    docs=Documentation(),
    throttle=Limit(),
    urls_namespace="api-1",
)
add_handlers(interface)
interface.add_router("", board.router, tags=["Results"])
interface.add_router("", releases.router, tags=["Releases"])
interface.add_router("", facts.router, tags=["Benchmark"])
interface.add_router("", submissions.router, tags=["Submissions"])
