"""Badges of entries: what others read there, and what they do not."""

from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from challenge.models import Evaluation, GroundTruth, Phase, Submission
from challenge.services import entries, groups
from challenge.tests.releases.conftest import folder  # noqa: F401  # archives in a folder of the test
from challenge.tests.releases.frozen import freeze

NEUTRAL = "BIG: not on the leaderboard"


@pytest.fixture(autouse=True)
def real_labels(ground_truth) -> None:
    GroundTruth.objects.update(is_demo=False)


def badge(number: int, client: Client | None = None):
    return (client or Client()).get(f"/submissions/{number}/badge.svg")


def text_of(response) -> str:
    """Return the title of a badge, which has the two texts that are drawn."""
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    svg = ElementTree.fromstring(response.content)  # noqa: S314 (we made it)
    drawn = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    title = svg.findtext("{http://www.w3.org/2000/svg}title")
    assert title == ": ".join(filter(None, drawn)) == svg.get("aria-label")
    return title


def test_it_has_the_rank_of_today(entry, team, other_team):
    first, second = entry(team, 0.9), entry(other_team, 0.8)
    assert text_of(badge(first.pk)) == "BIG · 224 px: rank 1 of 2"
    assert text_of(badge(second.pk)) == "BIG · 224 px: rank 2 of 2"


def test_it_has_the_range_of_the_rank(uncertain_entry, team, other_team):
    first = uncertain_entry(team, 0.9)
    uncertain_entry(other_team, 0.8995)
    assert text_of(badge(first.pk)) == "BIG · 224 px: rank 1 (1–2) of 2"


def test_a_release_comes_first_because_it_never_changes(entry, team, other_team, folder):  # noqa: F811
    first = entry(team, 0.9)
    freeze("2027.1")
    entry(other_team, 0.95)
    assert text_of(badge(first.pk)) == "BIG 2027.1 · 224 px: rank 1 of 1"
    freeze("2027.2")
    assert text_of(badge(first.pk)) == "BIG 2027.2 · 224 px: rank 2 of 2"


def test_a_seed_has_the_rank_of_its_group(entry, team):
    seeds = [entry(team, auc, sha256=f"{auc}") for auc in (0.8, 0.9)]
    groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    assert text_of(badge(seeds[0].pk)) == "BIG · 224 px: rank 1 of 1, mean of seeds"


def test_an_entry_without_scores_has_no_badge_yet(submit, team):
    assert text_of(badge(submit(team).pk)) == NEUTRAL


def test_scores_without_a_rank_are_shown(entry, team):
    shown = entry(team, 0.9)
    Evaluation.objects.update(scorer_version="0")  # an earlier scorer, whose scores are not ranked
    assert text_of(badge(shown.pk)) == "BIG · 224 px: AUC 0.9000"


def test_demo_data_is_named(entry, team):
    GroundTruth.objects.update(is_demo=True)
    assert text_of(badge(entry(team, 0.9).pk)) == "BIG · 224 px · demo data: rank 1 of 1"


def test_a_later_phase_is_named_and_its_name_escaped(entry, team):
    phase = Phase.objects.create(name="<Round> & 2", opens_at=timezone.now(), daily_limit=1, total_limit=1)
    shown = entry(team, 0.9, phase=phase)
    assert text_of(badge(shown.pk)) == "BIG · <Round> & 2 · 224 px: rank 1 of 1"
    assert b"<Round>" not in badge(shown.pk).content


@pytest.mark.parametrize(
    "change", [{"visibility": "private"}, "withdrawn_at", "disqualified_at", "held_at", "absent"]
)
def test_hidden_and_missing_entries_look_the_same_to_everybody(change, entry, team, as_user, organizer):
    shown = entry(team, 0.9)
    number = 999_999 if change == "absent" else shown.pk
    about = change if isinstance(change, dict) else {change: timezone.now()}
    if change != "absent":
        Submission.objects.update(**about)
    for client in (Client(), as_user(team), as_user(organizer)):
        response = badge(number, client)
        assert (response.status_code, text_of(response)) == (404, NEUTRAL)


def test_an_entry_that_hides_its_team_is_not_linked_to_a_release_that_names_it(
    entry,
    team,
    folder,  # noqa: F811
):
    shown = entry(team, 0.9)
    freeze()
    entries.set_visibility(shown, "anonymous")
    assert text_of(badge(shown.pk)) == "BIG · 224 px: rank 1 of 1"
    assert str(team) not in badge(shown.pk).text


def test_caches_and_other_sites_may_keep_it(entry, team):
    shown = entry(team, 0.9)
    response = badge(shown.pk)
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = Client().get(
        f"/submissions/{shown.pk}/badge.svg", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304
