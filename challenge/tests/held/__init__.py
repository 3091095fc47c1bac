"""Tests of entries that organizers hold while they check them."""
