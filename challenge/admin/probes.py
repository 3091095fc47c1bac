"""Test submissions in the admin: send one, and see how the last ones went."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join

from accounts.admin.read_only import ReadOnlyAdmin
from challenge.admin.acting import Place, ask, organizer
from challenge.models import Probe
from challenge.services import probes

LABEL = "Send a test submission"
SENTENCES = [
    "The site makes a file from the test labels, with mistakes at known places. A worker scores it like the file of a "
    "team and estimates its intervals. Then the scores are compared with the known ones.",
    "It counts towards no limit, has no rank, sends no mail, and appears in this list only. The file is deleted at the "
    "end, and the row after 14 days.",
]


@admin.register(Probe)
class ProbeAdmin(ReadOnlyAdmin):
    """Test submissions, the last first; one is added by sending it."""

    list_display = ["asked_at", "sender", "outcome", "until_scores", "until_intervals", "found"]
    list_display_links = ["asked_at"]
    list_filter = ["status"]
    fields = ["asked_at", "sender", "ground_truth", "outcome", "until_scores", "until_intervals", "found"]
    readonly_fields = ["outcome", "until_scores", "until_intervals", "found"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow organizers to send one."""
        return request.user.has_perm("challenge.add_probe")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Say what a test submission does, and send one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        back = reverse("admin:challenge_probe_changelist")
        form = forms.Form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                probe = probes.send(by=organizer(request))
            except probes.ProbeRefusedError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, f"{probe} is on its way. Reload this page in a few seconds.")
                return self.response_post_save_add(request, probe)
        place = Place([("Test submissions", back)])
        return ask(request, LABEL, LABEL, form, place, SENTENCES)

    @admin.display(description="outcome", ordering="status")
    def outcome(self, probe: Probe) -> str:
        """State in words; one that has its scores waits for its intervals."""
        if probe.is_pending and probe.scored_at:
            return "Scores are right, waits for intervals"
        return probe.get_status_display()

    @admin.display(description="until scores")
    def until_scores(self, probe: Probe) -> str:
        """Time from sending to scores."""
        return _seconds(probe.time_to_scores)

    @admin.display(description="until intervals")
    def until_intervals(self, probe: Probe) -> str:
        """Time from sending to intervals."""
        return _seconds(probe.time_to_intervals)

    @admin.display(description="problems")
    def found(self, probe: Probe) -> str:
        """Problems, one a line."""
        return format_html_join("", "<p>{}</p>", ((problem,) for problem in probe.problems)) or "-"


def _seconds(span: timedelta | None) -> str:
    return f"{span.total_seconds():.1f} s" if span else "-"
