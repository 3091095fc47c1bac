"""Uncertainty of scores and ranks: bootstrap, DeLong, intervals, tests and ways to aggregate."""
