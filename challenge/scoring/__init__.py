"""The scoring core: from a submission file and the test labels to metrics.

Free of Django, torch and scikit-learn, so that it starts fast in a worker and can be used offline.
"""
