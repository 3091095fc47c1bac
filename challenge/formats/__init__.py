"""Text formats: BibTeX, CSV for spreadsheets, Markdown, URL parameters, numbers, times and short texts."""
