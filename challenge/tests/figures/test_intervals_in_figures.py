"""Intervals in figures and their tables; figures without intervals do not change."""

from datetime import UTC, datetime, timedelta

import pytest

from challenge.figures.comparison import differences_by_dataset
from challenge.figures.over_datasets import distribution_over_datasets, score_heat_map
from challenge.figures.over_resolutions import ByResolution, metric_by_resolution
from challenge.figures.over_time import TimedScore, best_score_over_time
from challenge.figures.submission import metric_by_dataset
from challenge.results.score import Score, Series
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.figures.drawn import check

INTERVAL = "95 % interval"
OURS = Series("Ours", {"pathmnist": Score(0.9, low=0.88, high=0.91), "octmnist": Score(0.5)})
THEIRS = Series("Theirs", {"pathmnist": Score(0.8, std=0.03)}, is_published=True)
WITHOUT = Series("Without", {"pathmnist": Score(0.7)})
DRAWERS = [metric_by_dataset, differences_by_dataset, score_heat_map, distribution_over_datasets]


@pytest.mark.parametrize("draw", DRAWERS)
def test_figures_speak_of_intervals_where_there_are_some(draw):
    assert INTERVAL in draw([OURS, THEIRS], "auc", MEDMNIST_PLUS).note
    assert INTERVAL not in draw([WITHOUT, THEIRS], "auc", MEDMNIST_PLUS).note


@pytest.mark.parametrize("draw", DRAWERS)
def test_without_intervals_no_table_has_columns_for_them(draw):
    figure = draw([WITHOUT, THEIRS], "auc", MEDMNIST_PLUS)
    check(figure)
    assert not any("low" in column.split() or "high" in column.split() for column in figure.columns)


def test_on_each_dataset_an_interval_is_a_bar_and_has_columns():
    figure = metric_by_dataset([OURS, THEIRS], "auc", MEDMNIST_PLUS)
    ours, theirs = check(figure).data
    assert (ours.error_y.array[0], ours.error_y.arrayminus[0]) == pytest.approx((0.01, 0.02))
    assert (theirs.error_y.array[0], theirs.error_y.arrayminus[0]) == (0.03, 0.03)
    assert (ours.text[0], ours.text[1], ours.text[3]) == (" (0.8800 to 0.9100)", "", "")
    assert theirs.text[0] == " ± 0.0300"
    assert list(figure.columns) == ["Dataset", "Ours", "Ours: low", "Ours: high", "Theirs"]
    assert figure.rows[0] == ["PathMNIST", 0.9, 0.88, 0.91, 0.8]
    assert figure.rows[3] == ["OCTMNIST", 0.5, None, None, None]


def test_intervals_of_several_entries_neither_overlap_nor_are_cut():
    figure = differences_by_dataset([OURS, THEIRS], "auc", MEDMNIST_PLUS)
    drawn = check(figure)
    ours, theirs = drawn.data
    assert (ours.error_x.array[0], ours.error_x.arrayminus[0]) == pytest.approx((0.01, 0.02))
    assert theirs.error_x.array is None  # the note explains intervals only
    assert theirs.text[0] == " ± 0.0300"
    assert drawn.layout.scattermode == "group"
    first, last = drawn.layout.xaxis.range
    assert 0.4 < first < 0.5 < 0.91 < last
    assert figure.rows[0] == ["PathMNIST", 0.9, 0.88, 0.91, 0.8, pytest.approx(0.1)]
    assert check(differences_by_dataset([WITHOUT, THEIRS], "auc", MEDMNIST_PLUS)).layout.scattermode is None


def test_the_heat_map_tells_intervals_and_its_table_has_them():
    figure = score_heat_map([OURS, THEIRS], "auc", MEDMNIST_PLUS)
    cells = check(figure).data[0]
    assert [row[0] for row in cells.text] == [" (0.8800 to 0.9100)", " ± 0.0300"]
    assert "%{text}" in cells.hovertemplate
    assert "%{text}" not in cells.texttemplate  # cells show only the values
    assert list(figure.columns[:4]) == ["Entry", "PathMNIST", "PathMNIST: low", "PathMNIST: high"]
    assert figure.rows[0][:4] == ["Ours", 0.9, 0.88, 0.91]
    assert figure.rows[1][:4] == ["Theirs", 0.8, None, None]


def test_points_of_boxes_tell_their_intervals():
    entries, published = check(distribution_over_datasets([OURS, THEIRS], "auc", MEDMNIST_PLUS)).data
    assert dict(zip(entries.text, entries.customdata, strict=True)) == {
        "PathMNIST": " (0.8800 to 0.9100)",
        "OCTMNIST": "",
    }
    assert list(published.customdata) == [" ± 0.0300"]
    assert "%{customdata}" in entries.hovertemplate


def test_over_resolutions_entries_have_intervals_and_published_methods_none():
    figure = metric_by_resolution(
        [
            ByResolution("VGG16", "Published", {28: 0.9, 224: 0.95}),
            ByResolution("Mine", "Entries", {64: 0.8}, {64: (0.75, 0.82)}),
            ByResolution("Waits for its replicates", "Entries", {64: 0.7}, {64: (None, None)}),
        ],
        "auc",
    )
    published, entries = check(figure).data
    assert published.error_y.array is None
    assert entries.error_y.array[:3] == pytest.approx((0.02, 0, 0))  # the second is the gap after a method
    assert entries.error_y.arrayminus[:3] == pytest.approx((0.05, 0, 0))
    assert entries.customdata[0] == " (0.7500 to 0.8200)"
    assert INTERVAL in figure.note
    assert list(figure.columns[:5]) == ["Method", "Kind", "28 × 28", "28 × 28: low", "28 × 28: high"]
    assert figure.rows[1][5:8] == [0.8, 0.75, 0.82]
    assert INTERVAL not in metric_by_resolution([ByResolution("Mine", "Entries", {64: 0.8})], "auc").note


def test_over_time_entries_have_intervals():
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    entries = [TimedScore(start, "A", 0.8, 0.75, 0.82), TimedScore(start + timedelta(1), "B", 0.7)]
    figure = best_score_over_time(entries, "accuracy", ("VGG16", 0.95))
    points, best, published = check(figure).data
    assert list(points.error_y.array) == pytest.approx([0.02, 0])
    assert list(points.error_y.arrayminus) == pytest.approx([0.05, 0])
    assert list(points.customdata) == [" (0.7500 to 0.8200)", ""]
    assert best.error_y.array is published.error_y.array is None
    assert INTERVAL in figure.note
    assert "VGG16, 0.9500" in figure.note
    assert list(figure.columns[2:]) == ["Accuracy", "Accuracy: low", "Accuracy: high", "Best so far"]
    assert figure.rows[0][2:] == [0.8, 0.75, 0.82, 0.8]
    assert best_score_over_time([entries[1]], "accuracy").note == ""
