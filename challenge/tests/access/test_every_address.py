"""Access to every address of the site: the tables are complete, and each visitor gets what they say."""

import pytest

from challenge.tests.access.routes import (
    ADMIN_LOGIN,
    ADMIN_PAGES,
    BADGE,
    CHOICE,
    ENTRY_FORMS,
    FIGURES,
    FIGURES_ZIP,
    FILE,
    GROUP_FORMS,
    GROUP_PAGES,
    PAGES,
    PREDICTIONS,
    SUBMISSION_PAGES,
    addresses,
    assert_answer,
)


def test_every_address_is_in_the_tables():
    of_groups = {*GROUP_PAGES, *GROUP_FORMS}
    of_entries = {*SUBMISSION_PAGES, *ENTRY_FORMS, CHOICE, FILE, BADGE, FIGURES, FIGURES_ZIP, PREDICTIONS}
    known = {*PAGES, *ADMIN_PAGES, *of_entries, *of_groups}
    there = set(addresses())
    assert there - known == set(), "addresses without an expectation: say here who may see them"
    assert known - there == set(), "expectations of addresses that are gone"


@pytest.mark.parametrize("route", PAGES)
def test_pages(route, sample, viewers):
    stranger, a_team, an_organizer = PAGES[route]
    expected = {"stranger": stranger, "another team": a_team, "owner": a_team, "organizer": an_organizer}
    for viewer, client in viewers.items():
        assert_answer(client.get(sample(route)), expected[viewer], f"{route} for the {viewer}")


@pytest.mark.parametrize("route", ADMIN_PAGES)
def test_admin_pages_are_for_organizers(route, sample, viewers):
    for viewer, client in viewers.items():
        expected = ADMIN_PAGES[route] if viewer == "organizer" else ADMIN_LOGIN
        assert_answer(client.get(sample(route)), expected, f"{route} for the {viewer}")
