"""`manage.py import_reported_baselines`: add the published results to the leaderboard."""

from django.core.management.base import BaseCommand

from baselines.published import read_published_results
from challenge.services.published import replace_published_results


class Command(BaseCommand):
    help = (
        "Import the published results in baselines/reported/ (Doerrich et al. 2025, Bachmeier 2024), so that the "
        "leaderboard shows them together with the entries. If you run it again, the files replace earlier results."
    )

    def handle(self, *args: object, **options: object) -> None:
        methods, scores = replace_published_results(read_published_results())
        self.stdout.write(f"Imported {scores} published scores of {methods} methods and resolutions.")
