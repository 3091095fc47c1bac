"""Text in formats of other programs: BibTeX, CSV for spreadsheets, Markdown, parameters of addresses."""
