"""Entries on withheld datasets elsewhere: exports, reproductions, previews of other labels, published predictions."""

import gzip
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from challenge.leaderboard.score_preview import ScorePreview, rank_previews
from challenge.models import Evaluation, Metric, Submission, ranked_versions
from challenge.scoring import ground_truth as label_files
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evidence, ground_truths, predictions
from challenge.upkeep.exports import submissions_table


@pytest.fixture
def scored(score, team) -> Submission:
    return score(team)


def evaluation_of(submission: Submission) -> Evaluation:
    return submission.evaluations.get()


def test_the_export_of_organizers_has_a_column_of_each_metric_of_the_withheld_dataset(scored):
    columns, rows = submissions_table()
    row = dict(zip(columns, next(rows), strict=True))
    found = evaluation_of(scored).dataset_scores.get(dataset="skinmnist")
    assert {metric: row[f"skinmnist_{metric}"] for metric in Metric.values} == {
        metric: getattr(found, metric) for metric in Metric.values
    }


def test_a_reproduced_file_has_the_withheld_dataset_too(scored, withheld, whole_files, organizer):
    files = {
        "log": SimpleUploadedFile("run.log", b"epoch 1"),
        "predictions": SimpleUploadedFile("again.csv", whole_files(withheld, 1.0).read_bytes()),
    }
    evidence.mark_as_reproduced(scored, how="ran", bound=1e-9, reason="Ran it.", by=organizer, **files)
    assert scored.reproduction.largest_difference == 0


def test_a_dry_run_of_other_labels_scores_the_withheld_dataset(scored, score, other_team, withheld):
    score(other_team, 0.5)
    other = make_demo_ground_truth(MEDMNIST_PLUS, seed=5)
    labels = ground_truths.store_ground_truth(
        label_files.GroundTruth(other.labels), name="Other", is_demo=True, activate=False
    )
    out = StringIO()
    call_command("rescore", "--labels", labels.version, "--dry-run", stdout=out)
    assert "could not be scored" not in out.getvalue()
    assert "Scores would change for 2 of 2 submissions." in out.getvalue()


def test_published_predictions_leave_out_the_withheld_dataset(score, team, settings, tmp_path):
    settings.PUBLISHED_DIR = tmp_path
    entry = score(team, predictions_licence="CC-BY-4.0")
    predictions.queue_missing()
    predictions.write_file(entry.pk)
    with gzip.open(predictions.predictions_path(entry.pk), "rt") as file:
        datasets = {line.partition(",")[0] for line in file}
    assert datasets == {"dataset", *(dataset.name for dataset in MEDMNIST_PLUS)}


def test_a_preview_compares_the_ranks_on_the_board_of_the_phase(scored, score, other_team):
    worse = score(other_team, 0.5)
    means = [
        {metric: getattr(evaluation_of(one), metric) for metric in Metric.values} for one in (scored, worse)
    ]
    swapped = [ScorePreview(scored, {}, means[1]), ScorePreview(worse, {}, means[0])]
    found = rank_previews(swapped, ranked_versions())
    assert {(phase.name, resolution) for phase, resolution, _ in found} == {("Withheld", 224)}
    assert [(row.before, row.after) for row in found[scored.phase, 224, Metric.AUC]] == [(1, 2), (2, 1)]
