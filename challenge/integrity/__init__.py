"""Checks of predictions: copies, mixtures and labels in disguise. pure NumPy and SciPy.

A finding is a reason to look, never a verdict.
"""
