"""Groups in the admin: organizers look at them, and dissolve a group with a reason."""

import pytest

from challenge.models import HistoryLine, MethodGroup, Submission
from challenge.tests.mails.sent import send_mails
from challenge.tests.pages import attribute, page_of, text_of

LIST = "/admin/challenge/methodgroup/"
REASON = "The files are of different networks."


def test_organizers_look_at_groups(grouped, as_user, organizer):
    group, runs = grouped
    client = as_user(organizer)
    assert "ResNet-18" in page_of(client, LIST)
    page = page_of(client, f"{LIST}{group.pk}/change/")
    for member in runs:
        assert f"/admin/challenge/submission/{member.pk}/change/" in page
    assert "ResNet-18" in page_of(client, f"/admin/challenge/submission/{runs[0].pk}/change/")


def test_a_group_is_dissolved_with_a_reason_a_line_and_a_mail(grouped, as_user, in_role, team):
    group, runs = grouped
    person = in_role("Organizer")
    client = as_user(person)
    address = f"{LIST}{group.pk}/act/dissolve/"
    assert address in attribute(page_of(client, f"{LIST}{group.pk}/change/"), "a.button", "href")
    assert "Its 3 submissions stay, and are single entries again" in text_of(page_of(client, address))
    assert "This field is required." in client.post(address, {"reason": " "}).text
    assert MethodGroup.objects.get() == group

    response = client.post(address, {"reason": REASON}, follow=True)
    assert "The group “ResNet-18” is dissolved." in response.text
    assert not MethodGroup.objects.exists()
    assert Submission.objects.count() == 3
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.subject, line.team, line.reason) == (
        person,
        "dissolved the group",
        "ResNet-18",
        team,
        REASON,
    )
    assert line.before == {"submissions": ", ".join(str(run) for run in runs)}
    (message,) = send_mails()
    assert message.to == [team.email]
    assert f"- {runs[0]}" in message.body
    assert REASON in message.body
    assert client.post(address, {"reason": REASON}).status_code == 404


@pytest.mark.parametrize("who", ["Assistant", "team"])
def test_others_dissolve_none(who, grouped, as_user, in_role, team):
    group, _ = grouped
    client = as_user(team if who == "team" else in_role(who))
    for address in (f"{LIST}{group.pk}/act/dissolve/", f"{LIST}{group.pk}/act/delete/"):
        assert client.post(address, {"reason": REASON}).status_code in (302, 403, 404)
    assert MethodGroup.objects.get() == group
    assert not HistoryLine.objects.exists()
