"""Test submissions in the admin: sent by organizers, refused to others, shown in the list and on the first page."""

import pytest
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine, Probe
from challenge.tests.pages import element, elements, page_of, text_of

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/challenge/probe/", "/admin/challenge/probe/add/"


def test_an_organizer_sends_one_and_sees_how_it_goes(ground_truth, in_role, as_user, carry_out):
    sender = in_role("Organizer")
    client = as_user(sender)
    response = client.post(ADD, follow=True)
    assert "is on its way" in response.text
    probe = Probe.objects.get()
    assert probe.sender == str(sender)
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.subject) == (sender, "sent a test submission", str(probe))
    assert "Waits" in text_of(element(page_of(client, LIST), "#result_list"))
    carry_out(probe)
    shown = text_of(element(page_of(client, LIST), "#result_list"))
    assert "Right" in shown
    assert " s" in shown
    assert "Right" in text_of(page_of(client, f"{LIST}{probe.pk}/change/"))


def test_one_waits_at_a_time(sent, organizer, as_user):
    response = as_user(organizer).post(ADD)
    assert "A test submission waits since" in response.text
    assert Probe.objects.count() == 1


def test_a_failed_one_needs_a_person(sent, organizer, as_user):
    Probe.objects.update(status=Probe.Status.FAILED, problems=["octmnist, auc: <wrong>."])
    client = as_user(organizer)
    assert "octmnist, auc: &lt;wrong&gt;." in client.get(LIST).text
    needs = [text_of(one) for one in elements(page_of(client, "/admin/"), ".desk-need")]
    assert any(need.startswith("Test submission Failed") for need in needs), needs


@pytest.mark.parametrize("who", ["visitor", "team", "Assistant"])
def test_others_send_none(who, ground_truth, team: Team, in_role, as_user):
    client = {"visitor": Client, "team": lambda: as_user(team)}.get(who, lambda: as_user(in_role(who)))()
    assert client.post(ADD).status_code in (302, 403)
    assert client.get(ADD).status_code in (302, 403)
    assert not Probe.objects.exists()
    assert not HistoryLine.objects.exists()


def test_nobody_changes_or_deletes_one(sent, organizer, as_user):
    client = as_user(organizer)
    assert client.post(f"{LIST}{sent.pk}/change/", {"status": "done"}).status_code == 403
    assert client.post(f"{LIST}{sent.pk}/delete/", {"post": "yes"}).status_code == 403
    sent.refresh_from_db()
    assert sent.is_pending
