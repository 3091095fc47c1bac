"""First text of the page “Privacy” of a site that existed before news were mailed."""

from importlib import import_module

import pytest
from django.apps import apps

from challenge.models import SitePage

migration = import_module("challenge.migrations.0031_privacy_of_news")
OLD = "It holds a hash, when the team registered, and when it last logged in. There is no newsletter. Ours."


@pytest.fixture
def page(db) -> SitePage:
    return SitePage.objects.update_or_create(slug="privacy", defaults={"body": OLD})[0]


def test_what_became_untrue_is_replaced_and_the_rest_kept(page):
    migration.tell_of_news(apps, None)
    page.refresh_from_db()
    assert "There is no newsletter." not in page.body
    assert "News come by mail only to teams that ask for them" in page.body
    assert page.body.startswith("It holds a hash, ")
    assert page.body.endswith(" Ours.")
    migration.tell_nothing_of_news(apps, None)
    page.refresh_from_db()
    assert page.body == OLD


def test_a_text_of_the_organizers_stays(page):
    SitePage.objects.update(body="We wrote this page.")
    migration.tell_of_news(apps, None)
    page.refresh_from_db()
    assert page.body == "We wrote this page."


def test_without_the_page_nothing_happens(db):
    SitePage.objects.all().delete()
    migration.tell_of_news(apps, None)
    assert not SitePage.objects.exists()
