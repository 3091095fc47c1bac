"""Flags of integrity in the admin: the queue, the page with the evidence, and the decisions."""

from challenge.admin.flags import registered

__all__ = ["registered"]
