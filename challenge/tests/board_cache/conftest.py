"""Site with a cache of the leaderboard, and three entries of a team."""

import pytest
from django.core.cache import cache

from challenge.services import groups
from challenge.tests.board_cache.changes import Site


@pytest.fixture(autouse=True)
def keep(settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def site(team, organizer, as_user, entry, submit, submit_and_score) -> Site:
    entries = [entry(team, auc, sha256=str(auc)) for auc in (0.7, 0.8, 0.9)]
    group = groups.create_group(team=team, name="Seeds", members=[one.pk for one in entries[:2]])
    return Site(team, as_user(organizer), entries, group, submit, submit_and_score)
