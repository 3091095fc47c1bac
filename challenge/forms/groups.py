"""Form for a group of seeds."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import cached_property

from accounts.models import Team
from challenge.models import Evaluation, MethodGroup, Submission, ranked_versions


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

    #: Maximum number of submissions listed at each resolution: the newest, besides those that are ticked.
    MOST_LISTED = 50

    def __init__(self, *args: Any, team: Team, group: MethodGroup | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.sent = Submission.objects.filter(team=team)
        self.own_numbers = set(self.sent.values_list("pk", flat=True))
        members_field: Any = self.fields["members"]
        members_field.choices = [(pk, pk) for pk in self.own_numbers]
        if group:
            members = list(group.submissions.prefetch_related("evaluations").order_by("created_at", "pk"))
            self.left_out = [one for one in members if not one.is_in_force]
            self.initial = {"name": group.name, "members": [one.pk for one in members if one.is_in_force]}

    @property
    def is_possible(self) -> bool:
        """True if a group can be made: some resolution has enough submissions."""
        return any(len(choices) >= MethodGroup.FEWEST for _, choices in self.choices_by_resolution)

    @cached_property
    def choices_by_resolution(self) -> list[tuple[str, list[Choice]]]:
        """Return the choices by resolution: scored submissions in no other group, and all that were ticked before."""
        versions = ranked_versions()
        ticked = {str(pk) for pk in self["members"].value() or []}
        by_resolution: dict[int, list[Choice]] = {}
        for one in self._listed(ticked):
            choice = Choice(one, one.latest_scores(versions), str(one.pk) in ticked)
            by_resolution.setdefault(one.resolution, []).append(choice)
        return [
            (choices[0].submission.get_resolution_display(), choices)
            for _, choices in sorted(by_resolution.items())
        ]

    def _listed(self, ticked: Collection[str]) -> Iterable[Submission]:
        """Return the submissions of the list, the first first."""
        free = self.sent.in_force().filter(Q(group=None) | Q(group=self.group)).order_by("-created_at", "-pk")
        newest: dict[int, list[int]] = {}
        for pk, resolution in free.values_list("pk", "resolution"):
            newest.setdefault(resolution, []).append(pk)
        numbers = {pk for pks in newest.values() for pk in pks[: self.MOST_LISTED]}
        numbers |= {pk for pk in self.own_numbers if str(pk) in ticked}
        return (
            self.sent.filter(pk__in=numbers)
            .prefetch_related("evaluations__ground_truth")
            .order_by("created_at", "pk")
        )
