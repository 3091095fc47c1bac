"""`manage.py import_reported_baselines`: bring the published results onto the leaderboard."""

from django.core.management.base import BaseCommand

from baselines.published import read_published_results
from challenge.services.published import replace_published_results


class Command(BaseCommand):
    help = (
        "Import the published results in baselines/reported/ (Doerrich et al. 2025, Bachmeier 2024), so that "
        "they stand on the leaderboard beside the entries. Running it again replaces them by what the files hold."
    )

    def handle(self, *args: object, **options: object) -> None:
        methods, scores = replace_published_results(read_published_results())
        self.stdout.write(f"Imported {scores} published figures of {methods} methods and resolutions.")
