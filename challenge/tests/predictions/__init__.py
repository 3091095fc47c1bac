"""Tests of the predictions that teams publish."""
