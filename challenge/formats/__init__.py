"""Text formats of other programs: BibTeX, CSV for spreadsheets, Markdown, URL parameters."""
