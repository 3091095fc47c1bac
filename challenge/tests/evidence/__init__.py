"""Tests of the evidence behind entries."""
