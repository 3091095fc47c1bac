"""Scores as values: rows of a ranking, seeds, replicates, secondary metrics."""
