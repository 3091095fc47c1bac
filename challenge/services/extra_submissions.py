"""Extra submissions that organizers grant a team; `services.quotas.remaining_quota` adds them to the limits."""

from django.db import transaction

from accounts.models import Team
from challenge.models import ExtraSubmissions, Phase
from challenge.services import history, mails
from challenge.services.team_accounts import TeamRefusedError
from challenge.services.teams import lock_team


@transaction.atomic
def grant_extra(
    team: Team, phase: Phase, *, a_day: int, in_total: int, by: Team | str, reason: str
) -> ExtraSubmissions:
    """Let a team submit more in a phase.

    Args:
        team: the team.
        phase: the phase.
        a_day: submissions in addition to the limit of each UTC day.
        in_total: submissions in addition to the limit of the phase.
        by: the organizer.
        reason: the reason, for the organizers.

    Raises:
        TeamRefusedError: nothing would change, or the account was deleted.

    """
    if not (a_day or in_total):
        raise TeamRefusedError("Say how many more, a day or in total.")
    if lock_team(team.pk) is None:
        raise TeamRefusedError("The account was deleted.")
    extra = ExtraSubmissions.objects.create(
        team=team, phase=phase, a_day=a_day, in_total=in_total, reason=reason
    )
    given = {"phase": phase.name, "more a day": a_day, "more in total": in_total}
    history.record("granted extra submissions", by=by, team=team, after=given, reason=reason)
    told = {"phase": phase.name, "a_day": a_day, "in_total": in_total, "reason": reason}
    mails.mail_team(team, "extra_submissions", told)
    return extra
