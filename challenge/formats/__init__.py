"""Text formats: BibTeX, CSV for spreadsheets, Markdown, URL parameters, numbers and times."""
