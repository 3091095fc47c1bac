from django.apps import AppConfig


class ChallengeConfig(AppConfig):
    """Submissions, their evaluations and the leaderboard."""

    name = "challenge"
