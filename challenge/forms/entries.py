"""Forms for an entry: to send it, to edit it, and to withdraw it."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.urls import reverse_lazy
from django.utils.safestring import mark_safe
from django.utils.text import format_lazy

from accounts.models import Team
from challenge.forms.fields import ACCEPT, PredictionsField, StudyField, WebField
from challenge.models import FACT_FIELDS, Licence, Phase, PhaseQuerySet, Submission
from challenge.models.visibility import Visibility, problem_of_end
from challenge.scoring.benchmark import MEDMNIST_PLUS

#: Fields in the team's own words that readers see.
FREE_TEXTS = ("model_name", "description", "special_methods", "pretraining_name", "hardware")
#: Last sentence of their help texts; `site.css` shows it while “Anonymous” is chosen.
SHOWN_THOUGH_ANONYMOUS = (
    '<span class="if-anonymous">Readers see this although the entry is anonymous: name no people, institutions or '
    "projects.</span>"
)

#: Help of the file where phases differ in their test sets.
ALL_TEST_SETS = (
    "One CSV file, plain or gzip-compressed, with the class probabilities for all test sets of the phase; or, without "
    "withheld datasets, one zip with the files of MedMNIST's evaluator."
)

VISIBILITIES = [
    (Visibility.PUBLIC, "Public: ranked under your team's name."),
    (Visibility.ANONYMOUS, "Anonymous: ranked as “Anonymous team”; your name and your links are hidden."),
    (Visibility.PRIVATE, "Private: scored and shown to your team only, never ranked."),
]


class EntryForm(forms.ModelForm):
    """Form for a team's statements about an entry, and its visibility."""

    study_url = StudyField(
        label="Study",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="A peer-reviewed study of your method: URL or DOI. Entries with a study are highlighted. The link is "
        "hidden while the entry is anonymous.",
    )
    code_url = WebField(
        label="Code",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="A public repository, if there is one. The link is hidden while the entry is anonymous.",
    )
    visibility = forms.ChoiceField(
        label="Who sees the entry",
        choices=VISIBILITIES,
        initial=Visibility.PUBLIC,
        required=False,  # a request without it keeps the value
        widget=forms.RadioSelect,
        help_text=format_lazy(
            "You can change this later. The limits are the same for all three. Texts are shown also if the entry is "
            'anonymous; the rules say <a href="{}#anonymous">what else can tell who you are</a>.',
            reverse_lazy("challenge"),
        ),
    )
    anonymous_until = forms.DateField(
        label="Anonymous until",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="For anonymous entries: your team is named from the start of this day (UTC). Leave empty to stay "
        "anonymous until you change it.",
        error_messages={"invalid": "Enter a day as year-month-day, for example 2027-03-31."},
    )
    publish_predictions = forms.BooleanField(
        label="Publish predictions",
        required=False,
        help_text="Everybody can then download the probabilities while the entry is ranked, and compare other methods "
        "with them. The file does not name you. You can end this at any time; copies that others made stay theirs.",
    )
    predictions_licence = forms.ChoiceField(
        label="Licence of published predictions",
        choices=Licence.choices,
        initial=Licence.CC_BY,
        required=False,
        help_text="For the file with the probabilities, if you publish it.",
    )

    class Meta:
        model = Submission
        fields = [
            *("model_name", "description", "study_url", "code_url", "external_data", "special_methods"),
            *("visibility", "anonymous_until", "publish_predictions", "predictions_licence", *FACT_FIELDS),
        ]
        labels = {
            "external_data": "Data beyond MedMNIST+ was used for training",
            "special_methods": "Departures from the standard protocol",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "resolution": "Resolution of the images your model was given.",
            "model_name": "Shown on the leaderboard.",
            "description": "Architecture, training and what is special about your method, in a few sentences.",
            "external_data": "Pre-trained weights, for example from ImageNet, count only if they were trained on "
            "biomedical images.",
            "special_methods": format_lazy(
                "For example an ensemble, test-time augmentation, or training on validation images. Shown with your "
                'entry, which is then <a href="{}#standard">non-standard</a>. Leave empty if nothing applies.',
                reverse_lazy("challenge"),
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Complete the help of free texts, and say in words that nothing is chosen, in place of Django's dashes."""
        super().__init__(*args, **kwargs)
        for name in FREE_TEXTS:
            field = self.fields[name]
            field.help_text = mark_safe(f"{field.help_text} {SHOWN_THOUGH_ANONYMOUS}")  # noqa: S308 - our own words
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select) and isinstance(field, forms.TypedChoiceField):
                nothing = "Choose" if field.required else "Not stated"
                choices = list(field.choices)  # type: ignore[arg-type]
                field.choices = [(value, label if value else nothing) for value, label in choices]

    @property
    def statement_fields(self) -> list[forms.BoundField]:
        """Fields that are always shown."""
        return [field for field in self.visible_fields() if field.name not in self._folded]

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        """Fields of the facts, which are folded."""
        return [self[name] for name in self._folded if name in self.fields]

    @property
    def shows_facts(self) -> bool:
        """True if the facts are unfolded at first: one has an error or a value."""
        return any(field.errors or field.value() for field in self.fact_fields)

    @property
    def _folded(self) -> tuple[str, ...]:
        return FACT_FIELDS

    def clean_visibility(self) -> str:
        """Keep the visibility of an entry if the request names none."""
        return self.cleaned_data["visibility"] or self["visibility"].initial

    def clean(self) -> dict[str, Any]:
        """Check the end of the anonymity. An end without anonymity is an oversight that would name the team.

        The licence is empty if the predictions are not published.
        """
        cleaned = super().clean() or self.cleaned_data
        licence = cleaned.get("predictions_licence") or Licence.CC_BY.value
        cleaned["predictions_licence"] = licence if cleaned.pop("publish_predictions", False) else ""
        until = cleaned.get("anonymous_until")
        if cleaned.get("visibility") == Visibility.ANONYMOUS:
            if problem := problem_of_end(until):
                self.add_error("anonymous_until", problem)
        elif until and "anonymous_until" in self.changed_data:
            self.add_error(
                "anonymous_until", "The entry is not anonymous. Choose “Anonymous”, or leave the day empty."
            )
        else:
            cleaned["anonymous_until"] = None
        return cleaned


class SubmissionForm(EntryForm):
    """Form for a submission: the phase if several are open, the file, and the team's statements about it."""

    phase = forms.ModelChoiceField(
        Phase.objects.none(),
        empty_label="Choose",
        help_text="Several phases are open. Each has limits and a board of its own.",
        error_messages={"invalid_choice": "This phase does not take submissions now. Choose another."},
    )
    upload = PredictionsField(
        label="Predictions",
        help_text="One CSV file, plain or gzip-compressed, with the class probabilities for all "
        f"{MEDMNIST_PLUS.n_datasets} test sets; or one zip with the files of MedMNIST's evaluator.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT, "data-check-format": True}),
        error_messages={"empty": "The file is empty.", "required": "Choose a file."},
    )
    no_facts = forms.BooleanField(label="State no facts for this entry", required=False)

    class Meta(EntryForm.Meta):
        fields = ["phase", "upload", "resolution", *EntryForm.Meta.fields]

    def __init__(
        self,
        *args: Any,
        team: Team | None = None,
        phases: PhaseQuerySet | None = None,
        draft: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Show the text of a draft, or offer the facts of the team's last submission; offer the open phases."""
        last = Submission.objects.filter(team=team).first() if team and not draft else None
        facts = {name: value for name in FACT_FIELDS if last and (value := getattr(last, name))}
        super().__init__(*args, **kwargs | {"initial": draft or facts})
        self.has_draft = bool(draft)
        #: The submission whose facts are offered.
        self.facts_from = last if facts else None
        if not facts:
            del self.fields["no_facts"]
        self._offer(phases)

    def _offer(self, phases: PhaseQuerySet | None) -> None:
        """Ask for the phase if several are open, or if the team chose one that may have closed in the meantime."""
        if phases is not None and (len(phases) > 1 or self.data.get("phase")):
            field = cast("forms.ModelChoiceField[Phase]", self.fields["phase"])
            field.queryset, field.required = phases, True
            self.fields["upload"].help_text = ALL_TEST_SETS
        else:
            del self.fields["phase"]

    @property
    def shows_facts(self) -> bool:
        """True if the facts are unfolded at first; values that are only offered are not."""
        return (self.is_bound or self.has_draft) and super().shows_facts

    @property
    def _folded(self) -> tuple[str, ...]:
        return ("no_facts", *FACT_FIELDS)

    def clean(self) -> dict[str, Any]:
        """Leave out the facts, with their errors, if the team states none."""
        cleaned = super().clean()
        if cleaned.pop("no_facts", False):
            for name in FACT_FIELDS:
                self.errors.pop(name, None)
                cleaned[name] = None if Submission._meta.get_field(name).null else ""
        return cleaned


class EditEntryForm(EntryForm):
    """Form to edit an entry. An anonymity that has ended is shown as public."""

    def __init__(self, *args: Any, instance: Submission, initial: dict[str, Any] | None = None) -> None:
        ended = instance.visibility == Visibility.ANONYMOUS and not instance.is_anonymous
        shown: dict[str, Any] = {"visibility": Visibility.PUBLIC, "anonymous_until": None} if ended else {}
        shown["publish_predictions"] = bool(instance.predictions_licence)
        shown["predictions_licence"] = instance.predictions_licence or Licence.CC_BY
        about: dict[str, Any] = {"instance": instance, "initial": shown | (initial or {})}
        super().__init__(*args, **about)

    @property
    def values(self) -> dict[str, Any]:
        """Statements about the entry, without its visibility."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("visibility", "anonymous_until")
        }


class WithdrawForm(forms.Form):
    """Form to withdraw an entry."""

    delete_file = forms.BooleanField(
        label="Also delete the file",
        required=False,
        help_text="The file is deleted from this site for good. Then nobody can restore the entry.",
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        """After a withdrawal, only the deletion of the file is left to do."""
        super().__init__(*args, **kwargs)
        if submission.is_withdrawn:
            self.fields["delete_file"].required = True
            self.fields["delete_file"].label = "Delete the file"
