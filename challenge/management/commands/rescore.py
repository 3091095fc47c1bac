"""`manage.py rescore`: have entries scored again by the wanted versions, and watch the workers."""

import sys
import time
from collections.abc import Iterator, Sequence

from django.core.management.base import CommandError, CommandParser

from challenge.formats.texts import counted
from challenge.formats.times import in_utc
from challenge.leaderboard.score_preview import ScorePreview, rank_previews, score_previews
from challenge.management.examples import CommandWithExamples
from challenge.models import (
    Evaluation,
    GroundTruth,
    HistoryLine,
    SubmissionQuerySet,
    Versions,
    ranked_versions,
    wanted_versions,
)
from challenge.results.label_changes import changes_by
from challenge.scoring.ground_truth import GroundTruthError
from challenge.services import history
from challenge.services.ground_truths import activate_ground_truth
from challenge.services.rescoring import Progress, progress, rescorable, rescore
from challenge.services.score_changes import SCORES_CHANGED
from challenge.upkeep import work

FAILED = 1
#: Seconds between two looks at the database.
PAUSE = 1.0
#: Maximum number of rows that are listed for one board.
MOST_LISTED = 20

EXAMPLES = """\
Examples:
  manage.py rescore                           all entries that the active labels and this scorer have not scored
  manage.py rescore 12 15                     chosen submissions
  manage.py rescore --labels 5f3a90c1d2b4 --dry-run
                                              what other labels would change; nothing is stored
  manage.py rescore --labels 5f3a90c1d2b4 --reason "Eleven labels were wrong."
                                              activate these labels, and have all entries scored by them

The workers score, and this command watches: if it is interrupted, they go on, and the command can be started again.
Each entry is scored once by the same labels and scorer. To replace such scores, choose "Score again" in the admin.
Ranks switch in one step, when all entries are scored. No limits of teams change; teams whose scores changed get one
mail. The exit status is 1 if entries could not be scored.
"""


class Command(CommandWithExamples):
    help = "Have entries scored by the active labels and the current scorer, by all workers, and show the progress."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="number of a submission")
        parser.add_argument(
            "--labels",
            default="",
            help="version of loaded labels to activate first (default: the active labels)",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="show the scores and ranks that would change, and store nothing",
        )
        parser.add_argument("--reason", default="", help="reason, for the history, teams and readers")

    def handle(
        self,
        *args: object,
        numbers: Sequence[int],
        labels: str,
        dry_run: bool,
        reason: str,
        **options: object,
    ) -> None:
        wanted = _versions(labels)
        chosen = rescorable(numbers)
        if missing := sorted(set(numbers) - set(chosen.values_list("pk", flat=True))):
            listed = ", ".join(f"#{number}" for number in missing)
            raise CommandError(f"Without scores or without a file: {listed}")
        if dry_run:
            self.preview(chosen, wanted)
            return
        if wanted != wanted_versions():
            self.activate(wanted, numbers, reason)
        queued = rescore(chosen, wanted, by=history.COMMAND, reason=reason)
        self.stdout.write(f"{wanted}: {counted(queued, 'submission')} queued.")
        try:
            self.watch(chosen, wanted, switches=not numbers)
        except KeyboardInterrupt:
            self.stdout.write(
                "Not watched any more. The workers go on; start the command again to watch them."
            )
            return
        self.report(chosen, wanted)

    def activate(self, wanted: Versions, numbers: Sequence[int], reason: str) -> None:
        if numbers:
            raise CommandError("Other labels are for all entries: leave the numbers out, or add --dry-run.")
        if not reason:
            raise CommandError("Give the --reason of other labels: teams and readers see it.")
        try:
            sentences = changes_by(wanted.ground_truth).sentences
        except GroundTruthError as error:
            raise CommandError(f"{wanted.ground_truth} cannot be activated: {error}") from error
        for sentence in sentences:
            self.stdout.write(sentence)
        activate_ground_truth(wanted.ground_truth, by=history.COMMAND, reason=reason)

    def watch(self, chosen: SubmissionQuerySet, wanted: Versions, *, switches: bool) -> None:
        """Write a line whenever the numbers change, until all are scored, and the ranking follows if it `switches`."""
        shown, is_warned = None, False
        while True:
            now = progress(chosen, wanted)
            if now != shown:
                self.stdout.write(_words(now))
                shown = now
            is_done = now.is_complete and (not switches or ranked_versions() == wanted)
            if is_done:
                return
            if not is_warned and work.is_old(swept_at := work.last_sweep()):
                seen = f"was last seen on {in_utc(swept_at)}" if swept_at else "was never seen"
                self.stderr.write(
                    f"The worker {seen}. Entries wait until it runs: celery -A bigsite worker --beat"
                )
                is_warned = True
            time.sleep(PAUSE)

    def report(self, chosen: SubmissionQuerySet, wanted: Versions) -> None:
        lines = HistoryLine.objects.filter(
            action=SCORES_CHANGED, after__by=str(wanted), submission__in=chosen
        )
        changed = lines.values("submission").distinct().count()
        self.stdout.write(f"Scores by {wanted} changed for {counted(changed, 'submission')}.")
        if ranked_versions() == wanted:
            self.stdout.write(self.style.SUCCESS("The leaderboard ranks by these versions."))
        failed = Evaluation.objects.by(wanted).filter(status=Evaluation.Status.FAILED, submission__in=chosen)
        for evaluation in failed.select_related("submission"):
            self.stderr.write(f"{evaluation.submission}: not scored: {evaluation.get_failure_display()}")
        if failed:
            sys.exit(FAILED)

    def preview(self, chosen: SubmissionQuerySet, wanted: Versions) -> None:
        ranked = ranked_versions()
        self.stdout.write(f"Ranked now: {ranked or 'nothing'}. Compared with: {wanted}. Nothing is stored.")
        found = []
        submissions = chosen.select_related("team", "phase").prefetch_related("evaluations").order_by("pk")
        unscored = chosen.exclude(pk__in=Evaluation.objects.by(wanted).scored().values("submission"))
        self.stdout.write(f"Files to score: {unscored.count()} of {chosen.count()}.")
        for preview in score_previews(submissions.iterator(chunk_size=100), ranked, wanted):
            found.append(preview)
            for line in _lines_about(preview):
                self.stdout.write(line)
        changed = sum(bool(preview.changes) for preview in found)
        self.stdout.write(f"Scores would change for {changed} of {counted(len(found), 'submission')}.")
        for line in _lines_about_ranks(found, ranked):
            self.stdout.write(line)


def _versions(labels: str) -> Versions:
    """Return the wanted versions, or those of this software with the labels of a version.

    Raises:
        CommandError: no labels are active, or none or several have this version.

    """
    if not labels:
        if wanted := wanted_versions():
            return wanted
        raise CommandError("No ground truth is active: load the test labels first.")
    found = list(GroundTruth.objects.filter(checksum__startswith=labels.lower()))
    if len(found) != 1:
        loaded = ", ".join(map(str, GroundTruth.objects.all())) or "none"
        raise CommandError(
            f"{'Several labels' if found else 'No labels'} have the version {labels}. Loaded: {loaded}"
        )
    return Versions.of_this_software(found[0])


def _words(now: Progress) -> str:
    failed = f", {now.n_failed} failed" if now.n_failed else ""
    return f"{now.n_scored} of {now.n_entries} scored{failed}, {now.n_settled} ready to be ranked"


def _lines_about(preview: ScorePreview) -> Iterator[str]:
    if preview.problem:
        yield f"{preview.submission}: could not be scored: {preview.problem}"
    elif preview.changes:
        means = ", ".join(f"{label} {before:.6f} -> {after:.6f}" for label, before, after in preview.changes)
        yield f"{preview.submission}: {means}"


def _lines_about_ranks(found: Sequence[ScorePreview], ranked: Versions | None) -> Iterator[str]:
    boards = rank_previews(found, ranked)
    if not boards:
        yield "No rank would change."
    for (phase, resolution, metric), rows in boards.items():
        where = f"at {resolution} by {metric.label}" + (f" in {phase}" if phase.board else "")
        yield f"Ranks {where} that would change: {len(rows)}"
        for row in rows[:MOST_LISTED]:
            yield f"  {row.label}: {row.before or '-'} -> {row.after or '-'}"
        if len(rows) > MOST_LISTED:
            yield f"  and {len(rows) - MOST_LISTED} more"
