"""Baselines: training and evaluating models, and results that others published."""
