"""Standings: a ranking as columns, searched as one text, and their way through the database."""

import pickle
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from challenge.leaderboard.lines import Ranked, Standing
from challenge.leaderboard.selection import Selection, lines_with
from challenge.leaderboard.standings import standings_of
from challenge.models import MethodFacts

RANGES = st.none() | st.tuples(st.integers(1, 10_000), st.integers(1, 10_000))
STANDINGS = st.builds(
    Standing, st.none() | st.integers(1, 10_000), RANGES, RANGES, st.booleans(), st.booleans()
)


def a_line(number: int) -> Any:
    return SimpleNamespace(
        key=f"s{number}", words=f"network {number}", is_published=True, parameters=None, family=None,
        pretraining=None, evidence=None, study_url="", name="A", about="B", cells={"auc": SimpleNamespace(text="0.9")},
    )  # fmt: skip


@given(st.lists(STANDINGS, max_size=5))
def test_each_row_keeps_its_standing(standings):
    ranked = [Ranked(standing, a_line(number)) for number, standing in enumerate(standings)]
    columns = pickle.loads(pickle.dumps(standings_of(ranked, "auc", None)))  # noqa: S301
    assert [columns.standing(place) for place in range(len(standings))] == standings


LINES = st.lists(
    st.builds(
        lambda **facts: SimpleNamespace(**vars(a_line(0)) | facts),
        words=st.text("ab", max_size=3),
        parameters=st.none() | st.sampled_from([1.0, 25.0, 90.0]),
        family=st.sampled_from([None, "cnn", "vit"]),
        pretraining=st.sampled_from([None, "none", "natural"]),
        study_url=st.sampled_from(["", "https://example.org/"]),
    ),
    max_size=6,
)
SELECTIONS = st.builds(
    Selection,
    search=st.sampled_from(["", "a", "ab"]),
    parameters=st.sampled_from([None, 25.0]),
    families=st.sampled_from([(), (MethodFacts.Family.CNN,), tuple(MethodFacts.Family)]),
    pretrainings=st.sampled_from([(), (MethodFacts.Pretraining.NONE,)]),
    with_study=st.booleans(),
)


@given(LINES, SELECTIONS)
def test_a_selection_shows_the_rows_that_state_what_it_asks_for(lines, selection):
    def answers(line) -> list[bool | None]:
        """Return the answers to each question of the selection; None if the line does not say."""
        found: list[bool | None] = [selection.search in line.words]
        if selection.with_study:
            found.append(line.study_url != "")
        if selection.parameters:
            found.append(None if line.parameters is None else line.parameters <= selection.parameters)
        for fact, chosen in ((line.family, selection.families), (line.pretraining, selection.pretrainings)):
            if chosen:
                found.append(None if fact is None else fact in chosen)
        return found

    ranked = [Ranked(Standing(1, None, None, False, False), line) for line in lines]
    found = selection.places(standings_of(ranked, "auc", None))
    assert list(found.places) == [place for place, line in enumerate(lines) if all(answers(line))]
    unstated = [of for line in lines if False not in (of := answers(line)) and None in of]
    assert found.n_unstated == len(unstated)


@given(
    st.lists(st.text("ab \n", max_size=6).map(lambda text: text.replace("\n", ""))),
    st.text("ab ", min_size=1),
)
def test_a_search_finds_the_lines_that_contain_it(lines, search):
    expected = [number for number, line in enumerate(lines) if search in line]
    assert lines_with(search, "\n".join(lines)) == expected
