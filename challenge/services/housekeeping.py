"""Removal of what nobody needs: accounts that were never confirmed, and values of the cache that are too old."""

import logging

from django.db import transaction

from accounts import log
from accounts.models import CacheRow, Team
from accounts.unconfirmed import unconfirmed
from challenge.services.jobs import MOST_AT_ONCE

logger = logging.getLogger(__name__)


def remove_unconfirmed() -> int:
    """Remove accounts whose address was never confirmed; return their number. Accounts with submissions stay."""
    due = unconfirmed().filter(submissions__isnull=True).values_list("pk", flat=True)[:MOST_AT_ONCE]
    removed = sum(map(_remove, list(due)))
    if removed:
        logger.info("Removed %s accounts whose addresses were never confirmed", removed)
    return removed


@transaction.atomic
def _remove(pk: int) -> bool:
    """Remove an account, unless somebody has just confirmed its address."""
    team = Team.objects.select_for_update().filter(pk__in=unconfirmed().values("pk"), pk=pk).first()
    if team is None:
        return False
    log.forget_team(team)
    team.delete()
    return True


def forget_expired() -> None:
    """Remove values of the cache whose time is over."""
    CacheRow.objects.expired().delete()
