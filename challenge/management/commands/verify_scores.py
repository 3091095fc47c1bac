"""`manage.py verify_scores`: compare stored scores with those of the field's own code."""

import sys
from collections.abc import Sequence
from datetime import timedelta

from django.core.management.base import CommandError, CommandParser
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from challenge.formats.numbers import exponent
from challenge.management.examples import CommandWithExamples
from challenge.models import Evaluation, Submission, Verification, ranked_versions
from challenge.models.verifications import VerificationQuerySet
from challenge.services import history
from challenge.services.verifications import VerificationError, verify_now
from challenge.verification import is_installed

DIFFERENT = 1
#: An interrupted run is resumed within this time.
RESUMED_WITHIN = timedelta(days=1)

EXAMPLES = """\
Examples:
  manage.py verify_scores                  all entries, those first that were verified longest ago
  manage.py verify_scores 12 15            chosen submissions
  manage.py verify_scores --sample 20      entries chosen at random
  manage.py verify_scores --resume         continue an interrupted run

The exit status is 1 if scores differ or could not be verified. No entry is changed.
"""


class Command(CommandWithExamples):
    help = (
        "Score entries again from their files with pandas, scikit-learn and, where it is installed, MedMNIST's "
        "evaluator, and compare the result with the stored scores."
    )
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="number of a submission")
        parser.add_argument("--sample", type=int, metavar="N", help="verify N entries chosen at random")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="leave out entries that were found equal in the last 24 hours",
        )

    def handle(
        self, *args: object, numbers: Sequence[int], sample: int | None, resume: bool, **options: object
    ) -> None:
        if not is_installed():
            raise CommandError("Install pandas and scikit-learn: pip install -r requirements/verify.txt")
        if sample is not None and (sample < 1 or numbers):
            raise CommandError("--sample takes a number from 1, and no numbers of submissions.")
        chosen = _chosen(numbers)
        if resume:
            equal = _of_ranked().equal().filter(verified_at__gt=timezone.now() - RESUMED_WITHIN)
            chosen = chosen.exclude(pk__in=equal.values("evaluation__submission"))
        if sample:
            chosen = chosen.order_by("?")[:sample]
        pks = list(chosen.values_list("pk", flat=True))
        outcomes = [self._verify(pk, f"{place} of {len(pks)}") for place, pk in enumerate(pks, start=1)]
        self.stdout.write(f"{outcomes.count(True)} of {len(outcomes)} verified.")
        if not all(outcomes):
            sys.exit(DIFFERENT)

    def _verify(self, pk: int, place: str) -> bool:
        """Verify one entry and write its line; return whether its scores are equal."""
        evaluation = _shown_evaluation(pk)
        if evaluation is None:  # deleted since the command began
            return True
        try:
            found = verify_now(evaluation, by=history.COMMAND)
        except VerificationError as error:
            self.stderr.write(f"{place}: {evaluation.submission}: could not be verified: {error}")
            return False
        if found is None:
            return True
        largest = f"largest difference {exponent(found.largest_difference or 0)}"
        if not found.differs:
            self.stdout.write(f"{place}: {evaluation.submission}: equal, {largest} ({found.libraries})")
            return True
        self.stderr.write(f"{place}: {evaluation.submission}: DIFFERENT, {largest}")
        for one in found.differences:
            about = f"{one['dataset']} {one['metric']}: stored {one['stored']:.12g}"
            self.stderr.write(f"  {about}, {one['found']:.12g} by {one['library']}")
        return False


def _chosen(numbers: Sequence[int]) -> QuerySet[Submission]:
    """Return the submissions with these numbers, or all in force, those first that were verified longest ago.

    Raises:
        CommandError: a submission does not exist, has no scores, or its file was deleted.

    """
    last = _of_ranked().filter(evaluation__submission=OuterRef("pk")).values("verified_at")[:1]
    with_file = Submission.objects.filter(file_deleted_at__isnull=True).exclude(file="")
    with_file = with_file.annotate(last=Subquery(last)).order_by(F("last").asc(nulls_first=True), "pk")
    if not numbers:
        return with_file.filter(pk__in=Submission.objects.in_force().values("pk"))
    chosen = with_file.filter(pk__in=Submission.objects.scored().filter(pk__in=numbers).values("pk"))
    if missing := sorted(set(numbers) - {submission.pk for submission in chosen}):
        listed = ", ".join(f"#{number}" for number in missing)
        raise CommandError(f"Without scores or without a file: {listed}")
    return chosen


def _of_ranked() -> VerificationQuerySet:
    """Return the verifications of the scores that are ranked."""
    return Verification.objects.filter(evaluation__in=Evaluation.objects.by(ranked_versions()))


def _shown_evaluation(pk: int) -> Evaluation | None:
    """Return the evaluation whose scores a submission shows."""
    submission = Submission.objects.prefetch_related("evaluations__ground_truth").filter(pk=pk).first()
    return submission.latest_scores(ranked_versions()) if submission else None
