"""Scores against parameters: points, Pareto front, notes and limits, checked by Plotly."""

from challenge.figures.over_parameters import MOST_POINTS, PUBLISHED, SizedScore, score_over_parameters
from challenge.results.score import Score
from challenge.tests.figures.test_leaderboard_figures import check

ROWS = [
    SizedScore("Large (Team A)", 86.5, Score(0.95, low=0.94, high=0.96)),
    SizedScore("<b>Middle</b>, end-to-end", 25.0, Score(0.93), PUBLISHED),
    SizedScore("Wasteful (Team B)", 300.0, Score(0.92)),
    SizedScore("Small (Team A)", 5.25, Score(0.9)),
]


def test_entries_are_filled_published_results_hollow_and_the_front_is_a_step_line():
    figure = score_over_parameters(ROWS, "auc", 0)
    drawn = check(figure)
    entries, published, front = drawn.data
    assert drawn.layout.xaxis.type == "log"
    assert (list(entries.x), list(entries.y)) == ([86.5, 300, 5.25], [0.95, 0.92, 0.9])
    assert (entries.marker.symbol, published.marker.symbol) == ("circle", "circle-open")
    assert (list(front.x), list(front.y)) == ([5.25, 25, 86.5, 300], [0.9, 0.93, 0.95, 0.95])
    assert front.line.shape == "hv"
    assert list(published.text) == ["&lt;b&gt;Middle&lt;/b&gt;, end-to-end"]


def test_the_table_has_the_same_numbers():
    figure = score_over_parameters(ROWS, "auc", 0)
    auc = "Area under the ROC curve (AUC)"
    assert list(figure.columns) == [
        *("Entry", "Parameters in millions", auc, f"{auc}: low", f"{auc}: high", "On the front")
    ]
    assert figure.rows[0] == ["Large (Team A)", "86.5", 0.95, 0.94, 0.96, "yes"]
    assert [row[-1] for row in figure.rows] == ["yes", "yes", "", "yes"]


def test_other_groups_have_a_series_each_and_operations_are_shown_where_they_are_known():
    rows = [
        SizedScore("ResNet, k-NN", 11.2, Score(0.9, std=0.01), "k-NN", 1.8),
        SizedScore("Other, mm-PT", 30.0, Score(0.8), "mm-PT"),
    ]
    groups = {"mm-PT": "square", "k-NN": "diamond", "absent": "x"}
    figure = score_over_parameters(rows, "auc", 0, groups=groups, of_what=" of some methods", head="Method")
    first, second, _ = check(figure).data
    assert (first.name, first.marker.symbol, second.name, second.marker.symbol) == (
        *("mm-PT", "square"),
        *("k-NN", "diamond"),
    )
    assert (list(first.customdata[0]), list(second.customdata[0])) == (["", ""], [" ± 0.0100", ", 1.8 GMACs"])
    assert figure.title == "Area under the ROC curve (AUC) of some methods against the number of parameters"
    assert list(figure.columns)[:3] == ["Method", "Parameters in millions", "GMACs"]
    assert [row[:3] for row in figure.rows] == [["ResNet, k-NN", "11.2", "1.8"], ["Other, mm-PT", "30", None]]


def test_one_point_is_its_own_front():
    figure = score_over_parameters([ROWS[1]], "accuracy", 0)
    published, front = check(figure).data
    assert list(published.y) == [0.93]
    assert list(front.x) == [25, 25]


def test_the_note_counts_what_is_missing():
    assert "missing" not in score_over_parameters(ROWS, "auc", 0).note
    one, many = (score_over_parameters(ROWS, "auc", n).note for n in (1, 1200))
    assert "1 row is missing, because the number of parameters is not stated." in one
    assert "1,200 rows are missing" in many


def test_of_many_rows_the_highest_and_the_front_are_drawn():
    rows = [SizedScore(f"Row {n}", 1000 - n, Score(0.9 - n / 10_000)) for n in range(MOST_POINTS + 100)]
    rows += [SizedScore("Lowest", 2000, Score(0.1))]
    figure = score_over_parameters(rows, "auc", 0)
    assert len(figure.rows) == len(rows) - 1  # all but one are on the front
    equal = [SizedScore(f"Row {n}", 10 + n, Score(0.9 - n / 10_000)) for n in range(MOST_POINTS + 100)]
    figure = score_over_parameters([*equal, SizedScore("Tiny", 0.5, Score(0.2))], "auc", 0)
    assert len(figure.rows) == MOST_POINTS
    assert figure.rows[-1][0] == "Tiny"
    assert "101 lower rows are left out." in figure.note
