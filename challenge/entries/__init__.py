"""Entries and groups of seeds: scores, figures, exports, citations, and the page of an entry."""
