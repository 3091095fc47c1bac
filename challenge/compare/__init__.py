"""Comparison of a few entries and published methods: selection, tables, paired differences, figures."""
