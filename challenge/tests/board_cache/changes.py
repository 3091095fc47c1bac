"""Changes of a site, and the revision of the leaderboard that they advance or leave."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.test import Client

from accounts.models import Team
from challenge.models import BoardRevision, GroundTruth, MethodGroup, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evaluations, ground_truths
from challenge.services.published import PublishedResult

RESULT = PublishedResult("doerrich2024", "mm-pt", "resnet18", False, 224, "average", "auc", 0.9, None)


def rename(admin: Client, team: Team, name: str) -> None:
    act = {"name": name, "reason": "They asked."}
    assert admin.post(f"/admin/accounts/team/{team.pk}/act/rename/", act).status_code == 302


@dataclass
class Site:
    """A site with three entries of a team; two of them are seeds of one method."""

    team: Team
    admin: Client
    entries: list[Submission]
    group: MethodGroup
    submit: Callable[..., Submission]
    submit_and_score: Callable[..., Submission]


#: A generator that prepares a site up to its `yield`, and changes it afterwards.
Story = Callable[[Site], Iterator[None]]


def advances(site: Site, story: Story) -> bool:
    steps = story(site)
    next(steps)
    before = BoardRevision.current()
    next(steps, None)
    return BoardRevision.current() > before


def score_again(submission: Submission) -> None:
    evaluations.queue_evaluations([submission])
    evaluations.evaluate(submission.evaluations.get().pk)


def other_labels(name: str = "Other", *, activate: bool = False) -> GroundTruth:
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    return ground_truths.store_ground_truth(labels, name=name, activate=activate)
