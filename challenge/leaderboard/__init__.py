"""The leaderboard: filters, ranking, uncertainty of ranks, tabs, figures, exports."""
