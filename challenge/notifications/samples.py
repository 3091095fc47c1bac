"""Sample data for every mail, so that organizers can read all texts before a team does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.mail import EmailMultiAlternatives

from accounts.models import Invitation, Team
from challenge.models import Evaluation, GroundTruth, Metric, News, Submission
from challenge.notifications.texts import message, site_links
from challenge.scoring.metrics.ranked import SCORER_VERSION

RECEIVER = "team@example.org"
#: Names in mails about accounts. Keys of links do not work.
CHANGE = {"timestamp": datetime(2026, 11, 30, 14, 5, tzinfo=UTC), "ip": "192.0.2.7", "user_agent": "Firefox"}
LINK = {"key": "sample", "uid": "1", "username": "Team Alpha", "email": RECEIVER}
REASON = "Two of your test predictions are copies of the labels."
MOVED = ["#482913 ResNet-18", "#713320 ViT-B/16"]
PROTOCOL = {
    "before": {"external_data": False, "special_methods": ""},
    "after": {"external_data": False, "special_methods": "ensemble of 5 networks"},
    "reason": "Your paper says that you trained five networks.",
}
RESCORED = {
    "entries": [{"name": '#482913 "ResNet-18"', "resolution": 224, "means": [("AUC", 0.9591, 0.9587)]},
                {"name": '#713320 "ViT-B/16"', "resolution": 224, "means": [("AUC", 0.9622, 0.9624)]}],
    "before": ["Test labels (5f3a90c1d2b4), scorer version 1"],
    "after": ["Corrected labels (0e11d2a07c55), scorer version 1"],
    "reasons": ["activated the labels: Eleven labels were wrong."],
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A mail: the name of its text, when it is sent, and values for the preview."""

    name: str
    when: str
    values: Mapping[str, Any] = field(default_factory=dict)
    is_about_entry: bool = True

    @property
    def message(self) -> EmailMultiAlternatives:
        """The mail, with the sample's values."""
        entry = _entry() if self.is_about_entry else {}
        context = {**site_links(), "team_name": "Team Alpha", **entry, **self.values}
        return message(self.name, context, to=RECEIVER)


def samples() -> list[Sample]:
    """Return all mails, in the order of the life of a submission and of an account."""
    return [*_outcomes(), *_acts_on_entries(), *_acts_on_accounts(), *_of_accounts(), *_others()]


def _outcomes() -> list[Sample]:
    problems = ["pathmnist, line 3: the row has 8 probabilities, but the dataset has 9 classes.",
                "bloodmnist: 12 rows are missing."]  # fmt: skip
    return [
        Sample("scored", "A submission was scored.", _scores()),
        Sample("scored_after_fault", "A submission was scored after a fault of ours.", _scores()),
        Sample("errors_in_file", "The file has errors.", {"evaluation": Evaluation(problems=problems)}),
        Sample("too_slow", "Scoring reached the time limit.", {"evaluation": Evaluation(problems=[
            "Scoring took longer than the time limit of 60 s and was stopped."])}),
        Sample("fault_of_ours", "Scoring broke three times, by a fault of ours."),
    ]  # fmt: skip


def _acts_on_entries() -> list[Sample]:
    reason = {"reason": REASON}
    dissolved = {
        "group": "ResNet-18, two seeds",
        "entries": MOVED,
        "reason": "The files are of different networks.",
    }
    return [
        Sample("disqualified", "An organizer disqualified an entry.", reason),
        Sample("reinstated", "An organizer took a disqualification back."),
        Sample("held", "An organizer holds an entry for a check.", reason),
        Sample("released", "An organizer ended the check."),
        Sample("corrected", "An organizer corrected the statements about the protocol.", PROTOCOL),
        Sample("restored", "An organizer undid a withdrawal."),
        Sample("scores_changed", "Scores changed, for example by corrected labels.", RESCORED, False),
        Sample("group_dissolved", "An organizer dissolved a group of seeds.", dissolved, False),
    ]


def _acts_on_accounts() -> list[Sample]:
    reason = {"reason": "You asked us for this on 28 November 2026."}
    renamed = {"before": "Team Alpha", "after": "Team Aleph"} | reason
    moved = {"before": "Team Alpha", "after": "Team Aleph", "entries": MOVED} | reason
    addresses = {"before": RECEIVER, "after": "lab@example.org"} | reason
    extra = {"a_day": 2, "in_total": 5, "phase": "Spring 2027"} | reason
    closed = {"kept": 3, "deleted": 2, "keep_name": True} | reason
    blocked = {"reason": REASON, "disqualified": 4}
    return [
        Sample("renamed", "An organizer renamed a team.", renamed, False),
        Sample("address_changed", "An organizer changed the address; goes to both.", addresses, False),
        Sample("entries_moved", "An organizer moved submissions to another account.", moved, False),
        Sample("extra_submissions", "An organizer granted extra submissions.", extra, False),
        Sample("account_closed", "An organizer closed an account.", closed, False),
        Sample("account_blocked", "An organizer blocked an account.", blocked, False),
        Sample("account_unblocked", "An organizer ended a block.", {"disqualified": 4}, False),
        Sample("second_factor_removed", "An administrator removed a lost second factor.", reason, False),
    ]


def _of_accounts() -> list[Sample]:
    addresses = {"from_email": RECEIVER, "to_email": "lab@example.org", "deleted_email": "lab@example.org"}
    texts = {
        "email_confirmation_signup": "A team registered.",
        "email_confirmation": "A team gave another address.",
        "email_changed": "A team confirmed another address; goes to the earlier one.",
        "email_deleted": "A team cancelled a change of its address.",
        "account_already_exists": "Somebody registered with the address of a team.",
        "password_reset_key": "A team forgot its password.",
        "unknown_account": "Somebody asked for a new password with an unknown address.",
        "password_reset": "A team set a new password by a link.",
        "password_changed": "A team changed its password.",
        "password_set": "A team set its first password.",
    }
    factors = {
        "totp_activated": "A person turned an authenticator app on.",
        "totp_deactivated": "A person turned the authenticator app off.",
        "webauthn_added": "A person added a passkey.",
        "webauthn_removed": "A person removed a passkey.",
        "recovery_codes_generated": "A person made recovery codes.",
    }
    values = CHANGE | LINK | addresses
    names = {f"account/{name}": when for name, when in texts.items()}
    names |= {f"mfa/{name}": when for name, when in factors.items()}
    return [Sample(name, when, values, False) for name, when in names.items()]


def _invitation() -> dict[str, Any]:
    inviter, role = Team(name="Chair"), Group(name="Organizer")
    invitation = Invitation(email=RECEIVER, name="New person", role=role, invited_by=inviter)
    return {"invitation": invitation, "link": f"{settings.SITE_URL}/accounts/invitation/sample/", "days": 7}


def _others() -> list[Sample]:
    letter = {"subject": "A question about your ResNet-18", "text": "Hello,\n\nHow did you choose the crop?"}
    text = "From **1 December 2026**, teams may send ten files a day again.\n\n- The labels are the same."
    news = {
        "news": News(title="Round two opens", text=text),
        "news_url": f"{settings.SITE_URL}/news/12/",
    }
    admin_url = f"{settings.SITE_URL}/{settings.ADMIN_PATH}"
    digest = {
        "lines": [("Texts have gaps to fill: Privacy 7.", f"{admin_url}challenge/sitepage/")],
        "admin_url": admin_url,
    }
    return [
        Sample("letter", "An organizer wrote to a team, about an entry or in general.", letter),
        Sample("account/invitation", "An administrator invited a person.", _invitation(), False),
        Sample("test", "Somebody ran manage.py send_test_mail.", {}, False),
        Sample("news", "News appeared; to teams that asked for news.", news, False),
        Sample("digest", "Once a day, to organizers, if something needs them.", digest, False),
    ]


def _entry() -> dict[str, Any]:
    submission = Submission(
        pk=482913,
        team=Team(name="Team Alpha"),
        model_name="ResNet-18",
        resolution=224,
        file_name="predictions.csv.gz",
    )
    return {
        "submission": submission,
        "submission_url": settings.SITE_URL + submission.get_absolute_url(),
        "is_scored": True,
    }


def _scores() -> dict[str, Any]:
    labels = GroundTruth(name="Test labels of MedMNIST+", checksum="5f3a90c1d2b4" + "0" * 52)
    means = {"auc": 0.9591, "balanced_accuracy": 0.8124, "cohen_kappa": 0.7812, "accuracy": 0.8567}
    return {
        "evaluation": Evaluation(ground_truth=labels, scorer_version=SCORER_VERSION, warnings=[], **means),
        "rank": 3,
        "entries": 31,
        "metrics": [(Metric(name).label, means[name]) for name in Metric.values],
        "leaderboard_url": f"{settings.SITE_URL}/leaderboard/?resolution=224&entries=all",
    }
