"""Converters of addresses, the upload handler, and the context of every page."""
