"""Standings: a ranking as columns, and their way through the database."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from challenge.leaderboard.standings import Standings

TEXT = st.text(st.characters(exclude_characters="\n"), max_size=8)
#: Key, images, datasets, words, rank, with leader, compared, parameters, family, pre-training, study.
ROW = st.tuples(
    *(TEXT, TEXT, TEXT, TEXT, st.none() | st.integers(1, 99), st.booleans(), st.booleans()),
    *(st.none() | st.floats(0.1, 1e6), st.none() | TEXT, st.none() | TEXT, st.booleans()),
)
COLUMNS = ("keys", "images", "datasets", "words", "ranks", "with_leader", "compared", "parameters", "family",
           "pretraining", "with_study")  # fmt: skip


@given(st.lists(ROW, max_size=5))
def test_they_are_the_same_after_pickling(rows):
    columns = {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}
    standings = Standings(
        headline="Two entries.", n_compared=2, n_with_leader=1, has_entries=True, leader=None, **columns
    )
    again = pickle.loads(pickle.dumps(standings))  # noqa: S301
    assert again == standings
