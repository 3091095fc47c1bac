"""Acts for a team: each has a page that says what it does, and asks for a reason."""

from accounts.models import Team
from challenge.admin.acting import Act, ReasonForm
from challenge.admin.teams import forms
from challenge.formats.texts import counted
from challenge.models import Phase, Submission
from challenge.releases.of_entry import team_is_in_a_release
from challenge.services import accounts, extra_submissions, moves, team_accounts
from challenge.services.quotas import remaining_quota

MAY_MANAGE = ("accounts.manage_team",)
MAY_ADMINISTER = ("accounts.administer_accounts",)


def _closed(team: Team) -> str:
    return "The account was deleted." if team.closed_at else ""


# --- Extra submissions ----------------------------------------------------------------------------


def _explain_extra(team: Team) -> list[str]:
    phases = Phase.objects.open_now()
    if not phases:
        return ["No phase takes submissions now."]
    quotas = [(phase, remaining_quota(team, phase)) for phase in phases]
    return [
        *(
            f"Now the team may send {quota.day_limit} a day ({quota.day_left} left today) and "
            f"{quota.total_limit} in total ({quota.total_left} left) in the phase “{phase}”."
            for phase, quota in quotas
        ),
        "What you add holds until the end of the phase. A second grant is added to the first.",
    ]


def _grant(team: Team, *, phase: Phase, a_day: int, in_total: int, reason: str, by: Team) -> str:
    extra_submissions.grant_extra(team, phase, a_day=a_day, in_total=in_total, by=by, reason=reason)
    return f"{team} may send {a_day} more a day and {in_total} more in total."


# --- Name and address -----------------------------------------------------------------------------


def _explain_rename(team: Team) -> list[str]:
    return [
        f"All pages, also those of earlier entries, show the new name in place of “{team}” at once.",
        "The team logs in with the new name, or with its address as before.",
    ]


def _rename(team: Team, *, name: str, reason: str, by: Team) -> str:
    team_accounts.rename_team(team, name, by=by, reason=reason)
    return f"{team} has a new name."


def _explain_address(team: Team) -> list[str]:
    return [
        f"Its address now is {team.email or 'not known'}.",
        "The new address counts as confirmed, so be sure that it is the team's. We write to both addresses.",
    ]


def _refuse_address(team: Team) -> str:
    return _closed(team) or ("It is blocked: unblock it first." if team.blocked_at else "")


def _change_address(team: Team, *, email: str, reason: str, by: Team) -> str:
    team_accounts.change_address(team, email, by=by, reason=reason)
    return f"The address of {team} was changed."


def _explain_confirmation(team: Team) -> list[str]:
    return [f"{team.email} counts as confirmed then. This is for a team that no mail reaches."]


def _refuse_confirmation(team: Team) -> str:
    return _closed(team) or ("" if team.email else "It has no address.")


def _confirm(team: Team, *, reason: str, by: Team) -> str:
    team_accounts.confirm_address(team, by=by, reason=reason)
    return f"The address of {team} is confirmed."


# --- Submissions ----------------------------------------------------------------------------------


def _explain_move(team: Team) -> list[str]:
    return [
        f"This team has {counted(team.submissions.count(), 'submission')}.",
        "They count towards the limits of the new account, in place of this one. Groups of seeds move as a whole.",
    ]


def _refuse_move(team: Team) -> str:
    return "" if team.submissions.exists() else "It has no submissions."


def _submissions_of(team: Team) -> dict[str, object]:
    return {"submissions": team.submissions.select_related("group").order_by("created_at", "pk")}


def _move(team: Team, *, target: Team, submissions: list[Submission], reason: str, by: Team) -> str:
    numbers = [submission.pk for submission in submissions]
    moved = moves.move_submissions(team, target, numbers, by=by, reason=reason)
    return f"Submissions moved to {target}: {moved}."


# --- Blocks, and the end of an account ------------------------------------------------------------


def _explain_block(team: Team) -> list[str]:
    return [
        "The team cannot log in any more, and its sessions end at once. Nobody can register with its address.",
        f"It has {counted(team.submissions.filter(disqualified_at__isnull=True).count(), 'submission')} "
        "that you can disqualify with it. Otherwise they stay as they are.",
    ]


def _refuse_block(team: Team) -> str:
    return _closed(team) or ("It is blocked already." if team.blocked_at else "")


def _block(team: Team, *, disqualify_entries: bool, reason: str, by: Team) -> str:
    team_accounts.block_team(team, disqualify_entries=disqualify_entries, by=by, reason=reason)
    return f"{team} is blocked."


def _explain_unblock(team: Team) -> list[str]:
    return [
        "The team can log in again. Entries that were disqualified stay so: reinstate them on their pages."
    ]


def _refuse_unblock(team: Team) -> str:
    return _closed(team) or ("It is not blocked." if team.is_active else "")


def _unblock(team: Team, *, reason: str, by: Team) -> str:
    team_accounts.unblock_team(team, by=by, reason=reason)
    return f"{team} can log in again."


def _explain_close(team: Team) -> list[str]:
    stay, go = accounts.what_stays(team)
    return [
        f"Public entries that stay on the leaderboard: {stay}. Other submissions, which are deleted with their files: "
        f"{go}.",
        "The address and the password are deleted. This cannot be undone.",
        *(["Releases keep its results, with the name of that day."] if team_is_in_a_release(team) else []),
    ]


def _refuse_close(team: Team) -> str:
    return _closed(team) or (
        "It is the account of an organizer: take its rights away first." if team.is_staff else ""
    )


def _close(team: Team, *, name: str, reason: str, by: Team) -> str:
    title = str(team)
    accounts.close_for_team(team, keep_name=name == forms.CloseForm.KEEP, by=by, reason=reason)
    return f"The account {title} is closed."


# --- Second factor --------------------------------------------------------------------------------


def _explain_reset(team: Team) -> list[str]:
    return [
        "Its password alone opens the account then. Be sure that the person who asks is the right one: call back.",
        "We tell the person by mail. An organizer has to set up a new second factor to open the admin.",
    ]


def _refuse_reset(team: Team) -> str:
    return _closed(team) or ("" if team.has_second_factor else "It has no second factor.")


def _reset(team: Team, *, reason: str, by: Team) -> str:
    team_accounts.reset_second_factor(team, by=by, reason=reason)
    return f"{team} has no second factor any more."


ACTS: dict[str, Act[Team]] = {
    "extra-submissions": Act(
        "Extra submissions", _explain_extra, _closed, _grant, MAY_MANAGE, forms.ExtraForm
    ),
    "rename": Act("Rename", _explain_rename, lambda team: "", _rename, MAY_MANAGE, forms.RenameForm),
    "change-address": Act(
        "Change the address",
        _explain_address,
        _refuse_address,
        _change_address,
        MAY_MANAGE,
        forms.AddressForm,
    ),
    "confirm-address": Act(
        "Confirm the address",
        _explain_confirmation,
        _refuse_confirmation,
        _confirm,
        MAY_MANAGE,
        ReasonForm,
    ),
    "move-submissions": Act(
        "Move submissions",
        _explain_move,
        _refuse_move,
        _move,
        MAY_MANAGE,
        forms.MoveForm,
        initial=_submissions_of,
    ),
    "reset-second-factor": Act(
        "Remove the second factor", _explain_reset, _refuse_reset, _reset, MAY_ADMINISTER
    ),
    "block": Act("Block", _explain_block, _refuse_block, _block, MAY_MANAGE, forms.BlockForm, is_grave=True),
    "unblock": Act("Unblock", _explain_unblock, _refuse_unblock, _unblock, MAY_MANAGE),
    "close": Act(
        "Close the account",
        _explain_close,
        _refuse_close,
        _close,
        MAY_MANAGE,
        forms.CloseForm,
        is_grave=True,
    ),
}
