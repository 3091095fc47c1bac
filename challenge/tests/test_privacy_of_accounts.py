"""First text of the page “Privacy” of a site that existed before passkeys and the removal of unconfirmed accounts."""

from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings

from challenge.models import SitePage

migration = import_module("challenge.migrations.0042_privacy_of_accounts")
OLD = (
    "| two weeks with “Stay logged in on this device” |\n\n"
    "If the team set up a second factor, the account holds its key and the recovery codes. Ours."
)


@pytest.fixture
def page(db) -> SitePage:
    return SitePage.objects.update_or_create(slug="privacy", defaults={"body": OLD})[0]


def test_the_page_speaks_of_passkeys_and_the_rest_is_kept(page):
    for _ in range(2):  # twice adds nothing
        migration.tell_of_accounts(apps, None)
    page.refresh_from_db()
    assert page.body.count("the public keys of passkeys") == page.body.count("deleted after 7 days") == 1
    assert page.body.count("12 hours for organizers") == 1
    assert page.body.endswith("Ours.")
    migration.tell_nothing_of_accounts(apps, None)
    page.refresh_from_db()
    assert page.body == OLD


def test_a_text_of_the_organizers_stays(page):
    SitePage.objects.update(body="We wrote this page.")
    migration.tell_of_accounts(apps, None)
    page.refresh_from_db()
    assert page.body == "We wrote this page."


def test_without_the_page_nothing_happens(db):
    SitePage.objects.all().delete()
    migration.tell_of_accounts(apps, None)
    assert not SitePage.objects.exists()


def test_a_new_site_has_the_same_text():
    first = (settings.BASE_DIR / "challenge/content/pages/privacy.md").read_text("utf-8")
    for sentence in migration.SENTENCES.values():
        assert first.count(sentence) == 1
