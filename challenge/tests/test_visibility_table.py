"""Visibility of an entry in each of its states, to each kind of visitor, at every address of the challenge.

The table is complete: an address without a row fails `test_every_address_is_in_the_table`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import product
from typing import NamedTuple

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from accounts.models import Team
from challenge.entries.figures_zip import readme
from challenge.models import Evaluation, MethodGroup, PublishedMethod, Submission, Visibility, today
from challenge.services.figure_files import figures_path
from challenge.tests.pages import element, elements, page_of, text_of
from challenge.urls import urlpatterns


class Kind(Enum):
    """Kinds of addresses, by what they show of an entry."""

    PAGE = auto()  # page of an entry, which stays when the entry is withdrawn
    SCORES = auto()
    FILE = auto()
    ENTRY_FORM = auto()
    GROUP = auto()  # scores of a group whose members all have the state
    GROUP_FORM = auto()
    BOARD = auto()  # open to everybody; an entry is there if its scores are public
    OTHER = auto()  # shows no entries of others; `test_who_may_see_what` tests who gets an answer


TABS = ("ranking", "ranks", "ways", "further", "figures")
ENTRY = "/submissions/{entry}/"
BOARD_QUERIES = ["entries=best", "entries=all"]
OWN_QUERIES = ["octmnist=1", "entries=all&organamnist=1&organcmnist=2"]

TABLE: dict[str, tuple[Kind, list[str]]] = {
    "submission": (Kind.PAGE, [f"{ENTRY}?dataset=chestmnist"]),
    "submission_result": (Kind.SCORES, [f"{ENTRY}result/"]),
    "submission_json": (Kind.SCORES, [f"{ENTRY}result.json"]),
    "submission_figures_zip": (Kind.SCORES, [f"{ENTRY}figures.zip"]),
    "submission_figures_json": (Kind.SCORES, [f"{ENTRY}figures.json"]),
    "submission_file": (Kind.FILE, [f"{ENTRY}file/"]),
    "edit_entry": (Kind.ENTRY_FORM, [f"{ENTRY}edit/", f"{ENTRY}edit/?typed"]),
    "withdraw_entry": (Kind.ENTRY_FORM, [f"{ENTRY}withdraw/"]),
    "choose_entry": (Kind.OTHER, [f"{ENTRY}choose/"]),
    "group": (Kind.GROUP, ["/groups/{group}/"]),
    "group_json": (Kind.GROUP, ["/groups/{group}/result.json"]),
    "edit_group": (Kind.GROUP_FORM, ["/groups/{group}/edit/"]),
    "dissolve_group": (Kind.GROUP_FORM, ["/groups/{group}/dissolve/"]),
    "leaderboard": (
        Kind.BOARD,
        [f"/leaderboard/?view={tab}&{query}" for tab, query in product(TABS, BOARD_QUERIES)],
    ),
    "own_board": (Kind.BOARD, [f"/leaderboard/own/?{query}" for query in OWN_QUERIES]),
    "own_board_csv": (Kind.BOARD, [f"/leaderboard/own.csv?{query}" for query in OWN_QUERIES]),
    "leaderboard_csv": (Kind.BOARD, [f"/leaderboard.csv?{query}" for query in BOARD_QUERIES]),
    "leaderboard_json": (Kind.BOARD, [f"/leaderboard.json?{query}" for query in BOARD_QUERIES]),
    "compare": (Kind.BOARD, ["/compare/?e=s{entry}&e=s{rival}&e=g{group}&e=s{seed}"]),
    "home": (Kind.BOARD, ["/", "/?entries=all"]),
    "profile": (Kind.OTHER, ["/profile/"]),
    "profile_submissions": (Kind.OTHER, ["/profile/submissions/"]),
    "create_group": (Kind.OTHER, ["/profile/groups/"]),
    "account_delete": (Kind.OTHER, ["/accounts/delete/"]),
    "published_method": (Kind.OTHER, ["/published/{method}/"]),
    "challenge": (Kind.OTHER, ["/challenge/"]),
    "challenge_design": (Kind.OTHER, ["/challenge/design/"]),
    "site_page": (Kind.OTHER, ["/about/"]),
    "datasets": (Kind.OTHER, ["/datasets/"]),
    "dataset": (Kind.OTHER, ["/datasets/chestmnist/"]),
    "dataset_samples": (Kind.OTHER, ["/datasets/chestmnist/samples/28.png"]),
    "baselines": (Kind.OTHER, ["/baselines/"]),
    "metrics": (Kind.OTHER, ["/metrics/"]),
    "submission_format": (Kind.OTHER, ["/format/"]),
    "format_template": (Kind.OTHER, ["/format/template.csv"]),
    "format_example": (Kind.OTHER, ["/format/example.csv.gz"]),
    "research": (Kind.OTHER, ["/research/"]),
    "references_bib": (Kind.OTHER, ["/research/references.bib"]),
}

READER, OTHER_TEAM, OWN_TEAM, ORGANIZER = VISITORS = ("reader", "other team", "own team", "organizer")
OUTSIDERS = (READER, OTHER_TEAM)

TEAM, TEAM_PK, EMAIL = "Canary Team", 987_654_321, "canary@example.org"
MODEL, GROUP = "Model of the canary", "Seeds of the canary"
STUDY, CODE = "https://canary.example.org/study", "https://canary.example.org/code"
CHECKSUM, FILE_NAME = f"{'ca9a1e':0<64}", "canary-file.csv"
SENT, SCORED = datetime(2026, 3, 1, 13, 37, 11, tzinfo=UTC), datetime(2026, 3, 1, 14, 47, 12, tzinfo=UTC)
#: The time of all answers: by the clock, an answer at 21:14:47 would contain a time of the entry.
NOW = datetime(2026, 6, 1, 9, 5, tzinfo=UTC)
#: Parts of a response that tell who the team is.
SIGNS_OF_THE_TEAM = (
    *(TEAM, str(TEAM_PK), EMAIL, "canary.example.org", CHECKSUM[:12], FILE_NAME),
    *(SENT.strftime("%H:%M"), SCORED.strftime("%H:%M")),
)
AUC = 0.8765
FILE = "canary of the predictions"
ANONYMOUS = "Anonymous team"


class State(NamedTuple):
    """State of an entry, and its name in the ids of the tests."""

    visibility: str
    #: Days from today to the end of anonymity; None if it has no end.
    days: int | None
    is_withdrawn: bool
    is_disqualified: bool

    @property
    def is_hidden(self) -> bool:
        """True if others may not know the team."""
        return self.visibility == Visibility.ANONYMOUS and (self.days is None or self.days > 0)

    @property
    def has_public_page(self) -> bool:
        return self.visibility != Visibility.PRIVATE and not self.is_disqualified

    @property
    def has_public_scores(self) -> bool:
        return self.has_public_page and not self.is_withdrawn

    def __str__(self) -> str:
        until = "" if self.days is None else f" {self.days:+d} days"
        marks = [" withdrawn"] * self.is_withdrawn + [" disqualified"] * self.is_disqualified
        return f"{self.visibility}{until}{''.join(marks)}"


VISIBILITIES = [
    (Visibility.PUBLIC.value, None),
    (Visibility.PRIVATE.value, None),
    *((Visibility.ANONYMOUS.value, days) for days in (None, -1, 0, 1)),
]
STATES = [
    State(*visibility, *marks) for visibility in VISIBILITIES for marks in product((False, True), repeat=2)
]


@dataclass
class Site:
    """A team with an entry and a group of two seeds, an entry of another team, and the visitors."""

    entry: Submission
    group: MethodGroup
    rival: Submission
    method: PublishedMethod
    visitors: dict[str, Client]

    def bring_into(self, state: State) -> None:
        """Give the entry and the seeds of the group a state, as the services would."""
        cache.clear()  # the services also advance the revision of the leaderboard
        until = None if state.days is None else today() + timedelta(days=state.days)
        Submission.objects.filter(team=self.entry.team).update(
            visibility=state.visibility,
            anonymous_until=until,
            withdrawn_at=SENT + timedelta(days=1) if state.is_withdrawn else None,
            disqualified_at=SENT + timedelta(days=2) if state.is_disqualified else None,
        )
        figures_path(Evaluation.objects.get(submission=self.entry)).write_bytes(b"the figures")

    def addresses(self, name: str) -> list[str]:
        numbers = {
            "entry": self.entry.pk,
            "group": self.group.pk,
            "rival": self.rival.pk,
            "method": self.method.pk,
            "seed": self.group.submissions.earliest("created_at", "pk").pk,
        }
        return [address.format(**numbers) for address in TABLE[name][1]]


@pytest.fixture
def site(uncertain_entry, other_team, organizer, as_user, tmp_path, settings, monkeypatch) -> Iterator[Site]:
    """The site with its cache of the leaderboard: a visitor may get what was computed for another."""
    settings.FIGURES_DIR = tmp_path
    settings.BOARD_RESULTS_ARE_KEPT = True
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    team = Team.objects.create(pk=TEAM_PK, name=TEAM, email=EMAIL)
    about = {"study_url": STUDY, "code_url": CODE, "sha256": CHECKSUM, "file_name": FILE_NAME}
    entry = uncertain_entry(team, AUC, model_name=MODEL, **about)
    entry.file.save("predictions.csv", ContentFile(FILE.encode()))
    group = MethodGroup.objects.create(team=team, name=GROUP)
    for auc in (0.81, 0.82):
        uncertain_entry(team, auc, group=group, model_name=MODEL, **about)
    Submission.objects.filter(team=team).update(created_at=SENT)
    Evaluation.objects.filter(submission__team=team).update(scored_at=SCORED)
    rival = uncertain_entry(other_team, 0.7, model_name="Model of the rival")
    Evaluation.objects.filter(submission=rival).update(scored_at=SENT - timedelta(hours=3))
    method = PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=224)
    people = dict(zip(VISITORS, (None, other_team, team, organizer), strict=True))
    visitors = {name: as_user(who) if who else Client() for name, who in people.items()}
    yield Site(entry, group, rival, method, visitors)
    cache.clear()


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
        case Kind.ENTRY_FORM:
            return {READER: 302, OWN_TEAM: 302 if state.is_disqualified else 200}.get(visitor, 404)
        case Kind.GROUP_FORM:
            return {READER: 302, OWN_TEAM: 200}.get(visitor, 404)
        case Kind.BOARD:
            return 200
    raise ValueError(f"{kind} has no status of its own")


def whole(response: HttpResponseBase) -> str:
    """Return the headers and the body of a response, without the time at which it expires: it follows the clock."""
    headers = {name: value for name, value in response.headers.items() if name != "Expires"}
    return f"{headers}\n{response.getvalue().decode('utf-8', 'replace')}"


def forbidden(state: State) -> list[str]:
    """Return what no outsider may read anywhere."""
    found = [EMAIL, str(TEAM_PK), FILE_NAME, FILE]
    if state.is_hidden or not state.has_public_page:
        found += SIGNS_OF_THE_TEAM
    if not state.has_public_scores:
        found += [str(AUC), GROUP]
    if not state.has_public_page:
        found += [MODEL]
    return found


def assert_it_tells_nothing(response: HttpResponseBase, state: State, about: str) -> None:
    text = whole(response)
    assert [sign for sign in forbidden(state) if sign in text] == [], about


def assert_it_is_as_for_others(response: HttpResponseBase, state: State, about: str) -> None:
    """Check a response that is the same for everybody, apart from the team in the head of a page and the e-mail."""
    text = response.getvalue().decode()
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


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_board_has_the_entry_if_its_scores_are_public(state, site):
    site.bring_into(state)
    for visitor in VISITORS:
        rows = json.loads(site.visitors[visitor].get("/leaderboard.json?entries=all").content)["rows"]
        teams = {row["name"]: row["team"] for row in rows}
        shown = ANONYMOUS if state.is_hidden else TEAM
        expected = {MODEL: shown, GROUP: shown} if state.has_public_scores else {}
        assert teams == expected | {"Model of the rival": "Team Beta", "VGG16, k-NN": None}


@pytest.mark.parametrize("state", STATES, ids=str)
def test_its_own_page_names_the_team_to_insiders_and_says_what_others_see(state, site):
    site.bring_into(state)
    for visitor in (OWN_TEAM, ORGANIZER):
        page = page_of(site.visitors[visitor], f"/submissions/{site.entry.pk}/")
        assert f"by {TEAM}" in text_of(page)
        assert f"{AUC:.4f}" in text_of(page)
        assert ("anonymous to others" in page) == state.is_hidden
        assert ("It is not ranked" in page) == (state.is_withdrawn or state.visibility == "private")


@pytest.mark.parametrize("state", [s for s in STATES if s.has_public_page and s.is_withdrawn], ids=str)
def test_of_a_withdrawn_entry_others_see_name_team_and_date(state, site):
    site.bring_into(state)
    page = page_of(site.visitors[READER], f"/submissions/{site.entry.pk}/")
    assert text_of(element(page, "h1")) == MODEL
    assert f"by {ANONYMOUS if state.is_hidden else TEAM}" in text_of(page)
    assert "Withdrawn on 2 Mar 2026" in text_of(page)
    assert elements(page, "table, figure, .fact") == []


HIDDEN = [state for state in STATES if state.is_hidden and state.has_public_scores]


@pytest.mark.parametrize("state", HIDDEN, ids=str)
def test_the_files_of_a_hidden_team_are_the_same_for_its_team(state, site):
    """A file is passed on, so it must not contain more than others may know."""
    site.bring_into(state)
    entry, group = site.entry.pk, site.group.pk
    for address in (
        *(f"/submissions/{entry}/result.json", f"/submissions/{entry}/figures.json"),
        *(f"/groups/{group}/result.json", "/leaderboard.csv?entries=all"),
    ):
        text = whole(site.visitors[OWN_TEAM].get(address))
        assert [sign for sign in SIGNS_OF_THE_TEAM if sign in text] == [], address
    site.entry.refresh_from_db()
    text = readme(site.entry, site.entry.evaluations.get())
    assert [sign for sign in SIGNS_OF_THE_TEAM if sign in text] == []
    assert "Submitted:    01 March 2026\n" in text
    document = json.loads(site.visitors[READER].get(f"/submissions/{entry}/result.json").content)
    assert document["submitted_at"] == document["scored_at"] == "2026-03-01T00:00:00Z"
    assert document["sha256"] is document["study_url"] is document["code_url"] is None


def boards_of_others(site: Site, of: Callable[[dict], bool]) -> list:
    """Return all that the exports of the leaderboard and the pages say about other rows."""
    found = []
    for metric, query in product(("auc", "accuracy"), BOARD_QUERIES):
        response = site.visitors[READER].get(f"/leaderboard.json?metric={metric}&{query}")
        found.append([row for row in json.loads(response.content)["rows"] if of(row)])
    found.append(
        json.loads(site.visitors[READER].get(f"/submissions/{site.rival.pk}/result.json").content)["ranks"]
    )
    home = page_of(site.visitors[READER], "/")
    return [*found, [text_of(fact) for fact in elements(home, ".fact")]]


NOT_RANKED = [state for state in STATES if not state.has_public_scores]


def test_entries_without_public_scores_change_nobodys_rank(site):
    found = {}
    for state in NOT_RANKED:
        site.bring_into(state)
        found[state] = boards_of_others(site, of=lambda row: True)
    Evaluation.objects.filter(submission__team=site.entry.team).delete()
    cache.clear()
    without = boards_of_others(site, of=lambda row: True)
    for state in NOT_RANKED:
        assert found[state] == without, state


def test_hiding_the_team_changes_nobodys_rank(site):
    named, *others = [state for state in STATES if state.has_public_scores]
    site.bring_into(named)
    expected = boards_of_others(site, of=lambda row: row["team"] == "Team Beta")
    assert expected[0][0]["rank"] == 2, "the entry of the canary is best"
    for state in others:
        site.bring_into(state)
        assert boards_of_others(site, of=lambda row: row["team"] == "Team Beta") == expected, state
