"""The demo: its data, and its server processes."""
