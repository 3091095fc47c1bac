"""Flags in the admin: queue, evidence in words, decisions with their lines of history, and who may see them."""

import pytest
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine, IntegrityFlag, Mail, Submission
from challenge.services import flags
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of

FLAGS = "/admin/challenge/integrityflag/"
REASON = "The same deviations in all twelve datasets."
Status = IntegrityFlag.Status


@pytest.fixture
def copied(entry, other_team) -> Submission:
    return entry(other_team, 0.9, model_name="Our network")


@pytest.fixture
def source(entry, team) -> Submission:
    return entry(team, 0.8, model_name="The first network")


@pytest.fixture
def flag(source, copied) -> IntegrityFlag:
    row = IntegrityFlag.objects.create(
        submission=copied, kind="copy", evidence={"similarities": {str(source.pk): 0.9931}}
    )
    row.others.add(source)
    return row


@pytest.fixture
def client(organizer, as_user) -> Client:
    return as_user(organizer)


def page(flag: IntegrityFlag) -> str:
    return f"{FLAGS}{flag.pk}/change/"


def decide(client: Client, flag: IntegrityFlag, name: str, **sent: str):
    return client.post(f"{FLAGS}{flag.pk}/decide/{name}/", sent or {"reason": REASON}, follow=True)


def labels_of_buttons(client: Client, flag: IntegrityFlag) -> list[str]:
    return [text_of(link) for link in elements(region(page_of(client, page(flag)), "What you can do"), "a")]


def test_the_queue_shows_teams_and_evidence_and_open_flags_first(client, flag, source):
    later = IntegrityFlag.objects.create(
        submission=source, kind="labels", status=Status.DISMISSED, evidence={"without_error": ["octmnist"]}
    )
    rows = [text_of(row) for row in elements(page_of(client, FLAGS), "#result_list tbody tr")]
    assert len(rows) == 2
    for words in (
        "Our network",
        "Team Beta",
        "Copy of another team's predictions",
        "0.993",
        "Team Alpha",
        "Open",
    ):
        assert words in rows[0]
    assert "datasets without error: 1" in rows[1]
    assert str(later.submission) in rows[1]


@pytest.mark.parametrize(
    ("kind", "evidence", "words"),
    [
        ("copy", {"similarities": {"1": 1.0}}, "The probabilities are the same."),
        ("mixture", {"explained": 0.9912, "weights": {}}, "explains 99.1 % of the deviations"),
        (
            "labels",
            {"far_above_published": ["octmnist", "bloodmnist"]},
            "error rate in OCTMNIST, BloodMNIST.",
        ),
        ("labels", {"errors": {"skill": 0.9, "confidence": 0.5}}, "too few other entries"),
        (
            "labels",
            {"errors": {"skill": 0.9, "confidence": 0.5, "difficulty": 0.49}},
            "right on an image is 0.49",
        ),
    ],
)
def test_the_evidence_is_in_words(kind, evidence, words, client, copied):
    flag = IntegrityFlag.objects.create(submission=copied, kind=kind, evidence=evidence)
    assert words in text_of(element(page_of(client, page(flag)), ".field-in_words"))


def test_the_page_links_to_the_entries(client, flag, source, copied):
    text = page_of(client, page(flag))
    for one in (source, copied):
        assert elements(text, f'[href="/admin/challenge/submission/{one.pk}/change/"]')
    assert "similarity 0.993" in text_of(text)


@pytest.mark.parametrize(
    ("name", "status", "act"),
    [("confirm", "confirmed", "confirmed a flag"), ("dismiss", "dismissed", "dismissed a flag")],
)
def test_a_decision_asks_for_a_reason_and_leaves_its_line(name, status, act, client, flag, organizer, copied):
    assert "This field is required." in decide(client, flag, name, reason=" ").text
    assert not HistoryLine.objects.exists()
    assert f"The flag is {status}." in decide(client, flag, name).text
    flag.refresh_from_db()
    assert (flag.status, flag.decided_by, flag.reason) == (status, organizer, REASON)
    line = HistoryLine.objects.get()
    assert (line.action, line.actor, line.submission, line.reason) == (act, organizer, copied, REASON)
    assert line.after["flag"] == "Copy of another team's predictions"
    copied.refresh_from_db()
    assert not copied.is_disqualified
    assert not Mail.objects.exists()


def test_asking_the_team_writes_a_letter_and_the_flag_waits(client, flag, other_team, copied):
    form = page_of(client, f"{FLAGS}{flag.pk}/decide/ask/")
    assert attribute(form, "[name=subject]", "value") == [f"A question about your submission {copied}"]
    decide(client, flag, "ask", subject="A question", text="How was it trained?")
    mail = Mail.objects.get()
    assert (mail.team, mail.submission, mail.name) == (other_team, copied, "letter")
    assert not any("flag" in str(value).lower() for value in mail.context.values())
    flag.refresh_from_db()
    assert flag.status == Status.ASKED
    assert {line.action for line in HistoryLine.objects.all()} == {
        "wrote to the team",
        "asked the team about a flag",
    }
    assert "Dismiss" in labels_of_buttons(client, flag)


def test_disqualifying_removes_the_entry_and_mails_the_reason(client, flag, copied):
    decide(client, flag, "disqualify")
    copied.refresh_from_db()
    flag.refresh_from_db()
    assert copied.is_disqualified
    assert copied.disqualification_reason == REASON
    assert flag.status == Status.DISQUALIFIED
    assert Mail.objects.get().name == "disqualified"
    assert labels_of_buttons(client, flag) == ["Open the entry"]


def test_a_confirmed_flag_can_still_lead_to_a_disqualification(client, flag):
    decide(client, flag, "confirm")
    assert labels_of_buttons(client, flag) == ["Open the entry", "Disqualify the entry"]
    refused = decide(client, flag, "dismiss").text
    assert "Dismiss is not possible: It is confirmed." in refused
    decide(client, flag, "disqualify")
    flag.refresh_from_db()
    assert flag.status == Status.DISQUALIFIED


def test_a_team_without_an_address_is_not_asked(client, flag, other_team):
    Team.objects.filter(pk=other_team.pk).update(email=None)
    assert "Ask the team" not in labels_of_buttons(client, flag)
    assert "has no e-mail address" in decide(client, flag, "ask", subject="Hello", text="Hello").text
    assert not Mail.objects.exists()


def test_the_second_of_two_organizers_is_told(flag, organizer):
    same = IntegrityFlag.objects.get(pk=flag.pk)
    flags.confirm(flag, reason=REASON, by=organizer)
    with pytest.raises(flags.FlagRefusedError, match="It is confirmed"):
        flags.dismiss(same, reason=REASON, by=organizer)


def test_the_dashboard_counts_flags_that_wait(client, flag):
    for status, count in ((Status.OPEN, "1"), (Status.ASKED, "1"), (Status.CONFIRMED, "0")):
        IntegrityFlag.objects.update(status=status)
        (item,) = [
            one
            for one in elements(page_of(client, "/admin/"), ".desk-item")
            if "Flags of integrity" in text_of(one)
        ]
        assert text_of(element(item, ".desk-value")) == count
        assert ("Needs a person." in text_of(item)) == (count == "1")


def test_unknown_decisions_and_flags_are_not_found(client, flag):
    assert client.get(f"{FLAGS}{flag.pk}/decide/punish/").status_code == 404
    assert client.get(f"{FLAGS}{flag.pk + 1}/decide/confirm/").status_code == 404


@pytest.mark.parametrize("address", ["", "{pk}/change/", "{pk}/decide/confirm/"])
def test_assistants_and_teams_never_open_flags(address, flag, in_role, other_team, as_user):
    address = FLAGS + address.format(pk=flag.pk)
    assert as_user(in_role("Assistant")).get(address).status_code == 403
    for visitor in (as_user(other_team), Client()):
        assert visitor.get(address)["Location"].startswith("/admin/login/")


def test_assistants_cannot_decide(flag, in_role, as_user):
    for name in ("confirm", "dismiss", "ask", "disqualify"):
        assert decide(as_user(in_role("Assistant", f"Helper {name}")), flag, name).status_code == 403
    flag.refresh_from_db()
    assert flag.status == Status.OPEN


def test_assistants_and_teams_see_no_trace_of_flags(flag, copied, in_role, organizer, other_team, as_user):
    flags.confirm(flag, reason="A secret reason", by=organizer)
    assistant = as_user(in_role("Assistant"))
    pages = ["/admin/", "/admin/challenge/historyline/", f"/admin/challenge/submission/{copied.pk}/change/"]
    pages.append(f"/admin/accounts/team/{other_team.pk}/change/")
    for address in pages:
        seen = page_of(assistant, address).lower()
        assert "a secret reason" not in seen, address
        assert "flag" not in text_of(seen), address
    for address in ("/profile/", "/profile/submissions/", copied.get_absolute_url()):
        assert "flag" not in text_of(page_of(as_user(other_team), address)).lower(), address


def test_organizers_see_flags_on_the_page_of_the_entry(flag, copied, in_role, as_user):
    text = page_of(as_user(in_role("Organizer")), f"/admin/challenge/submission/{copied.pk}/change/")
    assert "Copy of another team's predictions" in text_of(element(text, "#integrity_flags-group"))
    assert elements(text, f'[href^="{page(flag)}"]')
