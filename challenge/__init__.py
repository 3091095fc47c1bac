"""The challenge: submissions, their scores, the leaderboard, and the pages that show them."""
