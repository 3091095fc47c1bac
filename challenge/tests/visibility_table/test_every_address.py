"""Visibility of an entry in each of its states, to each kind of visitor, at every address of the challenge."""

from itertools import product

import pytest
from django.http import HttpResponseBase

from challenge.tests.pages import element
from challenge.tests.visibility_table.table import (
    AUC,
    EMAIL,
    FILE,
    FILE_NAME,
    GROUP,
    MODEL,
    OTHER_TEAM,
    OUTSIDERS,
    OWN_TEAM,
    PUBLISHED,
    READER,
    SIGNS_OF_THE_TEAM,
    STATES,
    TABLE,
    TEAM_PK,
    VISITORS,
    Kind,
    State,
    whole,
)
from challenge.urls import urlpatterns


def test_every_address_is_in_the_table():
    names = {str(pattern.name) for pattern in urlpatterns}
    assert names - set(TABLE) == set(), "addresses without a row: say here what they show of an entry"
    assert set(TABLE) - names == set(), "rows of addresses that are gone"


def expected_status(kind: Kind, state: State, visitor: str) -> int:
    is_insider = visitor not in OUTSIDERS
    match kind:
        case Kind.PAGE:
            return 200 if is_insider or state.has_public_page else 404
        case Kind.SCORES | Kind.GROUP:
            return 200 if is_insider or state.has_public_scores else 404
        case Kind.FILE:
            return {READER: 302, OTHER_TEAM: 404}.get(visitor, 200)
        case Kind.PREDICTIONS | Kind.BADGE:
            return 200 if state.has_public_scores else 404
        case Kind.ENTRY_FORM:
            return {READER: 302, OWN_TEAM: 302 if state.is_disqualified or state.is_held else 200}.get(
                visitor, 404
            )
        case Kind.GROUP_FORM:
            return {READER: 302, OWN_TEAM: 200}.get(visitor, 404)
        case Kind.BOARD:
            return 200
    raise ValueError(f"{kind} has no status of its own")


def forbidden(state: State) -> list[str]:
    """Return what no outsider may read anywhere."""
    found = [EMAIL, str(TEAM_PK), FILE_NAME, FILE]
    if state.is_hidden or not state.has_public_page:
        found += SIGNS_OF_THE_TEAM
    if not state.has_public_scores:
        found += [str(AUC), GROUP, PUBLISHED]
    if not state.has_public_page:
        found += [MODEL]
    return found


def assert_it_tells_nothing(response: HttpResponseBase, state: State, about: str) -> None:
    text = whole(response)
    assert [sign for sign in forbidden(state) if sign in text] == [], about


def assert_it_is_as_for_others(response: HttpResponseBase, state: State, about: str) -> None:
    """Check a response that is the same for everybody, apart from the team in the head of a page and the e-mail."""
    text = response.getvalue().decode("utf-8", "replace")
    if response.headers["Content-Type"].startswith("text/html"):
        text = element(text, "main").html or ""
    assert [sign for sign in forbidden(state) if sign in text] == [], about


@pytest.mark.parametrize("state", STATES, ids=str)
def test_each_visitor_gets_what_the_state_allows(state, site):
    site.bring_into(state)
    for name, (kind, _) in TABLE.items():
        if kind is Kind.OTHER:
            continue
        for address, visitor in product(site.addresses(name), VISITORS):
            response = site.visitors[visitor].get(address)
            about = f"{address} for the {visitor}"
            assert response.status_code == expected_status(kind, state, visitor), about
            if visitor in OUTSIDERS:
                assert_it_tells_nothing(response, state, about)
            elif kind is Kind.BOARD and name != "compare":
                assert_it_is_as_for_others(response, state, about)


UNSEEN = [State("anonymous", None, False, False), State("private", None, False, False)]


@pytest.mark.parametrize("state", UNSEEN, ids=str)
@pytest.mark.parametrize("visitor", OUTSIDERS)
def test_other_pages_tell_nothing(visitor, state, site):
    site.bring_into(state)
    for name in (name for name, (kind, _) in TABLE.items() if kind is Kind.OTHER):
        for address in site.addresses(name):
            assert_it_tells_nothing(site.visitors[visitor].get(address), state, address)
