"""A few entries and published methods side by side: selection, tables, paired differences, figures."""
