"""Releases in the admin: what would be frozen, the confirmation, who may, and the DOI."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from challenge.models import GroundTruth, HistoryLine, Release
from challenge.releases import freezing, preview
from challenge.services import queue
from challenge.tests.pages import element, elements, page_of, rows_of, text_of
from challenge.tests.releases.frozen import freeze
from challenge.tests.scored_again.steps import activate

pytestmark = pytest.mark.django_db

ADD, LIST = reverse("admin:challenge_release_add"), reverse("admin:challenge_release_changelist")
ASKED = {"name": "2027.1", "reason": "The round is over.", "understood": "on"}


@pytest.fixture
def chair(organizer, as_user) -> Client:
    return as_user(organizer)


def change_page(release: Release) -> str:
    return reverse("admin:challenge_release_change", args=[release.pk])


def errors_of(page: str) -> str:
    return " ".join(text_of(found) for found in elements(page, ".errorlist"))


def test_the_page_shows_what_would_be_frozen(board, chair, ground_truth):
    page = page_of(chair, ADD)
    rows = rows_of(element(page, "#frozen table"))[1:]
    assert rows == [["28", "1", "0"], ["64", "0", "0"], ["128", "0", "0"], ["224", "6", "2"]]
    words = text_of(page)
    assert str(ground_truth) in words
    assert "1 anonymous entry stays “Anonymous team” in it for all time" in words
    assert "The labels are demo data" in words
    assert "The intervals of 1 submission are not known" in words
    assert element(page, 'input[name="name"]').attributes["value"] == f"{timezone.now().year}.1"


def test_it_says_so_while_entries_are_scored_again(board, chair, corrected):
    GroundTruth.objects.update(is_demo=False, is_official=False)
    activate(corrected)
    words = text_of(page_of(chair, ADD))
    assert "are not the official labels" in words
    assert "entries have been scored again with" in words
    assert "The release would have the earlier ones." in words


def test_an_empty_site_says_that_nothing_is_ranked(chair, db):
    words = text_of(page_of(chair, ADD))
    assert "No test labels are loaded" in words
    assert "No entry is ranked." in words


def test_the_board_is_frozen_after_the_confirmation(board, chair, organizer, monkeypatch):
    monkeypatch.setattr(queue, "enqueue_release", freezing.freeze)
    page = chair.post(ADD, ASKED, follow=True).content.decode()
    assert "BIG 2027.1 is being frozen." in page
    release = Release.objects.get()
    assert release.is_frozen
    line = HistoryLine.objects.get(action="asked for a release")
    assert (line.actor, line.reason) == (organizer, "The round is over.")
    words = text_of(page_of(chair, LIST))
    assert "public" in words
    change = page_of(chair, change_page(release))
    assert elements(change, 'a[href="/releases/2027.1/archive.zip"]')
    assert preview.next_name() == (f"{timezone.now().year}.{2 if timezone.now().year == 2027 else 1}")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"understood": ""}, "This field is required"),
        ({"reason": ""}, "This field is required"),
        ({"name": "autumn"}, "Enter a year and a number, such as 2027.1."),
        ({"name": "2027.0"}, "Enter a year and a number, such as 2027.1."),
        ({"name": "2026.9"}, "There is a release 2026.9 already. A release is never replaced."),
    ],
)
def test_bad_input_freezes_nothing(board, chair, changed, words):
    freeze("2026.9")
    page = chair.post(ADD, ASKED | changed).content.decode()
    assert words in errors_of(page)
    assert Release.objects.count() == 1


def test_a_release_cannot_be_deleted_or_renamed(board, chair):
    release = freeze()
    assert (
        chair.post(reverse("admin:challenge_release_delete", args=[release.pk]), {"post": "yes"}).status_code
        == 403
    )
    chair.post(change_page(release), {"name": "2027.9", "archive_sha256": "0" * 64, "doi": ""})
    kept = Release.objects.get()
    assert (kept.name, kept.archive_sha256) == ("2027.1", release.archive_sha256)


@pytest.mark.parametrize(
    "typed",
    ["10.5281/zenodo.1234567", " doi:10.5281/ZENODO.1234567", "https://doi.org/10.5281/zenodo.1234567"],
)
def test_the_doi_is_entered_afterwards(board, chair, organizer, client, typed):
    release = freeze()
    chair.post(change_page(release), {"doi": typed})
    release.refresh_from_db()
    assert release.doi == "10.5281/zenodo.1234567"
    line = HistoryLine.objects.get(action="entered the DOI")
    assert (line.actor, line.before, line.after) == (organizer, {"DOI": "none"}, {"DOI": release.doi})
    assert elements(page_of(client, "/releases/"), f'a[href="https://doi.org/{release.doi}"]')
    chair.post(change_page(release), {"doi": typed})
    assert HistoryLine.objects.filter(action="entered the DOI").count() == 1


@pytest.mark.parametrize("typed", ["zenodo.1234567", "https://example.org/10.5281/x", "10.5281"])
def test_what_is_no_doi_is_refused(board, chair, typed):
    release = freeze()
    page = chair.post(change_page(release), {"doi": typed}).content.decode()
    assert "This is not a DOI." in errors_of(page)
    release.refresh_from_db()
    assert release.doi == ""


def test_a_doi_needs_a_frozen_release(board, chair):
    release = Release.objects.create(name="2027.1")
    assert not elements(page_of(chair, change_page(release)), 'input[name="doi"]')
    chair.post(change_page(release), {"doi": "10.5281/zenodo.1"})
    release.refresh_from_db()
    assert release.doi == ""


@pytest.mark.parametrize(
    ("role", "may"), [("Assistant", False), ("Organizer", True), ("Administrator", True)]
)
def test_only_those_who_organize_may(board, in_role, as_user, role, may):
    release = freeze("2026.9")
    person = as_user(in_role(role))
    assert person.get(LIST).status_code == 200
    assert person.get(ADD).status_code == (200 if may else 403)
    assert person.post(ADD, ASKED).status_code == (302 if may else 403)
    assert Release.objects.filter(name="2027.1").exists() == may
    person.post(change_page(release), {"doi": "10.5281/zenodo.1"})
    release.refresh_from_db()
    assert bool(release.doi) == may
