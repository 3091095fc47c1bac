"""Results that readers let the site keep: long results are not kept, since readers can ask for any number of them."""

import pytest
from django.core.cache import cache

from challenge.leaderboard.cache import LONGEST, cached


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "times"), [(LONGEST, 1), (LONGEST + 1, 2)])
def test_a_long_result_is_made_each_time(settings, length, times):
    settings.BOARD_RESULTS_ARE_KEPT = True
    cache.clear()
    made: list[str] = []

    def make() -> str:
        made.append("x" * length)
        return made[-1]

    assert (
        cached(make, "a test", is_current=lambda: True)
        == cached(make, "a test", is_current=lambda: True)
        == "x" * length
    )
    assert len(made) == times
