"""First text of the page “Privacy” of a site that existed before releases."""

from importlib import import_module

import pytest
from django.apps import apps

from challenge.models import SitePage

migration = import_module("challenge.migrations.0035_privacy_of_releases")
OLD = f"Ours. {' '.join(migration.SENTENCES)} Ours, too."


@pytest.fixture
def page(db) -> SitePage:
    return SitePage.objects.update_or_create(slug="privacy", defaults={"body": OLD})[0]


def body() -> str:
    return SitePage.objects.get(slug="privacy").body


def test_what_became_untrue_is_replaced_once_and_the_rest_kept(page):
    migration.tell_of_releases(apps, None)
    once = body()
    assert "[release](/releases/) is the leaderboard as it was on one day" in once
    assert "nothing of the account stays" not in once
    assert once.startswith("Ours. ")
    assert once.endswith(" Ours, too.")
    migration.tell_of_releases(apps, None)
    assert body() == once
    migration.tell_nothing_of_releases(apps, None)
    assert body() == OLD


def test_a_text_of_the_organizers_stays(page):
    SitePage.objects.update(body="We wrote this page.")
    migration.tell_of_releases(apps, None)
    assert body() == "We wrote this page."


def test_without_the_page_nothing_happens(db):
    SitePage.objects.all().delete()
    migration.tell_of_releases(apps, None)
    migration.tell_nothing_of_releases(apps, None)
    assert not SitePage.objects.exists()


def test_the_first_text_of_a_new_site_tells_of_releases(settings):
    text = (settings.BASE_DIR / "challenge" / "content" / "pages" / "privacy.md").read_text()
    assert all(new in text for new in migration.SENTENCES.values())
