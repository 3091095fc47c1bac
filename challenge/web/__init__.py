"""URL converters, upload handler, and context of every page."""
