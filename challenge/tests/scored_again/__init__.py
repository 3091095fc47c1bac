"""Tests of entries that are scored again: by other labels, by another scorer, or because an organizer asks for it."""
