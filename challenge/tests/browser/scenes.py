"""Submissions in every state, made inside the demo by `Demo.call`."""

import time
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Team
from challenge.demo.data import EXAMPLE_FILE
from challenge.models import Evaluation, PublishedMethod, Release, Submission, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import groups, history, releases, submissions
from challenge.tests.browser.newcomers import PASSWORD

BROKEN = b"dataset,index,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,p10,p11,p12,p13\n" + b"".join(
    b"pathmnist,%d,%s,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,,,,,\n" % (row, b"4.2" if row % 3 else b"nonsense")
    for row in range(9)
)


def prepare() -> dict[str, str]:
    """Make the team and its submissions, and return their addresses."""
    team = Team.objects.create_user("Team Scenes", "scenes@example.org", PASSWORD)
    Team.objects.create_user("Team Blank", "blank@example.org", PASSWORD)
    scored = _submit(
        team,
        EXAMPLE_FILE.read_bytes(),
        model_name="ViT-B/16, fine-tuned on all twelve datasets at once, with a balanced sampler",
        description="Multi-domain multi-task pre-training.\n\nOne head for each dataset.",
        study_url="https://doi.org/10.1038/s41598-025-92156-9",
        code_url="https://example.org/a-rather-long-address/of-a-repository/that-does-not-wrap-well",
        external_data=True,
        special_methods="An ensemble of five networks, and the average over eight flips and rotations of each image",
    )
    seeds = [
        _submit(team, with_another_seed(seed), model_name=f"ResNet-18, mm-PT, seed {seed}", resolution=64)
        for seed in range(5)
    ]
    disqualified = _submit(team, with_another_seed(5), model_name="Trained on the test set")
    failed = _submit(team, BROKEN, model_name="DenseNet-121")
    queued = _submit(team, BROKEN[:-1], model_name="EfficientNet-B4")
    wait_for_the_worker()
    submissions.disqualify(
        disqualified, "The model was trained on images of the test splits.\nSee our mail.", by=history.COMMAND
    )
    # As if the clock had been ahead: the sweep takes it after a while.
    queued.evaluations.update(
        status=Evaluation.Status.QUEUED, queued_at=timezone.now() + timedelta(days=1), problems=[]
    )
    Submission.objects.filter(pk=queued.pk).update(counts_toward_limits=True)
    Uncertainty.objects.filter(evaluation__submission=seeds[4]).update(
        status=Uncertainty.Status.RUNNING,
        claimed_at=timezone.now() + Uncertainty.LEASE * 0.9,
        results_version="",
    )
    members = [submission.pk for submission in seeds[:3]]
    group = groups.create_group(team=team, name="ResNet-18, mm-PT with a balanced sampler", members=members)
    _freeze()
    published = PublishedMethod.objects.filter(resolution=224, scores__std__isnull=False).first()
    assert published
    return {
        "scored": scored.get_absolute_url(),
        "disqualified": disqualified.get_absolute_url(),
        "failed": failed.get_absolute_url(),
        "queued": queued.get_absolute_url(),
        "published": published.get_absolute_url(),
        "group": group.get_absolute_url(),
        "a seed": seeds[0].get_absolute_url(),
        "edit an entry": f"{scored.get_absolute_url()}edit/",
        "edit a seed": f"{seeds[0].get_absolute_url()}edit/",
        "withdraw an entry": f"{scored.get_absolute_url()}withdraw/",
        "change a group": f"{group.get_absolute_url()}edit/",
        "dissolve a group": f"{group.get_absolute_url()}dissolve/",
        "an entry on a multi-label dataset": f"{seeds[3].get_absolute_url()}?dataset=chestmnist",
        "compare, of two resolutions": f"/compare/?e=s{scored.pk}&e=s{seeds[3].pk}&e=p{published.pk}",
        "compare, one and some that are not there": f"/compare/?e=s{scored.pk}&e=s0&e=x",
        "intervals to come": seeds[4].get_absolute_url(),
        "compare with a group": f"/compare/?e=s{seeds[3].pk}&e=g{group.pk}&e=s{scored.pk}&e=p{published.pk}",
    }


def _submit(team: Team, content: bytes, *, model_name: str, **about: object) -> Submission:
    upload = SimpleUploadedFile("predictions-of-the-last-epoch.csv", content)
    about = {"resolution": 224, "description": "For the tests."} | about
    return submissions.create_submission(team=team, upload=upload, model_name=model_name, **about)  # type: ignore[arg-type]


def _freeze() -> None:
    """Have the worker freeze the board."""
    release = releases.ask_for_release("2027.1", by=history.COMMAND, reason="For the tests.")
    deadline = time.monotonic() + 60
    while not Release.objects.frozen().filter(pk=release.pk).exists():
        assert time.monotonic() < deadline, "the worker does not freeze the board"
        time.sleep(0.1)


def with_another_seed(seed: int) -> bytes:
    """Return different predictions of the same quality."""
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1.6, seed=100 + seed)
    with NamedTemporaryFile(suffix=".csv") as file:
        write_predictions(Path(file.name), predictions, MEDMNIST_PLUS)
        return Path(file.name).read_bytes()


def wait_for_the_worker() -> None:
    """Wait until nothing is left to score or to estimate, except what is queued for later."""
    deadline, soon = time.monotonic() + 300, timezone.now() + timedelta(hours=1)
    pending = Evaluation.objects.filter(status__in=Evaluation.PENDING, queued_at__lt=soon)
    unknown = [Uncertainty.Status.QUEUED, Uncertainty.Status.RUNNING]
    uncertain = Uncertainty.objects.filter(status__in=unknown, queued_at__lt=soon)
    while pending.exists() or uncertain.exists():
        assert time.monotonic() < deadline, "the worker does not score"
        time.sleep(0.1)
