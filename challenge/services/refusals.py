"""Refusals of acts."""


class RefusedError(Exception):
    """An act was refused; the message says why."""
