"""Releases: freezing the leaderboard, the archive, and the pages of a release."""
