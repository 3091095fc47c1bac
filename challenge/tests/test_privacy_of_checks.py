"""First text of the page “Privacy” of a site that existed before checks of integrity and published predictions."""

from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings

from challenge.models import SitePage

migration = import_module("challenge.migrations.0037_privacy_of_checks")
OLD = (
    "It holds the file. If an organizer disqualified it, the reason is kept. Ours.\n\n"
    "- **The team and the organizers:** the uploaded file, and more.\n"
)


@pytest.fixture
def page(db) -> SitePage:
    return SitePage.objects.update_or_create(slug="privacy", defaults={"body": OLD})[0]


def test_the_page_speaks_of_sketches_and_published_predictions_and_the_rest_is_kept(page):
    migration.tell_of_checks(apps, None)
    page.refresh_from_db()
    assert "a sketch of the file is kept" in page.body
    assert "goes with the account" in page.body
    assert "- **Everybody, if the team publishes them:** the predictions" in page.body
    assert page.body.startswith("It holds the file. If an organizer disqualified it, the reason is kept. ")
    assert page.body.endswith("the uploaded file, and more.\n")
    migration.tell_nothing_of_checks(apps, None)
    page.refresh_from_db()
    assert page.body == OLD


def test_twice_adds_nothing(page):
    migration.tell_of_checks(apps, None)
    once = SitePage.objects.get(slug="privacy").body
    migration.tell_of_checks(apps, None)
    assert SitePage.objects.get(slug="privacy").body == once


def test_a_text_of_the_organizers_stays(page):
    SitePage.objects.update(body="We wrote this page.")
    migration.tell_of_checks(apps, None)
    page.refresh_from_db()
    assert page.body == "We wrote this page."


def test_without_the_page_nothing_happens(db):
    SitePage.objects.all().delete()
    migration.tell_of_checks(apps, None)
    assert not SitePage.objects.exists()


def test_a_new_site_has_the_same_text():
    first = (settings.BASE_DIR / "challenge/content/pages/privacy.md").read_text("utf-8")
    for sentence in migration.SENTENCES.values():
        assert first.count(sentence) == 1
