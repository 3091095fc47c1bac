"""All kinds of results of the leaderboard, in the order in which the worker renews them: what readers see first."""

from typing import Any

from challenge.leaderboard.by_dataset import VALUES
from challenge.leaderboard.candidates import CANDIDATES
from challenge.leaderboard.control import BLOCK_RANKS
from challenge.leaderboard.counts import COUNTS
from challenge.leaderboard.detectable import DETECTABLE
from challenge.leaderboard.export import CSV, JSON
from challenge.leaderboard.fragments import OVER_TIME, TABS
from challenge.leaderboard.highest import HIGHEST
from challenge.leaderboard.rank_sets import RANK_SETS
from challenge.leaderboard.standings import STANDINGS
from challenge.leaderboard.store import Result
from challenge.leaderboard.stored_lines import LINES
from challenge.leaderboard.uncertainty import POSITIONS

RESULTS: tuple[Result[Any], ...] = (
    LINES,
    STANDINGS,
    COUNTS,
    OVER_TIME,
    POSITIONS,
    RANK_SETS,
    VALUES,
    CANDIDATES,
    TABS,
    HIGHEST,
    BLOCK_RANKS,
    DETECTABLE,
    CSV,
    JSON,
)
