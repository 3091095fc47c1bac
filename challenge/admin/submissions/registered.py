"""Registration of submissions in the admin: list, page, and acts as actions of the list and as addresses."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from challenge.admin.submissions.acts import ACTS, MAY_ORGANIZE, Act
from challenge.admin.submissions.confirming import confirm, confirm_by_numbers
from challenge.admin.submissions.evidence import reproduction_file
from challenge.admin.submissions.listing import SubmissionList
from challenge.admin.submissions.page import SubmissionPage
from challenge.models import Submission


@admin.register(Submission)
class SubmissionAdmin(SubmissionList, SubmissionPage):
    """Submissions: search, view, and decide about them."""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the acts and of the files of reproductions."""
        view = self.admin_site.admin_view
        return [
            path("act/<slug:name>/", view(confirm_by_numbers), name="challenge_submission_act"),
            path(
                "<int:pk>/reproduction/<slug:name>/",
                view(reproduction_file),
                name="challenge_submission_reproduction",
            ),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the acts to those who may organize."""
        if not request.user.has_perm(MAY_ORGANIZE):
            return {}
        return {act.name: (_action(act), act.name, act.label) for act in ACTS}


def _action(act: Act) -> Callable[..., HttpResponse]:
    def ask(model_admin: SubmissionAdmin, request: Any, queryset: QuerySet[Submission]) -> HttpResponse:
        return confirm(request, act, list(queryset.select_related("team")))

    return ask
