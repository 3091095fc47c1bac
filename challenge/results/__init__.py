"""Scores as plain values: rows of a ranking, seeds, replicates, secondary metrics."""
