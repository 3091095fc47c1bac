"""Figures of the leaderboard: drawings and notes, checked by Plotly."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from challenge.figures.comparison import differences_by_dataset
from challenge.figures.critical_difference import critical_difference
from challenge.figures.figure import Figure
from challenge.figures.labels import LABEL_LENGTH
from challenge.figures.over_datasets import MAX_ROWS, distribution_over_datasets, score_heat_map
from challenge.figures.over_resolutions import ByResolution, metric_by_resolution
from challenge.figures.over_time import TimedScore, best_score_over_time
from challenge.results.score import Score, Series
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.tests.figures.drawn import check
from challenge.tests.scoring.test_critical_difference import RANKS

NAMES = [dataset.name for dataset in MEDMNIST_PLUS]


def series_of(label: str, values, *, is_published: bool = False) -> Series:
    scores = {name: Score(value) for name, value in zip(NAMES, values, strict=False) if value is not None}
    return Series(label, scores, is_published)


def some_series(count: int) -> list[Series]:
    values = np.random.default_rng(0).uniform(0.5, 1, size=(count, 12))
    return [series_of(f"Entry {n}", row.tolist(), is_published=n % 2 == 0) for n, row in enumerate(values)]


def test_the_heat_map_has_a_row_for_each_entry_with_the_best_at_the_top():
    figure = score_heat_map(some_series(3), "auc", MEDMNIST_PLUS)
    drawn = check(figure)
    assert list(drawn.data[0].y) == ["Entry 0", "Entry 1", "Entry 2"]
    first, last = drawn.layout.yaxis.range
    assert first > last  # the axis points down
    assert len(drawn.data) == 1  # nothing is missing
    assert figure.rows[1][:2] == ["Entry 1", drawn.data[0].z[1][0]]


def test_the_heat_map_marks_what_is_missing():
    figure = score_heat_map([series_of("A", [0.9, None, 0.8])], "auc", MEDMNIST_PLUS)
    cells, gaps = check(figure).data
    assert list(cells.z[0][:3]) == [0.9, None, 0.8]
    assert gaps.x[0] == "ChestMNIST"
    assert len(gaps.x) == 10
    assert gaps.text == "–"


def test_the_heat_map_draws_the_first_rows_and_its_table_holds_all():
    figure = score_heat_map(some_series(50), "auc", MEDMNIST_PLUS)
    assert len(check(figure).data[0].z) == MAX_ROWS
    assert len(figure.rows) == 50
    assert f"the {MAX_ROWS} highest rows" in figure.title


def test_within_datasets_the_colour_is_the_difference_from_the_best_and_the_numbers_stay():
    series = [series_of("A", [0.9, 0.6]), series_of("B", [0.95, None]), series_of("C", [0.8, 0.7])]
    figure, usual = (score_heat_map(series, "auc", MEDMNIST_PLUS, within=within) for within in (True, False))
    drawn = check(figure)
    cells = drawn.data[0]
    assert [list(row[:3]) for row in cells.z] == [[-0.05, -0.1, None], [0, None, None], [-0.15, 0, None]]
    assert [list(row[:3]) for row in cells.text] == [
        ["0.900", "0.600", ""],
        ["0.950", "", ""],
        ["0.800", "0.700", ""],
    ]
    assert cells.texttemplate == "%{text}"
    assert cells.customdata[0][0] == "0.9000"
    assert drawn.layout.coloraxis.cmax == 0
    assert drawn.layout.coloraxis.cmin == pytest.approx(np.quantile([-0.05, 0, -0.15, -0.1, 0], 1 / 3))
    assert drawn.layout.coloraxis.colorbar.title.text == "Difference<br>from best"
    assert "The colour is the difference from the dataset's best row." in figure.note
    assert "The colour" not in usual.note
    assert (figure.rows, figure.name, len(figure.data)) == (usual.rows, usual.name, len(usual.data))


def test_the_best_row_may_be_one_that_is_not_drawn():
    lower = [series_of(f"Entry {n}", [0.5]) for n in range(MAX_ROWS)]
    drawn = check(score_heat_map([*lower, series_of("Last", [0.9])], "auc", MEDMNIST_PLUS, within=True))
    assert {row[0] for row in drawn.data[0].z} == {-0.4}


def test_a_single_row_is_the_best_everywhere():
    drawn = check(score_heat_map(some_series(1), "auc", MEDMNIST_PLUS, within=True))
    assert set(drawn.data[0].z[0]) == {0}
    assert drawn.layout.coloraxis.cmin < 0


def test_entries_of_one_name_stay_apart_and_markup_is_text():
    labels = ["<b>A</b>", "<b>A</b>", "A" * 100, "A" * 99]
    series = [series_of(label, [0.5]) for label in labels]
    drawn = check(score_heat_map(series, "auc", MEDMNIST_PLUS)).data[0].y
    assert len(set(drawn)) == 4
    assert drawn[1] == "&lt;b&gt;A&lt;/b&gt; (2)"


def test_boxes_tell_entries_from_published_results_and_the_table_has_the_quartiles():
    figure = distribution_over_datasets(
        [series_of("A", np.arange(12) / 12), series_of("B", [0.5, 0.7], is_published=True)],
        "auc",
        MEDMNIST_PLUS,
    )
    entries, published = check(figure).data
    assert (entries.name, set(entries.y)) == ("Entries", {0})
    assert (published.name, set(published.y), list(published.x)) == ("Published results", {1}, [0.5, 0.7])
    # Six values lie below the median of 12, three below the lower quartile: between the third and the fourth.
    assert figure.rows[0] == ["A", 12, 0, pytest.approx(2.5 / 12), pytest.approx(5.5 / 12),
                              pytest.approx(8.5 / 12), pytest.approx(11 / 12)]  # fmt: skip


def test_the_names_of_boxes_are_above_them_and_hide_no_number_of_the_axis():
    figure = distribution_over_datasets(
        [series_of("<b>A</b>", [0.5]), series_of("B" * 100, [0.7])], "auc", MEDMNIST_PLUS
    )
    layout = check(figure).layout
    names = {name.text: name.y for name in layout.annotations}
    assert names["&lt;b&gt;A&lt;/b&gt;"] < 0 < names[f"{'B' * (LABEL_LENGTH - 1)}…"] < 1
    # Plotly hides the numbers of the other axis that labels inside the plot reach.
    assert not layout.yaxis.showticklabels


def test_a_method_is_a_line_over_its_resolutions_and_an_entry_a_point():
    figure = metric_by_resolution(
        [
            ByResolution("VGG16", "end-to-end", {224: 0.95, 28: 0.92}),
            ByResolution("AlexNet", "end-to-end", {28: 0.9}),
            ByResolution("Mine", "Entries", {64: 0.97}),
        ],
        "auc",
    )
    published, entries = check(figure).data
    assert published.x == (28, 224, None, 28, None)  # the gap ends a method's line
    assert published.y == (0.92, 0.95, None, 0.9, None)
    assert published.mode == "lines+markers"
    assert (entries.mode, entries.x, entries.y) == ("markers", (64, None), (0.97, None))
    assert figure.rows[0] == ["VGG16", "end-to-end", 0.92, None, None, 0.95]


def test_the_best_score_over_time_never_falls():
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    entries = [TimedScore(start + timedelta(days=n), f"E{n}", v) for n, v in enumerate([0.7, 0.6, 0.9, 0.8])]
    figure = best_score_over_time(entries[::-1], "auc", ("VGG16", 0.95))
    points, best, published = check(figure).data
    assert list(points.y) == [0.7, 0.6, 0.9, 0.8]
    assert list(best.y) == [0.7, 0.7, 0.9, 0.9]
    assert best.line.shape == "hv"
    assert list(published.y) == [0.95, 0.95]
    assert figure.rows[1] == ["2026-01-02 12:00", "E1", 0.6, 0.7]
    assert "VGG16, 0.9500" in figure.note


def test_times_are_in_utc_and_nothing_published_is_no_line():
    there = timezone(timedelta(hours=2))
    figure = best_score_over_time([TimedScore(datetime(2026, 1, 1, 1, tzinfo=there), "E", 0.5)], "auc")
    assert figure.rows[0][0] == "2025-12-31 23:00"
    assert len(check(figure).data) == 2


def demsar() -> list[Series]:
    """The methods of the paper's example, with minus the rank as the score."""
    titles = ["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"]
    names = [f"dataset {n}" for n in range(14)]
    return [
        Series(title, {name: Score(-float(rank)) for name, rank in zip(names, ranks, strict=True)})
        for title, ranks in zip(titles, RANKS.T, strict=True)
    ]


@pytest.fixture
def fourteen_datasets() -> Benchmark:
    one = MEDMNIST_PLUS.datasets[0]
    datasets = [type(one)(f"dataset {n}", f"{n}", "", one.task, one.classes, 1) for n in range(14)]
    return Benchmark("The paper's", tuple(datasets), (28,))


def diagram(series: list[Series], benchmark: Benchmark = MEDMNIST_PLUS, **options: float) -> Figure:
    figure = critical_difference(series, "auc", benchmark, **options)
    assert figure is not None
    return figure


def test_the_critical_difference_diagram_of_the_paper(fourteen_datasets):
    figure = diagram(demsar(), fourteen_datasets)
    drawn = check(figure)
    bars, points = drawn.data
    assert points.x == pytest.approx([1.964, 2.000, 2.893, 3.143], abs=5e-4)
    assert bars.x == (points.x[0], points.x[-1], None)  # none of the four differ: 1.18 is less than 1.25
    assert "1.25 or more apart" in figure.note
    assert "F(3, 39) = 3.69" in figure.note
    assert "Critical difference: 1.25" in [text.text for text in drawn.layout.annotations]
    assert [row[0] for row in figure.rows] == ["C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5"]
    assert {row[2] for row in figure.rows} == {"a"}


def test_at_the_level_010_the_paper_finds_two_groups_and_cannot_tell_where_one_belongs(fourteen_datasets):
    figure = diagram(demsar(), fourteen_datasets, alpha=0.10)
    groups = {str(row[0]): row[2] for row in figure.rows}
    assert groups == {"C4.5+m+cf": "a", "C4.5+m": "a", "C4.5+cf": "a, b", "C4.5": "b"}
    assert "1.12 or more apart" in figure.note


def test_labels_are_on_the_side_of_their_ranks(fourteen_datasets):
    texts = check(diagram(demsar(), fourteen_datasets)).layout.annotations
    sides = {text.text: text.x for text in texts if text.xref == "paper"}
    assert sides == {
        "C4.5+m+cf  1.96": 0,
        "C4.5+m  2.00": 0,
        "2.89  C4.5+cf": 1,
        "3.14  C4.5": 1,
    }


def test_only_rows_with_all_datasets_are_compared_and_at_least_three():
    complete = some_series(3)
    partial = series_of("Partial", [0.9] * 11)
    compared = diagram([*complete, partial])
    assert sorted(str(row[0]) for row in compared.rows) == ["Entry 0", "Entry 1", "Entry 2"]
    assert critical_difference([*complete[:2], partial], "auc", MEDMNIST_PLUS) is None
    assert len(diagram(some_series(40)).rows) == 20


def test_the_organ_sets_count_once_and_the_note_says_what_the_verdict_depends_on():
    """On the nine other datasets A is ahead of B; on the organ sets, which count once, B is ahead."""
    ahead, behind = [0.9] * 9 + [0.7] * 3, [0.8] * 9 + [0.75] * 3
    figure = diagram([series_of("A", ahead), series_of("B", behind), series_of("C", [0.1] * 12)])
    assert [row[:2] for row in figure.rows] == [["A", 1.1], ["B", 1.9], ["C", 3]]
    assert "(OrganAMNIST + OrganCMNIST + OrganSMNIST as one)" in figure.title
    assert "F(2, 18)" in figure.note
    assert "on 10 independent blocks" in figure.note
    assert "also depends on the other rows in the figure" in figure.note
    assert "smallest possible p is 0.002" in figure.note
    assert "no difference among 8 or more rows" in figure.note


def test_where_nothing_differs_the_note_says_so():
    same = [series_of(f"E{n}", [0.5] * 12) for n in range(4)]
    assert "no difference found" in diagram(same).note


def test_dumbbells_reach_from_the_lowest_to_the_highest():
    series = [series_of("A", [0.9, 0.5, None]), series_of("B", [0.7, 0.8, 0.6])]
    figure = differences_by_dataset(series, "auc", MEDMNIST_PLUS)
    drawn = check(figure)
    assert [(s.y0, s.x0, s.x1) for s in drawn.layout.shapes] == [
        ("PathMNIST", 0.7, 0.9),
        ("ChestMNIST", 0.5, 0.8),
    ]
    assert figure.rows[0] == ["PathMNIST", 0.9, 0.7, pytest.approx(0.2)]
    assert figure.rows[2][1:] == [None, 0.6, None]
