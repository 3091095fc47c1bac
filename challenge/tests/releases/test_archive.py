"""Archive of a release: it alone suffices to compute its ranks again, and its files say the same as its page."""

import hashlib
import json
import re
import subprocess

import numpy as np
import pytest
import yaml
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from challenge.models import GroundTruth, PredictionFile, Submission
from challenge.releases import recompute_ranks
from challenge.scoring.statistics.rank_inference import rank_ranges, rank_replicates
from challenge.tests.releases.frozen import board_of, files_of, freeze, lines_of, recompute, unpack

FILES = {
    *("README.md", "CITATION.cff", "LICENSE.txt", "board.json", "rows.csv", "scores.csv", "submissions.csv"),
    *("recompute_ranks.py", "SHA256SUMS"),
}


@pytest.mark.django_db
class TestScript:
    """The script of the archive, run in a process that has the archive alone."""

    def test_it_computes_all_ranks_again(self, board, tmp_path):
        done = recompute(unpack(freeze(), tmp_path / "there"))
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert lines[-1] == "All ranks are as stored."
        assert "224 auc all: 7 rows, 0 differ" in lines
        assert "224 auc best: 4 rows, 0 differ" in lines
        assert "64 auc all: 0 rows, 0 differ" in lines
        assert len(lines) == 4 * 4 * 2 + 1

    @pytest.mark.parametrize("part", ["rank", "low", "high_over_datasets"])
    def test_it_finds_a_rank_that_was_changed(self, board, tmp_path, part):
        folder = unpack(freeze(), tmp_path / "there")
        document = json.loads((folder / "board.json").read_text())
        row = next(row for row in document["rows"] if row["name"] == "ViT-B/16")
        row["ranks"]["all"]["auc"][part] += 1
        (folder / "board.json").write_text(json.dumps(document))
        done = recompute(folder)
        assert done.returncode == 1
        assert "board.json was changed" in done.stdout
        assert re.search(rf"{row['key']} ViT-B/16: \(.*\) in place of", done.stdout)

    def test_it_finds_a_mean_that_is_not_that_of_the_datasets(self, board, tmp_path):
        folder = unpack(freeze(), tmp_path / "there")
        document = json.loads((folder / "board.json").read_text())
        row = next(row for row in document["rows"] if row["name"] == "Two seeds")
        row["datasets"]["octmnist"]["auc"] += 1e-6
        (folder / "board.json").write_text(json.dumps(document))
        done = recompute(folder)
        assert done.returncode == 1
        assert f"{row['key']} auc: " in done.stdout

    def test_it_finds_replicates_that_were_changed(self, board, tmp_path):
        folder = unpack(freeze(), tmp_path / "there")
        path = folder / "replicates" / "224-auc-over-images.npy"
        np.save(path, np.load(path)[::-1])
        done = recompute(folder)
        assert done.returncode == 1
        assert "replicates/224-auc-over-images.npy was changed" in done.stdout
        assert "224 auc all: 7 rows, 0 differ" not in done.stdout


values = st.integers(0, 6).map(float)


@given(
    arrays(np.float32, st.tuples(st.integers(1, 5), st.just(40)), elements=st.integers(0, 6).map(float)),
    st.lists(values, max_size=4),
)
def test_its_ranges_are_those_of_the_site_also_with_ties(replicates, fixed):
    expected = rank_ranges(rank_replicates(replicates, fixed)).tolist()
    rows = {f"s{number}": of_row.astype(float) for number, of_row in enumerate(replicates)}
    others = {f"p{number}": value for number, value in enumerate(fixed)}
    found = recompute_ranks.ranges(dict.fromkeys(rows, 0.0) | others, rows)
    assert [list(found[key]) for key in rows] == expected


@pytest.mark.django_db
def test_the_files_are_complete_and_their_checksums_hold(board, tmp_path):
    release = freeze()
    files = files_of(release)
    assert {name for name in files if not name.startswith("replicates/")} == FILES
    folder = unpack(release, tmp_path / "there")
    assert folder.name == "big-2027.1"
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(files) - 1
    content = release.archive_path.read_bytes()
    assert (release.archive_sha256, release.archive_size) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
    )


@pytest.mark.django_db
def test_the_same_board_at_the_same_time_gives_the_same_bytes(board, monkeypatch):
    from django.utils import timezone

    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    first = freeze()
    content = first.archive_path.read_bytes()
    first.delete()
    assert freeze().archive_path.read_bytes() == content


@pytest.mark.django_db
def test_the_replicates_belong_to_the_listed_rows(board):
    document = board_of(freeze())
    by_name = {about["file"]: about for about in document["replicates"]}
    about = by_name["replicates/224-auc-over-images.npy"]
    kinds = {row["key"]: row["kind"] for row in document["rows"]}
    assert [kinds[key] for key in about["rows"]].count("published") == 0
    over_datasets = by_name["replicates/224-auc-over-datasets.npy"]
    assert [kinds[key] for key in over_datasets["rows"]].count("published") == 1


@pytest.mark.django_db
def test_the_tables_have_the_numbers_of_the_board(board):
    release = freeze()
    rows = {row["key"]: row for row in board_of(release)["rows"]}
    lines = {line["key"]: line for line in lines_of(release, "rows.csv")}
    assert lines.keys() == rows.keys()
    for key, line in lines.items():
        auc = rows[key]["average"].get("auc")
        assert line["auc"] == ("" if auc is None else repr(auc))
        rank = rows[key]["ranks"]["best"].get("auc", {}).get("rank")
        assert line["rank_by_auc_best"] == ("" if rank is None else str(rank))
    scores = lines_of(release, "scores.csv")
    assert len(scores) == 8 * 12 * 4 + 12
    one = next(line for line in scores if (line["key"], line["metric"]) == (f"g{board['group'].pk}", "auc"))
    assert float(one["value"]) == rows[one["key"]]["datasets"][one["dataset"]]["auc"]
    assert float(one["std"]) > 0


@pytest.mark.django_db
def test_predictions_are_referred_to_by_their_checksum_except_those_of_hidden_teams(board):
    lines = {int(line["submission"]): line for line in lines_of(freeze(), "submissions.csv")}
    best, hidden = board["best"], board["anonymous"]
    assert lines[best.pk]["sha256"] == best.sha256
    assert lines[best.pk]["address"] == f"{settings.SITE_URL}/submissions/{best.pk}/"
    assert lines[hidden.pk]["sha256"] == ""
    assert {board["seeds"][0].pk, board["seeds"][1].pk} <= lines.keys()
    assert board["private"].pk not in lines


@pytest.mark.django_db
def test_a_name_that_looks_like_a_formula_is_text_in_the_tables(board):
    release = freeze()
    names = {line["name"] for line in lines_of(release, "rows.csv")}
    assert "'=ResNet-50" in names
    assert "=ResNet-50" in {row["name"] for row in board_of(release)["rows"]}


@pytest.mark.django_db
def test_citation_and_readme(board, ground_truth):
    release = freeze()
    files = files_of(release)
    citation = yaml.safe_load(files["CITATION.cff"])
    assert citation == {
        "cff-version": "1.2.0",
        "message": "Please cite this release, and the studies behind the entries that you name.",
        "type": "dataset",
        "title": "BIG 2027.1: leaderboard of the Biomedical Image Generalization benchmark",
        "version": "2027.1",
        "date-released": f"{release.frozen_at:%Y-%m-%d}",
        "url": f"{settings.SITE_URL}/releases/2027.1/",
        "license": "CC-BY-4.0",
        "authors": [{"name": "Organizers of the BIG benchmark"}],
    }
    readme = files["README.md"].decode()
    assert ground_truth.checksum in readme
    assert "Demo data" in readme
    assert "{" not in readme.partition("## Citation")[0]
    assert all(f"`{name}`" in readme for name in FILES - {"README.md"})
    assert "CC-BY-4.0" in files["LICENSE.txt"].decode()


@pytest.mark.django_db
def test_real_labels_are_no_demo(board):
    GroundTruth.objects.update(is_demo=False)
    assert "Demo data" not in files_of(freeze())["README.md"].decode()


@pytest.mark.django_db
def test_published_predictions_are_referred_to_with_their_licence(board):
    best = board["best"]
    Submission.objects.filter(pk=best.pk).update(predictions_licence="CC-BY-4.0")
    PredictionFile.objects.create(
        submission=best, status=PredictionFile.Status.DONE, sha256="ef" * 32, size=1
    )
    lines = {int(line["submission"]): line for line in lines_of(freeze(), "submissions.csv")}
    published = lines[best.pk]
    assert published["predictions"] == f"{settings.SITE_URL}/submissions/{best.pk}/predictions.csv.gz"
    assert (published["licence"], published["predictions_sha256"]) == ("CC-BY-4.0", "ef" * 32)
    assert lines[board["rival"].pk]["predictions"] == ""
