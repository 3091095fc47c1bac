"""`manage.py import_reported_baselines`: add the published results to the leaderboard."""

from django.core.management.base import BaseCommand

from baselines.facts import published_facts
from baselines.published import read_published_results
from challenge.services.published import replace_published_results, state_facts


class Command(BaseCommand):
    help = (
        "Import the published results in baselines/reported/ (Doerrich et al. 2025, Bachmeier 2024), so that the "
        "leaderboard shows them together with the entries, and the facts of their methods. If you run it again, the "
        "files replace earlier results and facts."
    )

    def handle(self, *args: object, **options: object) -> None:
        results = list(read_published_results())
        methods, scores = replace_published_results(results)
        pairs = {(result.scheme, result.architecture) for result in results}
        state_facts({pair: published_facts(*pair) for pair in pairs})
        self.stdout.write(f"Imported {scores} published scores of {methods} methods and resolutions.")
