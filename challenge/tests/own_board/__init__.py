"""Tests of the reader's own board."""
