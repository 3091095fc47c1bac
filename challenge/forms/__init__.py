"""Forms for teams: entries, groups of seeds, deletion of the account."""

from challenge.forms.account import DeleteAccountForm
from challenge.forms.entries import EditEntryForm, EntryForm, SubmissionForm, WithdrawForm
from challenge.forms.fields import ACCEPT
from challenge.forms.groups import GroupForm

__all__ = [
    "ACCEPT",
    "DeleteAccountForm",
    "EditEntryForm",
    "EntryForm",
    "GroupForm",
    "SubmissionForm",
    "WithdrawForm",
]
