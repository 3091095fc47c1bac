"""Forms on the pages of acts for a team."""

from typing import Any

from django import forms

from accounts.models import Team
from accounts.team_names import MAX_LENGTH
from challenge.admin.acting import MailedReasonForm
from challenge.models import Phase, Submission


class ExtraForm(MailedReasonForm):
    """Number of further submissions that a team may send in a phase."""

    phase = forms.ModelChoiceField(Phase.objects.all(), initial=Phase.objects.current)
    a_day = forms.IntegerField(label="More a day", min_value=0, max_value=1000, initial=0)
    in_total = forms.IntegerField(label="More in total", min_value=0, max_value=10_000, initial=0)


class RenameForm(MailedReasonForm):
    """The new name of a team."""

    name = forms.CharField(label="New name", max_length=MAX_LENGTH)


class AddressForm(MailedReasonForm):
    """The new address of a team."""

    email = forms.EmailField(label="New e-mail address")


class BlockForm(MailedReasonForm):
    """Reason of a block, which may include the team's entries."""

    disqualify_entries = forms.BooleanField(
        label="Also disqualify all its entries", required=False, help_text="The team sees the reason on them."
    )


class CloseForm(MailedReasonForm):
    """Fate of a team's name when its account is closed."""

    KEEP, ANONYMISE = "keep", "anonymise"

    name = forms.ChoiceField(
        label="Name on the entries that stay",
        widget=forms.RadioSelect,
        choices=[
            (KEEP, "Keep it"),
            (ANONYMISE, "Replace it by “Anonymous team …”, and remove earlier texts of the entries"),
        ],
    )


class SubmissionsField(forms.ModelMultipleChoiceField):
    """Choice of submissions, which names their groups: these move as a whole."""

    def label_from_instance(self, submission: Any) -> str:
        """Return the number, the model, and the group of a submission."""
        group = f" (seed of “{submission.group}”)" if submission.group else ""
        return f"{submission}, {submission.get_resolution_display()}{group}"


class MoveForm(MailedReasonForm):
    """Submissions that move, and the account that gets them. The initial submissions are those that can be chosen."""

    target = forms.CharField(
        label="To the account",
        help_text="Its name or its e-mail address. It must be an account of the same team.",
    )
    submissions = SubmissionsField(
        Submission.objects.none(), widget=forms.CheckboxSelectMultiple, label="Submissions"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["submissions"].queryset = self.initial["submissions"]  # type: ignore[attr-defined]

    def clean_target(self) -> Team:
        """Return the account with this name or address."""
        target = Team.objects.by_login(self.cleaned_data["target"])
        if target is None:
            raise forms.ValidationError("No account has this name or address.")
        return target
