"""Teams, their tokens, invitations of organizers, the log of accounts, and the shared cache."""

from accounts.models.blocks import BlockedAddress
from accounts.models.cache import CacheRow
from accounts.models.events import AccountEvent
from accounts.models.invitations import Invitation
from accounts.models.teams import NAME_TAKEN, Team, TeamManager
from accounts.models.tokens import ApiToken

__all__ = [
    "NAME_TAKEN",
    "AccountEvent",
    "ApiToken",
    "BlockedAddress",
    "CacheRow",
    "Invitation",
    "Team",
    "TeamManager",
]
