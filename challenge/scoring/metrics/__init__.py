"""Metrics and curves from labels and class probabilities."""
