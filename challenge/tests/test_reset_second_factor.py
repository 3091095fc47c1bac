"""Command `manage.py reset_second_factor`."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Team
from challenge.models import HistoryLine
from challenge.tests.mails.sent import send_mails


def test_it_works_and_leaves_a_line_and_a_mail(organizer, capsys):
    call_command("reset_second_factor", "chair@example.org", reason="The phone was stolen.")
    assert "Chair has no second factor any more." in capsys.readouterr().out
    assert not Team.objects.get(pk=organizer.pk).has_second_factor
    line = HistoryLine.objects.get()
    assert (line.actor_name, line.action, line.reason) == (
        "manage.py",
        "removed the second factor",
        "The phone was stolen.",
    )
    assert "The phone was stolen." in send_mails()[0].body


def test_faults_are_explained(team):
    with pytest.raises(CommandError, match="No account has the name or address Nobody"):
        call_command("reset_second_factor", "Nobody", reason="x")
    with pytest.raises(CommandError, match="This account has no second factor"):
        call_command("reset_second_factor", "Team Alpha", reason="x")
