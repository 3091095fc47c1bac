"""Uncertainty of scores and ranks: bootstrap, DeLong, intervals, tests and aggregation over datasets."""
