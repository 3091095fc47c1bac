"""Releases of a board with an entry in each state: page and archive have the entry if its scores were public then."""

import pytest

from challenge.tests.pages import page_of
from challenge.tests.releases.frozen import files_of, freeze
from challenge.tests.visibility_table.table import (
    AUC,
    EMAIL,
    FILE,
    FILE_NAME,
    GROUP,
    MODEL,
    OUTSIDERS,
    READER,
    SIGNS_OF_THE_TEAM,
    STATES,
    TEAM,
    TEAM_PK,
    VISITORS,
    State,
)

#: The page of a release is the same for all visitors, also for the team of an entry.
INTERFACE = "/api/v1/releases/2027.1/leaderboard"
QUERIES = ("entries=best", "entries=all", "entries=all&metric=accuracy")


def forbidden(state: State) -> list[str]:
    """Return what nobody may read in a release that was frozen in this state."""
    found = [EMAIL, str(TEAM_PK), FILE_NAME, FILE]
    if state.is_hidden:
        found += SIGNS_OF_THE_TEAM
    if not state.has_public_scores:
        found += [*SIGNS_OF_THE_TEAM, MODEL, GROUP, str(AUC)]
    return found


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


@pytest.fixture
def archives(settings, tmp_path) -> None:
    settings.RELEASES_DIR = tmp_path


@pytest.mark.parametrize("state", STATES, ids=str)
def test_page_and_archive_have_the_entry_if_its_scores_are_public(state, site, archives):
    site.bring_into(state)
    release = freeze()
    texts = {name: content.decode("utf-8", "replace") for name, content in files_of(release).items()}
    for visitor in VISITORS:
        for query in QUERIES:
            page = page_of(site.visitors[visitor], f"/releases/2027.1/?{query}")
            texts[f"{query} for the {visitor}"] = main_of(page)
    texts["interface"] = site.visitors[READER].get(f"{INTERFACE}?entries=all").text
    for name, text in texts.items():
        assert [sign for sign in forbidden(state) if sign in text] == [], name
    assert (MODEL in texts["rows.csv"]) == state.has_public_scores
    assert (MODEL in texts["entries=all for the reader"]) == state.has_public_scores
    assert (MODEL in texts["interface"]) == state.has_public_scores
    assert (TEAM in texts["rows.csv"]) == (state.has_public_scores and not state.is_hidden)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_release_of_a_public_entry_stays_and_links_to_it_only_while_it_may(state, site, archives):
    site.bring_into(State("public", None, False, False))
    release = freeze()
    content = release.archive_path.read_bytes()
    site.bring_into(state)
    address = f"/submissions/{site.entry.pk}/"
    for visitor in OUTSIDERS:
        page = main_of(page_of(site.visitors[visitor], "/releases/2027.1/?entries=all"))
        assert MODEL in page
        assert TEAM in page
        assert (f'href="{address}"' in page) == (state.has_public_page and not state.is_hidden)
        rows = site.visitors[visitor].get(f"{INTERFACE}?entries=all").json()["rows"]
        (url,) = [row["url"] for row in rows if row["key"] == f"s{site.entry.pk}"]
        assert url.endswith(address) == (state.has_public_page and not state.is_hidden)
        if state.has_public_scores:
            own = page_of(site.visitors[visitor], address)
            assert ("BIG 2027.1" in own) == (not state.is_hidden)
    assert release.archive_path.read_bytes() == content
