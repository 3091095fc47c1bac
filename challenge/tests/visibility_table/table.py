"""Table of all addresses of the challenge by what they show of an entry, and the states of an entry."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import product
from typing import NamedTuple

from django.http import HttpResponseBase
from django.test import Client

from challenge.models import (
    BoardRevision,
    Evaluation,
    MethodGroup,
    PublishedMethod,
    Submission,
    Visibility,
    today,
)
from challenge.services.figure_files import figures_path


class Kind(Enum):
    """Kinds of addresses, by what they show of an entry."""

    PAGE = auto()  # page of an entry, which stays when the entry is withdrawn
    SCORES = auto()
    FILE = auto()
    PREDICTIONS = auto()  # published by the team: for everybody or for nobody
    BADGE = auto()  # the same for everybody; a neutral one if others cannot see the scores
    ENTRY_FORM = auto()
    GROUP = auto()  # scores of a group whose members all have the state
    GROUP_FORM = auto()
    BOARD = auto()  # open to everybody; an entry is there if its scores are public
    OTHER = auto()  # shows no entries of others; the folder `access` tests who gets an answer


TABS = ("ranking", "ranks", "ways", "further", "figures")
ENTRY = "/submissions/{entry}/"
BOARD_QUERIES = ["entries=best", "entries=all"]
OWN_QUERIES = ["octmnist=1", "entries=all&organamnist=1&organcmnist=2"]

#: The table is complete: an address without a row fails `test_every_address_is_in_the_table`.
TABLE: dict[str, tuple[Kind, list[str]]] = {
    "status": (Kind.OTHER, ["/status.json"]),
    "healthz": (Kind.OTHER, ["/healthz"]),
    "readyz": (Kind.OTHER, ["/readyz"]),
    "prometheus": (Kind.OTHER, ["/prometheus/metrics"]),
    "submission": (Kind.PAGE, [f"{ENTRY}?dataset=chestmnist"]),
    "submission_result": (Kind.SCORES, [f"{ENTRY}result/"]),
    "submission_json": (Kind.SCORES, [f"{ENTRY}result.json"]),
    "submission_badge": (Kind.BADGE, [f"{ENTRY}badge.svg"]),
    "submission_figures_zip": (Kind.SCORES, [f"{ENTRY}figures.zip"]),
    "submission_figures_json": (Kind.SCORES, [f"{ENTRY}figures.json"]),
    "submission_predictions": (Kind.PREDICTIONS, [f"{ENTRY}predictions.csv.gz"]),
    "all_predictions": (Kind.BOARD, ["/predictions.zip"]),
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
    "releases": (Kind.OTHER, ["/releases/"]),  # `test_releases` freezes entries in each state
    "release": (Kind.OTHER, ["/releases/2027.1/"]),
    "release_archive": (Kind.OTHER, ["/releases/2027.1/archive.zip"]),
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
    "news": (Kind.OTHER, ["/news/"]),
    "news_item": (Kind.OTHER, ["/news/1/"]),
    "news_feed": (Kind.OTHER, ["/news/feed.atom"]),
    "choose_news_mails": (Kind.OTHER, ["/news/mails/"]),
    "stop_news_mails": (Kind.OTHER, ["/news/stop/12:signature/"]),
    "admin_exports": (Kind.OTHER, ["/admin/exports/"]),
    "admin_export": (Kind.OTHER, ["/admin/exports/submissions.csv"]),
    "admin_unused_files": (Kind.OTHER, ["/admin/unused-files/"]),
    "security_txt": (Kind.OTHER, ["/.well-known/security.txt"]),
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
PUBLISHED = "the published predictions of the canary"
ANONYMOUS = "Anonymous team"


class State(NamedTuple):
    """State of an entry, and its name in the ids of the tests."""

    visibility: str
    #: Days from today to the end of anonymity; None if it has no end.
    days: int | None
    is_withdrawn: bool
    is_disqualified: bool
    is_held: bool = False

    @property
    def is_hidden(self) -> bool:
        """True if others may not know the team."""
        return self.visibility == Visibility.ANONYMOUS and (self.days is None or self.days > 0)

    @property
    def has_public_page(self) -> bool:
        return self.visibility != Visibility.PRIVATE and not (self.is_disqualified or self.is_held)

    @property
    def has_public_scores(self) -> bool:
        return self.has_public_page and not self.is_withdrawn

    def __str__(self) -> str:
        until = "" if self.days is None else f" {self.days:+d} days"
        marks = [" withdrawn"] * self.is_withdrawn + [" disqualified"] * self.is_disqualified
        marks += [" held"] * self.is_held
        return f"{self.visibility}{until}{''.join(marks)}"


VISIBILITIES = [
    (Visibility.PUBLIC.value, None),
    (Visibility.PRIVATE.value, None),
    *((Visibility.ANONYMOUS.value, days) for days in (None, -1, 0, 1)),
]
#: Withdrawn, disqualified, held: only an entry that is neither of the others is held.
MARKS = [*((*marks, False) for marks in product((False, True), repeat=2)), (False, False, True)]
STATES = [State(*visibility, *marks) for visibility in VISIBILITIES for marks in MARKS]


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
        BoardRevision.advance()  # as the services do
        until = None if state.days is None else today() + timedelta(days=state.days)
        Submission.objects.filter(team=self.entry.team).update(
            visibility=state.visibility,
            anonymous_until=until,
            withdrawn_at=SENT + timedelta(days=1) if state.is_withdrawn else None,
            disqualified_at=SENT + timedelta(days=2) if state.is_disqualified else None,
            held_at=SENT + timedelta(days=2) if state.is_held else None,
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


def whole(response: HttpResponseBase) -> str:
    """Return the headers and the body of a response, without the time at which it expires: it follows the clock."""
    headers = {name: value for name, value in response.headers.items() if name != "Expires"}
    return f"{headers}\n{response.getvalue().decode('utf-8', 'replace')}"
