"""Lock of a team's row: changes of one team's data happen one after the other."""

from accounts.models import Team


def lock_team(team_id: int) -> Team | None:
    """Lock the row of a team until the end of the transaction; None if the account was deleted."""
    return Team.objects.select_for_update().filter(pk=team_id, closed_at__isnull=True).first()
