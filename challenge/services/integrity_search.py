"""Search for what an entry was copied or mixed from, among the sketches of all entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
from django.db.models import Max

from challenge.files import is_stored, local_copy
from challenge.integrity.disguise import labels_in_disguise
from challenge.integrity.mixtures import find_mixture
from challenge.integrity.similarity import CANDIDATE, COPY, MOST_CANDIDATES, similarity
from challenge.integrity.sketches import N_COMPARED, n_informative, similarities, standardized
from challenge.models import (
    GroundTruth,
    IntegrityFlag,
    IntegrityRecord,
    Metric,
    PublishedScore,
    Submission,
    benchmark_of,
    integrity_mark,
    unpack_right,
    unpack_sketch,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services.reading import read_submission

#: Number of other teams' latest entries that say how difficult an image is.
OTHERS_FOR_DIFFICULTY = 200
#: An earlier entry of a team's own that is about as similar as another team's entry is its source.
ABOUT_AS_SIMILAR = 0.01


@dataclass(frozen=True)
class Checked:
    """An entry that is checked, with its content; arrays as for `evaluator.evaluate`."""

    submission: Submission
    predictions: Mapping[str, np.ndarray]
    labels: Mapping[str, np.ndarray]
    sketch: np.ndarray
    values_hash: str
    ground_truth: GroundTruth

    @property
    def mark(self) -> str:
        """Mark of the records that it can be compared with."""
        return integrity_mark(self.ground_truth)


@dataclass(frozen=True)
class Finding:
    """A flag to raise: the submission, the kind, the evidence, and the numbers of the other submissions."""

    submission_id: int
    kind: IntegrityFlag.Kind
    evidence: dict[str, Any]
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Entries:
    """Sketches of all other entries with the same mark, with their numbers, teams and times; arrays of length n."""

    numbers: list[int]
    teams: np.ndarray
    times: list[datetime]
    sketches: np.ndarray
    directions: np.ndarray

    @classmethod
    def other_than(cls, checked: Checked) -> Self:
        """Load the entries other than the checked one."""
        rows = list(
            IntegrityRecord.objects.comparable(checked.mark)
            .exclude(submission=checked.submission)
            .values_list("submission_id", "submission__team_id", "submission__created_at", "sketch")
            .iterator(chunk_size=500)
        )
        sketches = np.empty((len(rows), len(checked.sketch)), np.float32)
        for place, (*_, content) in enumerate(rows):
            sketches[place] = unpack_sketch(content)
        return cls(
            [row[0] for row in rows],
            np.array([row[1] for row in rows], int),
            [row[2] for row in rows],
            sketches,
            standardized(sketches),
        )

    def are_before(self, number: int, time: datetime) -> np.ndarray:
        """Return which entries were sent before an entry, (n,) bool."""
        pairs = zip(self.times, self.numbers, strict=True)
        return np.array([pair < (time, number) for pair in pairs], bool)


def find(checked: Checked) -> list[Finding]:
    """Return all findings about an entry, and about later entries that copy it."""
    findings = []
    if n_informative(checked.sketch) >= N_COMPARED:
        entries = Entries.other_than(checked)
        nearness = similarities(standardized(checked.sketch)[0], entries.directions)
        copies = _copies(checked, entries, nearness)
        findings += copies
        if not any(finding.submission_id == checked.submission.pk for finding in copies):
            findings += _mixture(checked, entries, nearness)
    return [*findings, *_labels(checked)]


def _copies(checked: Checked, entries: Entries, nearness: np.ndarray) -> list[Finding]:
    """Return a finding for the later entry of each pair of different teams that are copies."""
    own_team = checked.submission.team_id
    own = (checked.submission.created_at, checked.submission.pk)
    of_others = np.flatnonzero((entries.teams != own_team) & (nearness > CANDIDATE))
    nearest = of_others[np.argsort(-nearness[of_others])][:MOST_CANDIDATES]
    sources: dict[int, float] = {}
    findings = []
    for place in nearest.tolist():
        number = entries.numbers[place]
        exact = _similarity(checked, number, float(nearness[place]))
        if exact <= COPY:
            continue
        if (entries.times[place], number) > own:
            if not _has_source(entries, int(entries.teams[place]), own, nearness, nearness[place]):
                evidence = {"similarities": {str(checked.submission.pk): exact}}
                findings.append(Finding(number, IntegrityFlag.Kind.COPY, evidence, (checked.submission.pk,)))
        else:
            to_other = similarities(entries.directions[place], entries.directions)
            before = (entries.times[place], number)
            if not _has_source(entries, own_team, before, to_other, nearness[place]):
                sources[number] = exact
    if sources:
        evidence = {"similarities": {str(number): exact for number, exact in sources.items()}}
        findings.append(Finding(checked.submission.pk, IntegrityFlag.Kind.COPY, evidence, tuple(sources)))
    return findings


def _has_source(
    entries: Entries, team: int, earlier: tuple[datetime, int], to_earlier: np.ndarray, similarity: float
) -> bool:
    """Return whether a team had an entry before another team's, that is about as similar to it as its later entry.

    Then the later entry continues the team's own work: it may be the other team that copied.
    """
    time, number = earlier
    own = (entries.teams == team) & entries.are_before(number, time)
    return bool((to_earlier[own] > similarity - ABOUT_AS_SIMILAR).any())


def _similarity(checked: Checked, number: int, of_sketches: float) -> float:
    """Return the similarity with another entry: exact if its file is there, or else that of the sketches."""
    other = IntegrityRecord.objects.select_related("submission").get(submission=number)
    if other.values_hash == checked.values_hash:
        return 1.0
    if other.submission.file_deleted_at or not is_stored(other.submission.file):
        return of_sketches
    with local_copy(other.submission.file) as path:
        predictions = read_submission(path, benchmark=benchmark_of(other.submission.phase_id)).values
    return similarity(checked.predictions, predictions, checked.labels)


def _mixture(checked: Checked, entries: Entries, nearness: np.ndarray) -> list[Finding]:
    """Return a finding if earlier entries, some of another team, explain an entry."""
    submission = checked.submission
    earlier = np.flatnonzero(entries.are_before(submission.pk, submission.created_at))
    mixture = find_mixture(checked.sketch, entries.sketches[earlier], nearness[earlier])
    places = [int(earlier[place]) for place in mixture.weights]
    of_others = any(entries.teams[place] != submission.team_id for place in places)
    if not (mixture.is_found and of_others):
        return []
    numbers = [entries.numbers[place] for place in places]
    weights = {str(n): weight for n, weight in zip(numbers, mixture.weights.values(), strict=True)}
    evidence = {"explained": mixture.explained, "weights": weights}
    return [Finding(submission.pk, IntegrityFlag.Kind.MIXTURE, evidence, tuple(numbers))]


def _labels(checked: Checked) -> list[Finding]:
    published = _best_published() if not checked.ground_truth.is_demo else {}
    evidence = labels_in_disguise(checked.predictions, checked.labels, _rights_of_others(checked), published)
    return [Finding(checked.submission.pk, IntegrityFlag.Kind.LABELS, evidence)] if evidence else []


def _rights_of_others(checked: Checked) -> np.ndarray:
    """Return the images that the latest entries of other teams get right, (entries, n) bool.

    Two queries: a database that sorts all rows with their 15 kB of bits takes half a second.
    """
    others = IntegrityRecord.objects.comparable(checked.mark).of_other_teams(checked.submission)
    latest = list(
        others.order_by("-submission__created_at").values_list("pk", flat=True)[:OTHERS_FOR_DIFFICULTY]
    )
    contents = IntegrityRecord.objects.filter(pk__in=latest).values_list("right", flat=True)
    return np.array([unpack_right(content, MEDMNIST_PLUS.n_rows) for content in contents])


def _best_published() -> dict[str, float]:
    """Return the highest published accuracy of each dataset."""
    of_datasets = PublishedScore.objects.filter(metric=Metric.ACCURACY).exclude(
        dataset=PublishedScore.AVERAGE
    )
    return dict(of_datasets.order_by().values_list("dataset").annotate(Max("mean")))
