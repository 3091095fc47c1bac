"""Matrix of differences between all pairs, for numbers worked out by hand."""

import numpy as np
import pytest

from challenge.figures.paired_matrix import MAX_WITH_NUMBERS, paired_differences
from challenge.figures.rank_panels import MAX_ENTRIES
from challenge.figures.themes import theme
from challenge.tests.figures.drawn import LABELS, check, unpacked

DIFFERENCE = np.array([[0, 0.02, 0.05], [-0.02, 0, 0.03], [-0.05, -0.03, 0]])
LOW = np.array([[0, 0, 0.01], [-0.04, 0, -0.01], [-0.09, -0.07, 0]])
HIGH = -LOW.T


def test_differences_whose_interval_excludes_0_have_a_dot():
    figure = paired_differences(["A", "B", "C"], DIFFERENCE, LOW, HIGH, "balanced_accuracy")
    check(figure)
    cells, dots = figure.data
    z = unpacked(cells["z"])
    assert np.isnan(z.diagonal()).all()
    assert z[0, 1:] == pytest.approx([0.02, 0.05])
    assert z[2, :2] == pytest.approx([-0.05, -0.03])
    # An interval that begins at 0 does not exclude 0.
    assert list(zip(unpacked(dots["y"]), unpacked(dots["x"]), strict=True)) == [(0, 2), (2, 0)]
    scale = figure.layout["coloraxis"]
    assert (scale["cmin"], scale["cmax"]) == (-0.05, 0.05)


def test_the_table_of_differences_has_the_intervals():
    figure = paired_differences(["A", "B", "C"], DIFFERENCE, LOW, HIGH, "balanced_accuracy")
    assert list(figure.columns[:4]) == ["Entry", "minus A", "low", "high"]
    assert figure.rows[0] == ["A", None, None, None, 0.02, 0, 0.04, 0.05, 0.01, 0.09]
    assert figure.rows[2] == ["C", -0.05, -0.09, -0.01, -0.03, -0.07, 0.01, None, None, None]


def test_numbers_are_shown_only_in_large_enough_cells():
    for entries in (MAX_WITH_NUMBERS, MAX_WITH_NUMBERS + 1):
        zeros = np.zeros((entries, entries))
        cells, _ = check(paired_differences(LABELS[:entries], zeros, zeros, zeros, "auc")).data
        assert bool(cells.texttemplate) == (entries == MAX_WITH_NUMBERS)
    most = np.zeros((40, 40))
    figure = paired_differences(LABELS, most, most, most, "auc")
    assert unpacked(figure.data[0]["z"]).shape == (MAX_ENTRIES, MAX_ENTRIES)
    assert f"the first {MAX_ENTRIES} of 40 entries" in figure.title


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2."""
    lights = []
    for colour in (one, other):
        channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        lights.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return float(max(lights) / min(lights))


@pytest.mark.parametrize("name", ["light", "dark", "file"])
def test_numbers_can_be_read_on_every_colour_of_the_diverging_scale(name):
    layout = theme(name)["layout"]
    scale = layout["colorscale"]["diverging"]
    assert [place for place, _ in scale] == [0, 0.5, 1]
    assert all(contrast(layout["font"]["color"], colour) >= 4.5 for _, colour in scale)
