"""Progress of scoring all entries again: after other labels were activated, or the scorer was updated."""

from dataclasses import dataclass

from challenge.models import Evaluation, Submission, Versions, wanted_versions


@dataclass(frozen=True)
class ScoredAgain:
    """Versions that are ranked, versions that will replace them, and the number of entries that have these."""

    ranked: Versions
    wanted: Versions
    n_done: int
    n_entries: int

    def __str__(self) -> str:
        return (
            f"{self.n_done} of {self.n_entries} entries have been scored again with {self._names[1]}. "
            f"Until all have been, ranks and scores are by {self._names[0]}."
        )

    @property
    def note(self) -> str:
        """Sentence for files, which are not made again for each entry."""
        earlier, later = self._names
        return f"Entries are being scored again with {later}. This file has ranks and scores by {earlier}."

    @property
    def _names(self) -> tuple[str, str]:
        """Names of the ranked and the wanted versions, without the part that both share."""
        if self.ranked.scorer == self.wanted.scorer:
            return str(self.ranked.ground_truth), str(self.wanted.ground_truth)
        if self.ranked.ground_truth == self.wanted.ground_truth:
            return f"scorer version {self.ranked.scorer}", f"scorer version {self.wanted.scorer}"
        return str(self.ranked), str(self.wanted)


def scored_again(ranked: Versions | None) -> ScoredAgain | None:
    """Return the progress; None while entries are ranked by the versions that they should be ranked by.

    Only public and anonymous entries are counted, as on the leaderboard.
    """
    wanted = wanted_versions()
    if ranked is None or wanted is None or ranked == wanted:
        return None
    entries = Submission.objects.ranked().filter(file_deleted_at__isnull=True)
    done = entries.filter(evaluations__in=Evaluation.objects.by(wanted).settled())
    return ScoredAgain(ranked, wanted, done.count(), entries.count())
