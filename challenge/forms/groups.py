"""Form for a group of seeds."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property

from accounts.models import Team
from challenge.models import Evaluation, GroundTruth, MethodGroup, Submission


@dataclass(frozen=True)
class Choice:
    """A submission that can be ticked, with its displayed scores."""

    submission: Submission
    evaluation: Evaluation | None
    is_ticked: bool


class GroupForm(forms.Form):
    """Form for a group: a name, and submissions that differ only in the seed; `services.groups` checks them."""

    name = forms.CharField(
        max_length=100,
        help_text="Name of the method, without the seed. The leaderboard shows the group under this name.",
    )
    members = forms.TypedMultipleChoiceField(
        coerce=int,
        label="Submissions",
        error_messages={
            "required": f"Tick at least {MethodGroup.FEWEST} submissions.",
            "invalid_choice": "One of these is not a submission of your team.",
        },
    )

    def __init__(self, *args: Any, team: Team, group: MethodGroup | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.sent = list(
            Submission.objects.filter(team=team).prefetch_related("evaluations__ground_truth").order_by("pk")
        )
        members_field: Any = self.fields["members"]
        members_field.choices = [(submission.pk, str(submission)) for submission in self.sent]
        if group:
            members = [one for one in self.sent if one.group_id == group.pk]
            self.left_out = [one for one in members if not one.is_in_force]
            self.initial = {"name": group.name, "members": [one.pk for one in members if one.is_in_force]}

    @property
    def is_possible(self) -> bool:
        """True if a group can be made: some resolution has enough submissions."""
        return any(len(choices) >= MethodGroup.FEWEST for _, choices in self.choices_by_resolution)

    @cached_property
    def choices_by_resolution(self) -> list[tuple[str, list[Choice]]]:
        """Return the choices by resolution: scored submissions in no other group, and all that were ticked before."""
        ground_truth = GroundTruth.objects.active()
        ticked = {str(pk) for pk in self["members"].value() or []}
        by_resolution: dict[int, list[Choice]] = {}
        for one in self.sent:
            is_ticked = str(one.pk) in ticked
            is_free = one.is_in_force and one.group_id in (None, self.group and self.group.pk)
            if is_free or is_ticked:
                choice = Choice(one, one.latest_scores(ground_truth), is_ticked)
                by_resolution.setdefault(one.resolution, []).append(choice)
        return [
            (choices[0].submission.get_resolution_display(), choices)
            for _, choices in sorted(by_resolution.items())
        ]
