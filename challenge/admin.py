"""Django admin for the organizers. Whatever changes state goes through `services`."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import display_for_value
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from challenge.formats.bibtex import problem_of
from challenge.models import (
    Evaluation,
    GroundTruth,
    MethodGroup,
    OutcomeMail,
    Phase,
    Reference,
    SitePage,
    Submission,
)
from challenge.services import evaluations, ground_truths, groups, submissions


class ReadOnlyAdmin(admin.ModelAdmin):
    """For rows that organizers look at and act upon, but do not type."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from the site itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Rows are changed by actions only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing that was submitted disappears: it is disqualified."""
        return False


@admin.register(Phase)
class PhaseAdmin(admin.ModelAdmin):
    """The phase: its name, opening, closing and limits."""

    list_display = ["name", "opens_at", "closes_at", "daily_limit", "total_limit", "is_open_now"]

    @admin.display(description="open now", boolean=True)
    def is_open_now(self, phase: Phase) -> bool:
        """Whether submissions are taken."""
        return phase.is_open()


@admin.register(GroundTruth)
class GroundTruthAdmin(ReadOnlyAdmin):
    """Ground truths: loaded by `manage.py load_ground_truth`, activated here."""

    list_display = ["name", "version", "is_demo", "created_at", "activated_at", "is_active"]
    fields = ["name", "checksum", "is_demo", "created_at", "activated_at"]
    actions = ["activate"]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Look the active one up once for the whole list."""
        self.active = GroundTruth.objects.active()
        return super().changelist_view(request, extra_context)

    @admin.display(description="active", boolean=True)
    def is_active(self, ground_truth: GroundTruth) -> bool:
        """Whether entries are ranked by it."""
        return ground_truth == self.active

    @admin.action(description="Activate: rank by this ground truth", permissions=["activate"])
    def activate(self, request: HttpRequest, queryset: QuerySet[GroundTruth]) -> None:
        """Activate the one that is selected."""
        if queryset.count() != 1:
            self.message_user(request, "Select exactly one ground truth.", messages.ERROR)
            return
        ground_truth = queryset.get()
        count = ground_truths.activate_ground_truth(ground_truth)
        self.message_user(
            request, f"{ground_truth} is active; {count} submission(s) are being scored against it."
        )

    def has_activate_permission(self, request: HttpRequest) -> bool:
        """Those who may change ground truths."""
        return request.user.has_perm("challenge.change_groundtruth")


class EvaluationInline(admin.TabularInline):
    """The evaluations of a submission."""

    model = Evaluation
    extra = 0
    can_delete = False
    readonly_fields = [
        "ground_truth", "scorer_version", "status", "attempts", "scored_at", "auc", "balanced_accuracy",
        "cohen_kappa", "accuracy", "what_is_wrong",
    ]  # fmt: skip
    fields = (*readonly_fields,)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Evaluations come from the worker."""
        return False

    @admin.display(description="problems")
    def what_is_wrong(self, evaluation: Evaluation) -> str:
        """Why it failed, a line each."""
        return format_html_join("", "<p>{}</p>", ((problem,) for problem in evaluation.problems)) or "-"


class DisqualifyForm(forms.Form):
    """Asks for the reason of a disqualification."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), help_text="The team is shown this.")


class ProtocolForm(forms.ModelForm):
    """What a team said of the protocol, to be corrected."""

    class Meta:
        model = Submission
        fields = ["external_data", "special_methods"]
        widgets = {"special_methods": forms.TextInput(attrs={"size": 80})}


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Submissions: find them, look at them, score them again, disqualify them, correct their mark."""

    list_display = [
        "id", "model_name", "team", "resolution", "created_at", "state", "auc", "counts_toward_limits",
        "is_disqualified",
    ]  # fmt: skip
    list_display_links = ["id", "model_name"]
    list_filter = [
        "resolution",
        "phase",
        "evaluations__status",
        "external_data",
        ("special_methods", admin.EmptyFieldListFilter),
        "counts_toward_limits",
        "created_at",
    ]
    search_fields = ["model_name", "team__name", "team__email", "description", "sha256", "=id"]
    date_hierarchy = "created_at"
    list_select_related = ["team"]
    exclude = ["file"]
    readonly_fields = [
        "page", "download", "group", "training", "disqualified_at", "disqualification_reason", "file_name", "file_size",
        "sha256", "counts_toward_limits", "created_at", "mailed",
    ]  # fmt: skip
    inlines = [EvaluationInline]
    actions = ["score_again", "disqualify", "reinstate", "correct_protocol"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """With the evaluations, so that a page of submissions takes a fixed number of queries."""
        return super().get_queryset(request).prefetch_related("evaluations__ground_truth")

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Look the active ground truth up once for the whole list."""
        self.ground_truth = GroundTruth.objects.active()
        return super().changelist_view(request, extra_context)

    @admin.display(description="state")
    def state(self, submission: Submission) -> str:
        """How it stands by the versions that are ranked."""
        evaluation = submission.current_evaluation(self.ground_truth)
        return evaluation.get_status_display() if evaluation else "-"

    @admin.display(description="AUC")
    def auc(self, submission: Submission) -> str:
        """Its mean AUC."""
        evaluation = submission.latest_scores(self.ground_truth)
        return f"{evaluation.auc:.4f}" if evaluation else "-"

    @admin.display(description="disqualified", boolean=True)
    def is_disqualified(self, submission: Submission) -> bool:
        """Whether it was taken out of the ranking."""
        return submission.is_disqualified

    @admin.display(description="page on the site")
    def page(self, submission: Submission) -> str:
        """A link to what the public sees."""
        return format_html('<a href="{0}">{0}</a>', submission.get_absolute_url())

    @admin.display(description="file")
    def download(self, submission: Submission) -> str:
        """A link to the uploaded file."""
        return format_html(
            '<a href="{}">{}</a>', reverse("submission_file", args=[submission.pk]), submission.file_name
        )

    @admin.display(description="mailed")
    def mailed(self, submission: Submission) -> str:
        """When the mail about the first outcome was sent, or how that stands."""
        mail = OutcomeMail.objects.filter(submission=submission).first()
        return display_for_value(mail.sent_at, mail.get_status_display()) if mail else "-"

    def has_organize_permission(self, request: HttpRequest) -> bool:
        """Those who may change submissions."""
        return request.user.has_perm("challenge.change_submission")

    @admin.action(description="Score again", permissions=["organize"])
    def score_again(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        """Score against the active ground truth; no team's limits are touched."""
        try:
            count = evaluations.queue_evaluations(queryset)
        except evaluations.NoGroundTruthError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"{count} submission(s) are being scored again.")

    @admin.action(description="Disqualify (asks for the reason)", permissions=["organize"])
    def disqualify(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Take submissions out of the ranking, with a reason that the team is shown."""
        form = DisqualifyForm(request.POST if "confirm" in request.POST else None)
        if form.is_valid():
            for submission in queryset:
                submissions.disqualify(submission, form.cleaned_data["reason"])
                self.log_change(request, submission, f"Disqualified: {form.cleaned_data['reason']}")
            self.message_user(request, f"{len(queryset)} submission(s) disqualified.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Disqualify submissions",
            "form": form,
            "submissions": queryset,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "opts": self.model._meta,
        }
        return render(request, "admin/challenge/disqualify.html", context)

    @admin.action(description="Take a disqualification back", permissions=["organize"])
    def reinstate(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        """Put submissions back into the ranking."""
        for submission in queryset:
            submissions.reinstate(submission)
            self.log_change(request, submission, "Disqualification taken back")
        self.message_user(request, f"{len(queryset)} submission(s) reinstated.")

    @admin.action(description="Correct whether it is standard (asks how)", permissions=["organize"])
    def correct_protocol(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Correct what a team said of data from elsewhere and of special methods."""
        if queryset.count() != 1:
            self.message_user(request, "Select exactly one submission.", messages.ERROR)
            return None
        submission = queryset.get()
        form = ProtocolForm(request.POST if "confirm" in request.POST else None, instance=submission)
        if form.is_valid():
            submissions.correct_protocol(submission, **form.cleaned_data)
            self.log_change(request, submission, f"Protocol corrected: {_describe_protocol(submission)}")
            self.message_user(request, f"{submission} was corrected.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Correct whether a submission is standard",
            "form": form,
            "submission": submission,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "opts": self.model._meta,
        }
        return render(request, "admin/challenge/correct_protocol.html", context)


def _describe_protocol(submission: Submission) -> str:
    data = "data beyond MedMNIST+" if submission.external_data else "no data beyond MedMNIST+"
    return f"{data}; special methods: {submission.special_methods or 'none'}"


@admin.register(MethodGroup)
class MethodGroupAdmin(ReadOnlyAdmin):
    """Seeds of one method: teams group them; organizers can dissolve a group."""

    list_display = ["name", "team", "created_at", "seeds", "page"]
    list_select_related = ["team"]
    search_fields = ["name", "team__name", "=id"]
    fields = ["name", "team", "created_at", "page", "members"]
    readonly_fields = ["page", "members"]
    actions = ["dissolve"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MethodGroup]:
        """With the numbers of members, so that a page of groups takes a fixed number of queries."""
        return MethodGroup.objects.with_public_count()

    @admin.display(description="public members")
    def seeds(self, group: MethodGroup) -> int:
        """How many submissions its figures are made of."""
        return group.public_count

    @admin.display(description="page on the site")
    def page(self, group: MethodGroup) -> str:
        """A link to what the public sees."""
        return format_html('<a href="{0}">{0}</a>', group.get_absolute_url())

    @admin.display(description="submissions")
    def members(self, group: MethodGroup) -> str:
        """All that the team has grouped, a line each."""
        lines = (
            (reverse("admin:challenge_submission_change", args=[member.pk]), member)
            for member in group.submissions.order_by("pk")
        )
        return format_html_join("", '<p><a href="{}">{}</a></p>', lines) or "-"

    def has_organize_permission(self, request: HttpRequest) -> bool:
        """Those who may change groups."""
        return request.user.has_perm("challenge.change_methodgroup")

    @admin.action(description="Dissolve: the submissions stay", permissions=["organize"])
    def dissolve(self, request: HttpRequest, queryset: QuerySet[MethodGroup]) -> None:
        """Let the submissions of groups stand on their own again."""
        chosen = list(queryset)
        for group in chosen:
            self.log_deletions(request, MethodGroup.objects.filter(pk=group.pk))
            groups.dissolve_group(group)
        self.message_user(request, f"{len(chosen)} group(s) dissolved.")


class SitePageForm(forms.ModelForm):
    """A text, with room to write it and a reminder of how."""

    class Meta:
        widgets = {"body": forms.Textarea(attrs={"rows": 30, "cols": 100})}
        help_texts = {
            "body": "Markdown: # heading, **strong**, *emphasis*, [text](https://address), - item, 1. item, "
            "| a | table |, and a blank line between paragraphs. HTML that could run or load something, "
            "pictures included, is left out. Save and choose “View on site” to see it."
        }


@admin.register(SitePage)
class SitePageAdmin(admin.ModelAdmin):
    """The pages that organizers write: each is there once, and never deleted."""

    form = SitePageForm
    list_display = ["__str__", "updated_at", "page"]

    def get_readonly_fields(self, request: HttpRequest, obj: SitePage | None = None) -> list[str]:
        """A text stays on its page."""
        return ["slug", "updated_at"] if obj else ["updated_at"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """The footer of every page links to it."""
        return False

    def view_on_site(self, page: SitePage) -> str:
        """The page itself, without a detour."""
        return page.get_absolute_url()

    @admin.display(description="page on the site")
    def page(self, page: SitePage) -> str:
        """A link to what the public sees."""
        return format_html('<a href="{0}">{0}</a>', page.get_absolute_url())


class ReferenceForm(forms.ModelForm):
    """A work of the bibliography, with a look at its BibTeX entry."""

    class Meta:
        widgets = {"bibtex": forms.Textarea(attrs={"rows": 12, "cols": 90, "spellcheck": "false"})}

    def clean(self) -> dict | None:
        """Refuse an entry that would break the BibTeX file for everybody."""
        data = super().clean() or self.cleaned_data
        if data.get("bibtex") and data.get("key") and (problem := problem_of(data["bibtex"], data["key"])):
            self.add_error("bibtex", problem)
        return data


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    """The bibliography of the Research page."""

    form = ReferenceForm
    list_display = ["key", "authors", "title", "year", "topic"]
    list_filter = ["topic", "year"]
    search_fields = ["key", "title", "authors", "venue", "summary"]

    def view_on_site(self, reference: Reference) -> str:
        """Its place on the Research page."""
        return f"{reverse('research')}#ref-{reference.key}"


admin.site.site_header = admin.site.site_title = "BIG benchmark"
admin.site.index_title = "Organizing the challenge"
