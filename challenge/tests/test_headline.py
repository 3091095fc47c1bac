"""Sentence above the board: the shared first place, and the highest published result."""

from dataclasses import replace

import pytest

from challenge.leaderboard.headline import headline
from challenge.leaderboard.lines import Ranked, Standing, line_of
from challenge.models import PublishedMethod
from challenge.results.rows import Kind, Row
from challenge.results.score import Score


def published(value: float, rank: int | None = 1) -> Ranked:
    method = PublishedMethod(pk=1, architecture="vgg16", scheme="end-to-end", resolution=224)
    line = line_of(Row(method, {"auc": Score(value)} if rank else {}))
    return Ranked(Standing(rank, None, None, is_with_leader=False, is_compared=False), line)


def entry(value: float, rank: int = 1, *, with_leader: bool | None = None) -> Ranked:
    """An entry; it is not compared if `with_leader` is None."""
    line = replace(published(value).line, kind=Kind.ENTRY, label=f"Mine {rank} (Alpha)")
    return Ranked(Standing(rank, None, None, with_leader is True, with_leader is not None), line)


VGG = "The highest published result, VGG16 (end-to-end), has 0.9500"
NOT_COMPARED = f"{VGG}; it was not compared, because no predictions are known."


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "No entry is ranked here yet."),
        ([published(0.95)], f"No entry is ranked here yet. {VGG}."),
        ([published(0.95, None)], "No entry is ranked here yet."),
        ([entry(0.9)], "Only one entry is ranked here: Mine 1 (Alpha), with 0.9000."),
        (
            [entry(0.96), published(0.95, 2)],
            f"Only one entry is ranked here: Mine 1 (Alpha), with 0.9600. {NOT_COMPARED}",
        ),
        (
            [entry(0.9), entry(0.8, 2)],
            "2 entries are ranked here. They are not compared yet: their intervals follow.",
        ),
        (
            [
                entry(0.96, with_leader=True),
                entry(0.955, 2, with_leader=True),
                entry(0.9, 3, with_leader=False),
            ],
            "2 of 3 compared entries share the first place: no paired test distinguishes them from the highest.",
        ),
        (
            [entry(0.96, with_leader=True), published(0.95, 2), entry(0.9, 3, with_leader=False)],
            "Mine 1 (Alpha), with 0.9600, holds the first place alone: "
            f"of 2 compared entries, every other is significantly lower. {NOT_COMPARED}",
        ),
        (
            [entry(0.96), entry(0.95, 2, with_leader=True), *[entry(0.9, 3, with_leader=False)] * 2],
            "Mine 2 (Alpha), with 0.9500, holds the first place alone: "
            "of 3 compared entries, every other is significantly lower.",
        ),
    ],
)
def test_it_says_who_is_first_and_what_was_published(rows, said):
    assert headline(rows, "auc") == said
