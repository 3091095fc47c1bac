"""Forest plot: points, intervals, marks, its axis, and hostile names."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from challenge.figures.forest import LEFT, RIGHT, ForestRow, forest
from challenge.tests.pages import attribute, element, elements, text_of

HOSTILE = '<script>alert("1")</script>&amp; <img src=x onerror=alert(1)>' * 2


def row(value: float = 0.9, **about) -> ForestRow:
    values: dict[str, Any] = {
        "label": "ResNet-18 (Team Alpha)",
        "low": value - 0.01,
        "high": value + 0.01,
    } | about
    return ForestRow(value=value, text=f"{value:.4f}", **values)


def drawn(rows: list[ForestRow]) -> LexborNode:
    root = LexborHTMLParser(forest(rows, "Accuracy")).root
    assert root
    return root


def percents(svg: LexborNode, selector: str, name: str) -> list[float]:
    return [float(text.removesuffix("%")) for text in attribute(svg, selector, name)]


def test_it_works():
    svg = drawn([row(0.9), row(0.8, label="VGG16 (end-to-end)", low=None, high=None, is_published=True)])
    (first, second), (left, _) = percents(svg, "circle", "cx"), elements(svg, "g")
    assert first > second
    assert len(elements(svg, ".forest-bar")) == 1, "a published result has no interval"
    (low,), (high,) = percents(left, ".forest-bar", "x1"), percents(left, ".forest-bar", "x2")
    assert low < first < high
    assert low + high == pytest.approx(2 * first, abs=0.02)
    assert [text_of(value) for value in elements(svg, ".forest-value")] == ["0.9000", "0.8000"]
    assert len(elements(svg, ".forest-published")) == 1


def test_the_positions_are_those_of_the_axis():
    svg = drawn([row(0.9, low=0.85, high=0.93), row(0.8), row(0.7)])
    numbers = [float(text_of(tick)) for tick in elements(svg, ".forest-tick")]
    places = percents(svg, ".forest-tick", "x")
    assert (places[0], places[-1]) == (LEFT, RIGHT)

    def place_of(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - numbers[0]) / (numbers[-1] - numbers[0])

    assert places == pytest.approx([place_of(number) for number in numbers], abs=0.01)
    assert percents(svg, "circle", "cx") == pytest.approx([place_of(v) for v in (0.9, 0.8, 0.7)], abs=0.01)
    assert percents(svg, ".forest-bar", "x1")[0] == pytest.approx(place_of(0.85), abs=0.01)


@given(
    st.lists(
        st.tuples(st.floats(-1, 1), st.floats(0, 0.3), st.floats(0, 0.3), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_everything_is_within_the_drawing_and_ticks_are_few_and_distinct(values):
    rows = [
        row(value, low=value - below if has else None, high=value + above if has else None)
        for value, below, above, has in values
    ]
    svg = drawn(rows)
    for selector, name in (("circle", "cx"), (".forest-bar", "x1"), (".forest-bar", "x2")):
        assert all(LEFT - 0.01 <= place <= RIGHT + 0.01 for place in percents(svg, selector, name))
    ticks = [text_of(tick) for tick in elements(svg, ".forest-tick")]
    assert 2 <= len(ticks) == len(set(ticks)) <= 7


def test_the_group_of_the_leader_is_marked():
    svg = drawn([row(is_with_leader=True), row(0.89, is_with_leader=True), row(0.8)])
    assert len(elements(svg, ".forest-leading")) == 2
    assert [text_of(text)[0] for text in elements(svg, ".forest-long")] == ["≈", "≈", "R"]
    assert "2 of them cannot be distinguished from the leading entry." in text_of(element(svg, "desc"))


def test_it_is_an_image_with_a_name_and_a_description():
    svg = element(drawn([row()]), "svg")
    assert svg.attributes["role"] == "img"
    title, about = (svg.attributes["aria-labelledby"] or "").split()
    assert text_of(element(svg, f"#{title}")) == "Accuracy of the highest 1 rows"
    assert "The table has the same numbers." in text_of(element(svg, f"#{about}"))


def test_hostile_names_stay_text():
    svg = drawn([row(label=HOSTILE)])
    assert not elements(svg, "script, img")
    assert text_of(element(svg, "g title")).startswith('<script>alert("1")</script>&amp; <img src=x')
    assert "<script" not in forest([row(label=HOSTILE)], "AUC")


def test_long_names_are_cut_and_whole_in_their_title():
    label = "A very long name of a model that no column can hold (Team Alpha)"
    svg = drawn([row(label=label)])
    long, short = text_of(element(svg, ".forest-long")), text_of(element(svg, ".forest-short"))
    assert long.endswith("…")
    assert short.endswith("…")
    assert len(short) < len(long) < len(label)
    assert text_of(element(svg, "g title")).startswith(label)


def test_no_styles_and_no_scripts_are_in_it():
    svg = drawn([row(is_with_leader=True), row(is_published=True)])
    assert not attribute(svg, "*", "style")
    assert not elements(svg, "style, script")


def test_twelve_rows_are_small():
    numbers = random.Random(0)
    rows = [
        row(numbers.uniform(0.8, 0.95), label=f"{'&<' * 20} a name of the usual length {n} (Team number {n})")
        for n in range(12)
    ]
    assert len(forest(rows, "Area under the ROC curve (AUC)").encode()) <= 12_000


def test_nothing_is_drawn_without_rows():
    assert forest([], "AUC") == ""
