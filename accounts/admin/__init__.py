"""Django admin of the accounts: who may enter, teams, groups, and the log of accounts."""

from accounts.admin import entrance, events, groups, teams

__all__ = ["entrance", "events", "groups", "teams"]
