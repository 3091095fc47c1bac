"""Scoring core: from a submission file and the test labels to metrics and their uncertainty.

Free of Django, torch and scikit-learn, so that it starts fast in a worker and can be used offline.
"""
