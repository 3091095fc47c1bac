"""Best row of each dataset, and the number of datasets that each row wins."""

from collections.abc import Sequence
from dataclasses import dataclass

from challenge.compare.pairs import Pairs


@dataclass(frozen=True)
class Wins:
    """Number of datasets on which a row is the best, and on which all others are significantly lower."""

    best: int
    alone: int


def standings(pairs: Pairs) -> list[str]:
    """Compare each row with the best row of a dataset, in a word for each row.

    The words are "best", "lower" (significantly), "close" (not significantly lower), "untested" (without replicates)
    and "" (without a value). If several rows share the highest printed value, "lower" is lower than any of them.
    """
    printed = [None if score is None else round(score.value, 4) for score in pairs.scores]
    highest = max((value for value in printed if value is not None), default=None)
    is_tested = [own is not None for own in pairs.replicates]
    best = [i for i, value in enumerate(printed) if value == highest and is_tested[i]]
    words = []
    for i, value in enumerate(printed):
        if value is None:
            words.append("")
        elif value == highest:
            words.append("best")
        elif not is_tested[i] or not best:
            words.append("untested")
        else:
            words.append("lower" if pairs.higher[best, i].any() else "close")
    return words


def wins(standings: Sequence[Sequence[str]]) -> list[Wins]:
    """Count the wins of each row from the words of each dataset."""
    return [
        Wins(
            best=sum(words[place] == "best" for words in standings),
            alone=sum(_beats_all_others(words, place) for words in standings),
        )
        for place in range(len(standings[0]))
    ]


def _beats_all_others(words: Sequence[str], place: int) -> bool:
    others = [word for i, word in enumerate(words) if i != place and word]
    return words[place] == "best" and bool(others) and all(word == "lower" for word in others)
