from django.apps import AppConfig


class ChallengeConfig(AppConfig):
    """Submissions, their evaluations and the leaderboard."""

    name = "challenge"

    def ready(self) -> None:
        """Watch for changes of what the leaderboard shows."""
        from challenge.leaderboard import cache as board_cache

        board_cache.connect()
