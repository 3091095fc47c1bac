"""Reason for which a backup cannot be made or restored."""


class BackupError(Exception):
    """A backup cannot be made or restored; the text says why and what to do."""
