"""The leaderboard: as rows, as a data frame, as a LaTeX table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from medbig.client import Client
from medbig.errors import MedbigError, NotFoundError, needs_score
from medbig.notebook import html_table

if TYPE_CHECKING:
    import pandas

METRICS = {
    "auc": "AUC",
    "balanced_accuracy": "balanced accuracy",
    "cohen_kappa": "Cohen's kappa",
    "accuracy": "accuracy",
}

#: Number of rows that are asked for at once.
PER_PAGE = 200


@dataclass(frozen=True)
class Board:
    """Rows of the leaderboard in order of rank, and the choice behind them."""

    resolution: int
    metric: str
    rows: Sequence[Mapping[str, Any]] = field(repr=False)
    #: Name of the release; None for the leaderboard of today.
    release: str | None = None

    def to_records(self) -> list[dict[str, Any]]:
        """Return a flat dictionary for each row: `auc`, `auc_low`, `auc_high` and so on."""
        return [_flat(row) for row in self.rows]

    def to_frame(self) -> "pandas.DataFrame":
        """Return the rows as a data frame."""
        try:
            import pandas
        except ImportError as error:
            raise needs_score(error) from error
        frame = pandas.DataFrame(self.to_records())
        ranks = [name for name in frame.columns if name.startswith("rank")]
        return frame.astype(dict.fromkeys(ranks, "Int64"))  # whole numbers, of which some are missing

    def to_latex(self, top: int = 10) -> str:
        """Return the highest rows as a table for a paper: ranks with their ranges, means with their intervals."""
        heads = " & ".join(["Rank", "Entry", *(name[0].upper() + name[1:] for name in METRICS.values())])
        lines = [_latex_row(row) for row in self.rows[:top]]
        return "\n".join(
            [r"\begin{tabular}{rl" + "r" * len(METRICS) + "}", r"\toprule", rf"{heads} \\", r"\midrule", *lines,
             r"\bottomrule", r"\end{tabular}"]
        )  # fmt: skip

    def _repr_html_(self) -> str:
        """Return the rows as a table for notebooks."""
        heads = ["rank", "range", "entry", "", *METRICS.values()]
        return html_table(heads, [_html_row(row) for row in self.rows])


def leaderboard(
    resolution: int = 224,
    metric: str = "auc",
    *,
    entries: str = "best",
    published: bool = True,
    release: str | None = None,
    client: Client | None = None,
) -> Board:
    """Return the leaderboard at a resolution: that of today, or that of a release.

    Args:
        resolution: 28, 64, 128 or 224.
        metric: the metric that ranks: `auc`, `balanced_accuracy`, `cohen_kappa` or `accuracy`.
        entries: `best` for the best entry of each team, `all` for all.
        published: true to rank published results, too; a release always has them.
        release: name of a release, such as `2027.1`, whose rows and ranks never change.
        client: the site; by default that of `medbig login`.

    """
    choice: dict[str, object] = {"resolution": resolution, "metric": metric, "entries": entries}
    if release is None:
        address = "/leaderboard"
        choice["published"] = str(published).lower()
    else:
        address = f"/releases/{quote(release, safe='')}/leaderboard"
    site = client or Client()
    rows: list[Mapping[str, Any]] = []
    cursor = None
    while True:
        try:
            page = site.get(address, **choice, limit=PER_PAGE, cursor=cursor)
        except NotFoundError as error:
            if release is None:
                raise
            raise _no_release(site, release) from error
        rows += page["rows"]
        cursor = page["next"]
        if cursor is None:
            return Board(resolution, metric, rows, release)


def _no_release(site: Client, name: str) -> MedbigError:
    known = [one["name"] for one in site.get("/releases")]
    others = f"The releases are {', '.join(known)}." if known else "There is none yet."
    return MedbigError(f"There is no release {name}. {others}")


def range_text(low: int | None, high: int | None) -> str:
    """Return a range of ranks as a text; empty if it is not known."""
    if low is None or high is None:
        return ""
    return str(low) if low == high else f"{low}–{high}"


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in row.items() if name != "average"}
    for metric in METRICS:
        score = row["average"].get(metric, {})
        found |= {
            metric: score.get("value"),
            f"{metric}_low": score.get("low"),
            f"{metric}_high": score.get("high"),
        }
    return found


def _html_row(row: Mapping[str, Any]) -> list[str]:
    rank = str(row["rank"] or "–")
    scores = (_html_score(row["average"].get(metric)) for metric in METRICS)
    return [rank, range_text(row["rank_low"], row["rank_high"]), row["name"], row["about"], *scores]


def _html_score(score: Mapping[str, Any] | None) -> str:
    if not score or score["value"] is None:
        return "–"
    ends = "" if score["low"] is None else f"\n[{score['low']:.4f}, {score['high']:.4f}]"
    return f"{score['value']:.4f}{ends}"


def _latex_row(row: Mapping[str, Any]) -> str:
    ends = range_text(row["rank_low"], row["rank_high"]).replace("–", "--")
    rank = f"{row['rank'] or '--'}" + (f" ({ends})" if ends else "")
    cells = [_latex_score(row["average"].get(metric)) for metric in METRICS]
    return " & ".join([rank, _escaped(f"{row['name']} ({row['about']})"), *cells]) + r" \\"


def _latex_score(score: Mapping[str, Any] | None) -> str:
    if not score or score["value"] is None:
        return "--"
    ends = "" if score["low"] is None else f" [{score['low']:.4f}, {score['high']:.4f}]"
    return f"{score['value']:.4f}{ends}"


def _escaped(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c) or (f"\\{c}" if c in "&%$#_{}" else c) for c in text)
