"""Acts of organizers in the admin, and the leaderboard that follows."""

from django.test import Client

from challenge.leaderboard.ranking import Filters, leaderboard
from challenge.models import Submission, ranked_versions

SUBMISSIONS = "/admin/challenge/submission/"
GROUND_TRUTHS = "/admin/challenge/groundtruth/"
PHASES = "/admin/challenge/phase/"
TEAMS = "/admin/accounts/team/"
REASON = "Trained on the <test> set."


def act(client: Client, action: str, *rows, page: str = SUBMISSIONS, **about: object):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(page, chosen | about, follow=True)


def board() -> list[tuple[int | None, Submission | None]]:
    filters = Filters(28, all_entries=True)
    return [(r.rank, r.submission) for r in leaderboard(filters, ranked_versions())]
