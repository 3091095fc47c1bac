"""Texts and facts of the pages, as data: datasets, architectures, format rules, examples."""
