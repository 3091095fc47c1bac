"""The demo: its data, and the processes that serve it."""
