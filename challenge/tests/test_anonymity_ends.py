"""The end of anonymity at midnight UTC, without any task and in spite of caches and stored files."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from challenge.models import Submission
from challenge.services.figure_files import figures_path
from challenge.tests.pages import page_of, text_of

UNTIL = date(2027, 3, 10)
BEFORE, AFTER = datetime(2027, 3, 9, 23, 59, 59, tzinfo=UTC), datetime(2027, 3, 10, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """Return a function that sets the clock."""
    return lambda now: monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def hidden(entry_by_dataset, team) -> Submission:
    return entry_by_dataset(team, 0.9, model_name="Hidden", visibility="anonymous", anonymous_until=UNTIL)


@pytest.fixture
def keep(settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    cache.clear()
    yield
    cache.clear()


def test_it_ends_with_the_start_of_the_day(hidden, clock):
    for now, is_anonymous in ((BEFORE, True), (AFTER, False), (AFTER + timedelta(days=300), False)):
        clock(now)
        assert hidden.is_anonymous == is_anonymous
        assert hidden.is_named != is_anonymous
        assert Submission.objects.named().exists() != is_anonymous
        assert Submission.objects.anonymous().exists() == is_anonymous


def test_the_day_is_the_utc_day(hidden, clock):
    zone = timezone.get_fixed_timezone(120)
    clock(datetime(2027, 3, 10, 1, 59, tzinfo=zone))
    assert hidden.is_anonymous
    clock(datetime(2027, 3, 10, 2, 0, tzinfo=zone))
    assert not hidden.is_anonymous


@pytest.mark.parametrize(
    "address", ["/leaderboard/", "/leaderboard/?view=figures", "/leaderboard.csv", "/leaderboard.json", "/"]
)
def test_cached_pages_notice_it(address, hidden, clock, client, keep):
    def shown() -> str:
        return client.get(address).content.decode()

    clock(BEFORE)
    assert "Anonymous team" in shown()
    assert "Team Alpha" not in shown()
    clock(AFTER)
    assert "Team Alpha" in shown()


def test_the_page_of_the_entry_notices_it(hidden, clock, client):
    clock(BEFORE)
    assert "by Anonymous team" in text_of(page_of(client, hidden.get_absolute_url()))
    clock(AFTER)
    assert "by Team Alpha" in text_of(page_of(client, hidden.get_absolute_url()))


def test_a_zip_of_figures_is_not_shown_under_the_other_name(hidden, clock):
    """The labels of its figures contain the name of the team."""
    evaluation = hidden.evaluations.get()
    clock(BEFORE)
    of_hidden = figures_path(evaluation)
    clock(AFTER)
    assert figures_path(evaluation) != of_hidden
