"""Releases in which an entry or a group of seeds has a row, and how it is cited by its rank there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Team
from challenge.formats.numbers import ranks_text
from challenge.formats.parameters import parameters
from challenge.leaderboard.lines import Standing
from challenge.models import MethodGroup, Metric, Release, ReleaseMember, ReleaseRow, Submission
from challenge.releases.page import names_a_hidden_team, standing_of
from challenge.releases.rows import ALL
from challenge.results.rows import Kind, RowKey


@dataclass(frozen=True)
class InRelease:
    """Row of an entry in one release, among all entries and published results."""

    release: Release
    #: Rank by mean AUC, and its ranges.
    standing: Standing
    n_ranked: int
    #: True if the row is that of a group of seeds that the entry belonged to.
    is_of_group: bool
    #: Address of the board with the row.
    url: str

    @property
    def rank(self) -> str:
        """Rank as a range over resamples of the test images where it is known: “2–5”."""
        images = self.standing.images
        return ranks_text(images) if images else str(self.standing.rank)

    @property
    def citation(self) -> str:
        """Words by which a text cites the entry."""
        return f"rank {self.rank}, {self.release}"


def releases_of(owner: Submission | MethodGroup, *, is_insider: bool) -> list[InRelease]:
    """Return the releases with a row of an entry or a group, the newest first.

    Others do not find a row that names the team of an entry that hides it today.
    """
    rows = [row for row in _rows_of(owner) if row.values["ranks"][ALL].get(Metric.AUC)]
    if not is_insider:
        rows = [row for row in rows if not names_a_hidden_team(row.values, owner)]
    return [_in_release(row, owner) for row in rows]


def team_is_in_a_release(team: Team) -> bool:
    """Return whether a frozen release has a row of a submission of this team."""
    members = ReleaseMember.objects.filter(release__in=Release.objects.frozen())
    return members.filter(number__in=team.submissions.values("pk")).exists()


def _rows_of(owner: Submission | MethodGroup) -> Sequence[ReleaseRow]:
    """Return the rows of frozen releases, in one or two queries."""
    rows = ReleaseRow.objects.filter(release__in=Release.objects.frozen()).select_related("release")
    if isinstance(owner, MethodGroup):
        found = list(rows.filter(key=RowKey.of(owner)))
    else:
        keys = dict(ReleaseMember.objects.filter(number=owner.pk).values_list("release", "key"))
        found = [row for row in rows.filter(key__in=keys.values()) if keys.get(row.release_id) == row.key]
    return sorted(found, key=lambda row: row.release.frozen_at or row.release.asked_at, reverse=True)


def _in_release(row: ReleaseRow, owner: Submission | MethodGroup) -> InRelease:
    standing = standing_of(row.values, ALL, Metric.AUC)
    counts = row.release.head["rows_by_resolution"][str(row.resolution)]
    key = RowKey.parse(row.key)
    board = parameters({"resolution": row.resolution, "metric": Metric.AUC, "entries": "all"})
    return InRelease(
        row.release,
        standing,
        counts["ranked"],
        isinstance(owner, Submission) and key is not None and key.kind is Kind.SEEDS,
        f"{reverse('release', args=[row.release.name])}?{board.urlencode()}",
    )
