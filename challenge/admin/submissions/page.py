"""Page of a submission: its fields, its tables, and a button for each act."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Team
from challenge.access import may_see_file
from challenge.admin.acting import Offer, buttons_and_refusals, organizer
from challenge.admin.letters import offer_of_letter
from challenge.admin.revisions import RevisionInline
from challenge.admin.submissions.acts import ACTS, MAY_ORGANIZE
from challenge.admin.submissions.evidence import (
    MAY_DOWNLOAD,
    confirmation_in_words,
    files_of_reproduction,
    reproduction_in_words,
)
from challenge.admin.submissions.inlines import EvaluationInline, FlagInline, HistoryInline, MailInline
from challenge.admin.submissions.listing import states_of
from challenge.models import FACT_FIELDS, Submission
from challenge.results.evidence import reproduction_of
from challenge.services.holds import awaited

MAY_SEE_FLAGS = "challenge.view_integrityflag"
#: Fields in one line are in one tuple.
STATE = (
    ("state_now", "counts_toward_limits"),
    ("team", "model_name"),
    ("resolution", "created_at", "phase"),
)
REMOVALS = {
    "disqualified_at": ("disqualified_at", "disqualification_reason"),
    "held_at": ("held_at", "held_reason"),
    "withdrawn_at": ("withdrawn_at", "file_deleted_at"),
}
STATEMENTS = (
    "description",
    ("study_url", "code_url"),
    ("external_data", "special_methods"),
    ("group", "training"),
)
READERS = (("visibility", "anonymous_until"), ("sent_anonymous", "chosen_at"))
FILE = (("download", "file_size"), "sha256")


class SubmissionPage(ReadOnlyAdmin):
    """Everything about a submission, below the buttons."""

    change_form_template = "admin/challenge/with_acts.html"
    readonly_fields = ["state_now", "waits_for", "download", "confirmation", "reproduced", "reproduced_files"]
    inlines = [EvaluationInline, FlagInline, RevisionInline, HistoryInline, MailInline]

    def get_inlines(self, request: HttpRequest, obj: Submission | None) -> list[Any]:
        """Leave out tables without rows."""
        made = [(inline, inline(self.model, self.admin_site)) for inline in self.inlines]
        return [inline for inline, one in made if one.get_queryset(request).filter(submission=obj).exists()]

    def get_fieldsets(self, request: HttpRequest, obj: Submission | None = None) -> list[Any]:
        """Show what removes the entry only if something does, and fold what organizers rarely read."""
        removals: list[tuple[str, ...]] = [
            fields for name, fields in REMOVALS.items() if getattr(obj, name, None)
        ]
        if getattr(obj, "awaits_checks", False) and request.user.has_perm(MAY_SEE_FLAGS):
            removals.append(("waits_for",))
        return [
            (None, {"fields": (*STATE, *removals)}),
            ("Statements of the team", {"fields": STATEMENTS}),
            ("Evidence", {"fields": _evidence_fields(request, obj)}),
            ("Readers", {"fields": READERS, "classes": ["collapse"]}),
            ("File", {"fields": _file_fields(request, obj), "classes": ["collapse"]}),
            ("Facts of the method", {"fields": FACT_FIELDS, "classes": ["collapse"]}),
        ]

    @admin.display(description="state")
    def state_now(self, submission: Submission) -> str:
        """State, and what else changes who sees the entry."""
        return "; ".join(states_of(submission))

    @admin.display(description="file")
    def download(self, submission: Submission) -> str:
        """Link to the uploaded file."""
        return format_html(
            '<a href="{}">{}</a>', reverse("submission_file", args=[submission.pk]), submission.file_name
        )

    @admin.display(description="waits for")
    def waits_for(self, submission: Submission) -> str:
        """Checks that a held entry of a phase waits for, a line each."""
        return format_html_join("", "<p>{}</p>", ((words,) for words in awaited(submission))) or "the sweep"

    @admin.display(description="study confirmed")
    def confirmation(self, submission: Submission) -> str:
        """Confirmation of the study."""
        return confirmation_in_words(submission)

    @admin.display(description="reproduced")
    def reproduced(self, submission: Submission) -> str:
        """Reproduction of the scores."""
        return reproduction_in_words(submission)

    @admin.display(description="files")
    def reproduced_files(self, submission: Submission) -> str:
        """Links to the log and the predictions of the reproduction."""
        return files_of_reproduction(submission)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the buttons, and the reasons why some acts are not possible now."""
        submission = kwargs.get("obj")
        if submission:
            context |= buttons_and_refusals(_offers(submission, organizer(request)))
        return super().render_change_form(request, context, *args, **kwargs)


def _evidence_fields(request: HttpRequest, submission: Submission | None) -> tuple[str, ...]:
    """Return the fields of the evidence, with links to files, if there are any, for those who may open them."""
    has_files = submission is not None and reproduction_of(submission) is not None
    files = ("reproduced_files",) if has_files and request.user.has_perm(MAY_DOWNLOAD) else ()
    return ("confirmation", "reproduced", *files)


def _file_fields(request: HttpRequest, submission: Submission | None) -> tuple[Any, ...]:
    """Return the fields of the file, with a link for those who may open it."""
    may_open = submission is not None and may_see_file(request.user, submission)
    return FILE if may_open else ("file_name", "file_size", "sha256")


def _offers(submission: Submission, person: Team) -> Iterator[Offer]:
    yield Offer("Open on the site", submission.get_absolute_url())
    if person.has_perm(MAY_ORGANIZE):
        for act in ACTS:
            address = reverse("admin:challenge_submission_act", args=[act.name])
            yield Offer(act.label, f"{address}?number={submission.pk}", act.refusal(submission))
    yield from offer_of_letter(person, submission.team, submission)
