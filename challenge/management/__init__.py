"""Management commands of the challenge, and their shared code."""
