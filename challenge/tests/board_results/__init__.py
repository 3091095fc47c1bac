"""Results of the leaderboard that are kept."""
