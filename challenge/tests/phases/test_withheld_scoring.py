"""An entry in a phase with a withheld dataset: read, scored, ranked, compared and exported; no label gets out."""

import csv
import io
import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score

from challenge.formats.numbers import signed
from challenge.models import (
    Evaluation,
    EvaluationCurves,
    Metric,
    SecondaryMetrics,
    Submission,
    unpack_dataset_replicates,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import evaluations, groups, integrity, uncertainty, verifications
from challenge.tests.pages import element, page_of, region, rows_of, table_of, text_of
from challenge.tests.withheld import LABELS

BOARD = "/leaderboard/"


def skin_values(path) -> np.ndarray:
    """Return the probabilities of the withheld dataset in a file."""
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] == "skinmnist"]
    rows.sort(key=lambda row: int(row["index"]))
    return np.array([[float(row[f"p{j}"]) for j in range(3)] for row in rows])


@pytest.fixture
def scored(score, team) -> Submission:
    return score(team)


def evaluation_of(submission: Submission) -> Evaluation:
    return submission.evaluations.get()


# --- Scores ---------------------------------------------------------------------------------------


def test_the_withheld_dataset_is_scored_as_scikit_learn_does(scored, withheld, whole_files):
    values = skin_values(whole_files(withheld, 1.0))
    found = evaluation_of(scored).dataset_scores.get(dataset="skinmnist")
    areas = [roc_auc_score(np.equal(LABELS, c), values[:, c]) for c in range(3)]
    assert found.auc == pytest.approx(np.mean(areas), abs=1e-12)
    assert found.accuracy == pytest.approx(accuracy_score(LABELS, values.argmax(axis=1)), abs=1e-12)


def test_the_mean_is_over_all_datasets(scored):
    evaluation = evaluation_of(scored)
    scores = [one.auc for one in evaluation.dataset_scores.all()]
    assert len(scores) == 13
    assert evaluation.auc == pytest.approx(np.mean(scores), abs=1e-12)


def test_the_public_datasets_have_the_scores_and_resamples_of_the_first_phase(
    scored, submit_and_score, team, withheld, whole_files, tmp_path
):
    path = whole_files(withheld, 1.0)
    lines = [line for line in path.read_text().splitlines() if not line.startswith("skinmnist")]
    usual = submit_and_score(team, content="\n".join(lines).encode())
    uncertainty.estimate(evaluation_of(usual).pk)
    for one in evaluation_of(usual).dataset_scores.all():
        same = evaluation_of(scored).dataset_scores.get(dataset=one.dataset)
        assert [getattr(same, m) for m in METRICS] == [getattr(one, m) for m in METRICS]
    own, other = (
        unpack_dataset_replicates(bytes(evaluation_of(s).uncertainty.dataset_replicates), n)
        for s, n in ((scored, 13), (usual, 12))
    )
    assert (own[:12] == other).all()


def test_its_intervals_are_estimated(scored):
    uncertainty = evaluation_of(scored).uncertainty
    low, high = uncertainty.intervals["skinmnist"]["auc"]
    assert low < evaluation_of(scored).dataset_scores.get(dataset="skinmnist").auc < high


def test_nothing_is_kept_that_tells_single_labels(scored):
    kept = EvaluationCurves.objects.get().datasets, SecondaryMetrics.objects.get().datasets
    for by_dataset in kept:
        assert by_dataset.keys() == {dataset.name for dataset in MEDMNIST_PLUS}


def test_the_fields_own_code_finds_the_same_scores(scored):
    pytest.importorskip("pandas")
    verification = verifications.verify_now(evaluation_of(scored), by="a test")
    assert verification is not None
    assert verification.differences == []


# --- Files ----------------------------------------------------------------------------------------


def problems(submit, team, withheld, content: bytes) -> str:
    submission = submit(team, content=content, phase=withheld.phase)
    evaluations.evaluate(evaluation_of(submission).pk)
    assert evaluation_of(submission).status == Evaluation.Status.FAILED
    return " ".join(evaluation_of(submission).problems)


def test_a_file_without_the_withheld_dataset_is_refused(submit, team, withheld, prediction_files):
    found = problems(submit, team, withheld, prediction_files(1.0).read_bytes())
    assert "skinmnist" in found


def test_a_file_with_it_is_refused_in_the_first_phase(submit, team, withheld, whole_files):
    submission = submit(team, content=whole_files(withheld, 1.0).read_bytes(), phase=None)
    evaluations.evaluate(evaluation_of(submission).pk)
    assert evaluation_of(submission).status == Evaluation.Status.FAILED


def thesis_file(path, truth: np.ndarray) -> bytes:
    """Return the file in the layout of the thesis, with labels of the withheld dataset as `truth`."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: (row["dataset"], int(row["index"])))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["dataset_name", "truth", "probability"])
    for row in rows:
        values = [float(cell) for name, cell in row.items() if name.startswith("p") and cell]
        stated = int(truth[int(row["index"])]) if row["dataset"] == "skinmnist" else ""
        writer.writerow([row["dataset"], stated, values])
    return text.getvalue().encode()


def test_a_wrong_truth_is_not_told(submit, team, withheld, whole_files):
    content = thesis_file(whole_files(withheld, 1.0), (LABELS + 1) % 3)
    submission = submit(team, content=content, phase=withheld.phase)
    evaluations.evaluate(evaluation_of(submission).pk)
    assert evaluation_of(submission).status == Evaluation.Status.SCORED
    assert "skinmnist" not in " ".join(evaluation_of(submission).warnings)


def test_warnings_say_nothing_about_the_withheld_labels(submit, team, withheld, whole_files):
    """Classes in another order give a low AUC and a low accuracy; public datasets would have warnings."""
    lines = []
    for line in whole_files(withheld, 1.0).read_text().splitlines():
        name, index, *values = line.split(",")
        moved = [*values[1:3], values[0], *values[3:]] if name == "skinmnist" else values
        lines.append(",".join([name, index, *moved]))
    submission = submit(team, content="\n".join(lines).encode(), phase=withheld.phase)
    evaluations.evaluate(evaluation_of(submission).pk)
    assert evaluation_of(submission).dataset_scores.get(dataset="skinmnist").accuracy < 1 / 3
    assert "skinmnist" not in " ".join(evaluation_of(submission).warnings)


# --- Board, pages, exports ------------------------------------------------------------------------


@pytest.fixture
def two(score, team, other_team) -> list[Submission]:
    return [score(team, 1.0), score(other_team, 0.5)]


def test_the_board_shows_the_difference_of_public_and_withheld_means(client, two, withheld):
    page = page_of(client, BOARD, {"phase": withheld.phase_id, "columns": "datasets"})
    heads = [text_of(head) for head in element(page, ".board thead").css("th")]
    assert heads[3:9] == [
        "AUC ↓",
        "Balanced accuracy",
        "Cohen's kappa",
        "Accuracy",
        "Public minus withheld",
        "PathMNIST",
    ]
    assert heads[-1] == "SkinMNIST"
    _, *shown = rows_of(region(page, "Ranking"))
    assert len(shown) == 2
    for submission in two:
        scores = {one.dataset: one.auc for one in evaluation_of(submission).dataset_scores.all()}
        withheld_auc = scores.pop("skinmnist")
        gap = signed(float(np.mean(list(scores.values()))) - withheld_auc)
        assert any(gap in cell for row in shown for cell in row)
    assert "SkinMNIST, whose labels are withheld. Means and ranks are over all 13 datasets" in text_of(page)


def test_the_ordinary_board_has_no_such_column(client, two):
    page = page_of(client, BOARD)
    assert "Public minus withheld" not in page
    assert "SkinMNIST" not in page


@pytest.mark.parametrize("view", ["ranks", "ways", "further", "figures"])
def test_every_tab_of_the_board(client, two, withheld, view):
    page = page_of(client, BOARD, {"phase": withheld.phase_id, "view": view})
    assert "Model 1.0" in page
    assert "SkinMNIST" in page or view == "further"


def test_the_page_of_an_entry(client, scored, withheld):
    page = page_of(client, scored.get_absolute_url())
    table = table_of(page, "Metrics for each dataset")
    assert "SkinMNIST" in table
    assert "Mean of 13" in table
    assert "Public minus withheld" in table
    assert " to " in table["Public minus withheld"][1]
    assert "SkinMNIST" not in text_of(element(page, "#by-dataset nav"))
    assert client.get(scored.get_absolute_url(), {"dataset": "skinmnist"}).status_code == 200


def test_two_entries_are_compared_on_all_datasets(client, two):
    page = page_of(client, "/compare/", {"e": [f"s{one.pk}" for one in two]})
    assert "SkinMNIST" in table_of(page, "Each dataset")
    assert "Means over the 13 datasets" in page


def test_an_entry_of_another_phase_is_not_compared(client, two, entry_by_dataset, team):
    usual = entry_by_dataset(team, 0.9, model_name="Usual")
    page = text_of(page_of(client, "/compare/", {"e": [f"s{one.pk}" for one in [*two, usual]]}))
    assert "because they were scored on other datasets: Usual (Team Alpha)" in page


def test_exports_have_the_difference(client, two, withheld):
    phase = {"phase": withheld.phase_id}
    (row, _) = json.loads(client.get("/leaderboard.json", phase).content)["rows"]
    gap = row["public_minus_withheld"]
    public = [of["auc"] for name, of in row["datasets"].items() if name != "skinmnist"]
    expected = np.mean(public) - row["datasets"]["skinmnist"]["auc"]
    assert gap["auc_public_minus_withheld"] == pytest.approx(expected, abs=1e-12)
    assert gap["auc_public_minus_withheld_low"] < expected < gap["auc_public_minus_withheld_high"]
    lines = list(
        csv.DictReader(io.StringIO(client.get("/leaderboard.csv", phase).content.decode("utf-8-sig")))
    )
    assert float(lines[0]["auc_public_minus_withheld"]) == pytest.approx(expected, abs=1e-12)
    own = json.loads(client.get(f"{two[0].get_absolute_url()}result.json").content)
    assert own["public_minus_withheld"].keys() == gap.keys()
    assert own["datasets"].keys() >= {"skinmnist"}


def test_exports_of_the_first_phase_are_as_before(client, entry_by_dataset, team):
    entry_by_dataset(team, 0.9)
    (row,) = json.loads(client.get("/leaderboard.json").content)["rows"]
    assert "public_minus_withheld" not in row
    assert "withheld" not in client.get("/leaderboard.csv").text


def test_published_results_are_not_on_the_board(client, two, withheld, baselines):
    rows = json.loads(client.get("/leaderboard.json", {"phase": withheld.phase_id}).content)["rows"]
    assert {row["kind"] for row in rows} == {"entry"}


def test_integrity_is_checked(scored):
    integrity.queue_check(scored)
    integrity.check(scored.pk)
    assert scored.integrity_record.results_version


def test_metrics_of_a_group_of_seeds(client, score, team, withheld):
    seeds = [score(team, skill) for skill in (1.0, 0.5)]
    group = groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    page = page_of(client, group.get_absolute_url())
    assert "SkinMNIST" in page
    (row,) = json.loads(client.get("/leaderboard.json", {"phase": withheld.phase_id}).content)["rows"]
    assert row["kind"] == "seeds"
    assert row["public_minus_withheld"]["auc_public_minus_withheld_low"] is not None
    assert {*Metric.values} <= row["datasets"]["skinmnist"].keys()
