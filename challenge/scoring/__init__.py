"""Scoring core: computes metrics and their uncertainty from a submission file and the test labels.

It does not use Django, torch or scikit-learn, so it starts fast in a worker and works offline.
"""
