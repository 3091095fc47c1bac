"""Accounts in the admin, with their submissions and limits, and what organizers do for teams."""

from challenge.admin.teams import page

__all__ = ["page"]
