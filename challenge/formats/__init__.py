"""Text formats: BibTeX, CSV for spreadsheets, Markdown, URL parameters, numbers, short texts."""
