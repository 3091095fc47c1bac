"""A release never changes: not by scoring again, edits, withdrawal, visibility, renaming or the end of an account."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from challenge.models import HistoryLine, Release, ReleaseRow, Submission, ranked_ground_truth
from challenge.services import accounts, entries, submissions, team_accounts
from challenge.tests.pages import element, elements, page_of, text_of
from challenge.tests.releases.frozen import freeze, recompute, unpack
from challenge.tests.scored_again.steps import activate, give_up_intervals, work

pytestmark = pytest.mark.django_db


QUERIES = ("resolution=28&entries=all", "resolution=224&entries=all", "resolution=224&metric=accuracy")


def frozen_parts(release: Release, client: Client) -> dict[str, object]:
    """Return everything that must stay: archive, rows, and the words of the page without the marks of today."""
    address = reverse("release", args=[release.name])
    pages = [page_of(client, f"{address}?{query}") for query in QUERIES]
    archive = client.get(reverse("release_archive", args=[release.name]))
    return {
        "archive": archive.getvalue(),
        "rows": list(ReleaseRow.objects.filter(release=release).values()),
        "pages": [text_of(element(page, "main"), without=".tag-left") for page in pages],
    }


@pytest.fixture
def scored(submit_and_score, team, other_team) -> list[Submission]:
    made = [submit_and_score(team, skill=skill) for skill in (0.5, 1.0)] + [
        submit_and_score(other_team, skill=2.0)
    ]
    give_up_intervals()
    return made


def test_to_the_byte_after_a_scoring_an_edit_and_a_withdrawal(scored, board, corrected, client, tmp_path):
    release = freeze()
    before = frozen_parts(release, client)
    activate(corrected)
    work()
    assert ranked_ground_truth() == corrected
    assert HistoryLine.objects.filter(action="scores changed").exists()
    entries.edit_entry(scored[0], model_name="Renamed", study_url="https://example.org/study")
    entries.withdraw(scored[1], delete_file=True)
    assert frozen_parts(release, client) == before
    page = page_of(client, f"{reverse('release', args=[release.name])}?{QUERIES[0]}")
    assert text_of(element(page, ".tag-left")) == f"withdrawn on {timezone.now():%-d %b %Y}"
    done = recompute(unpack(release, tmp_path / "there"))
    assert done.returncode == 0, done.stdout


CHANGES = {
    "anonymity ends": lambda board: entries.set_visibility(board["anonymous"], "public"),
    "anonymity ends by itself": lambda board: Submission.objects.filter(pk=board["anonymous"].pk).update(
        anonymous_until=timezone.now().date() - timedelta(days=1)
    ),
    "renamed": lambda board: team_accounts.rename_team(
        board["best"].team, "Another name", by="manage.py", reason="Asked for."
    ),
    "chosen": lambda board: entries.choose(board["second"]),
    "published results change": lambda board: board["published"].scores.update(mean=0.1),
    "published results go": lambda board: board["published"].scores.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_readers_see_elsewhere_changes_nothing_here(board, client, change):
    release = freeze()
    before = frozen_parts(release, client)
    CHANGES[change](board)
    assert frozen_parts(release, client) == before


LEAVING = {
    "private": lambda board: entries.set_visibility(board["rival"], "private"),
    "held": lambda board: submissions.hold(board["rival"], "A doubt.", by="manage.py"),
    "disqualified": lambda board: submissions.disqualify(board["rival"], "A reason.", by="manage.py"),
    "deleted": lambda board: Submission.objects.filter(pk=board["rival"].pk).delete(),
}


@pytest.mark.parametrize("way", LEAVING)
def test_an_entry_that_leaves_gets_a_mark_and_no_link(board, client, way):
    release = freeze()
    before = frozen_parts(release, client)
    LEAVING[way](board)
    assert frozen_parts(release, client) == before
    page = page_of(client, "/releases/2027.1/?entries=all")
    assert text_of(element(page, ".tag-left")) == "not public any more"
    assert not elements(page, f'a[href="/submissions/{board["rival"].pk}/"]')
    assert "ViT-B/16" in page


def test_an_entry_that_becomes_anonymous_is_not_linked_from_its_name(board, client):
    freeze()
    entries.set_visibility(board["rival"], "anonymous")
    page = page_of(client, "/releases/2027.1/?entries=all")
    assert not elements(page, f'a[href="/submissions/{board["rival"].pk}/"]')
    assert "not public any more" not in page


def test_the_end_of_an_account_leaves_the_release_as_it_is(board, client, team):
    release = freeze()
    before = frozen_parts(release, client)
    accounts.close_account(team, keep_name=False)
    after = frozen_parts(release, client)
    assert after == before
    assert "Team Alpha" in str(after["pages"])


def test_a_seed_that_is_withdrawn_is_counted(board, client):
    freeze()
    entries.withdraw(board["seeds"][0], delete_file=False)
    assert "1 of 2 seeds withdrawn" in page_of(client, "/releases/2027.1/?entries=all")
