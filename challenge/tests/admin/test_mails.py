"""Mails in the admin: states, and previews of all texts."""

from challenge.models import Mail
from challenge.notifications.samples import samples
from challenge.services.mails import mail_team
from challenge.tests.pages import elements, page_of, text_of

MAILS = "/admin/challenge/mail/"


def test_the_list_shows_states_and_leads_to_the_previews(client, team, entry):
    mail_team(team, "disqualified", {"reason": "A secret reason."}, submission=entry(team))
    page = page_of(client, MAILS)
    assert "Queued" in text_of(page)
    assert "disqualified" in text_of(page)
    assert "Previews of all mails" in text_of(page)
    mail = Mail.objects.get()
    page = page_of(client, f"{MAILS}{mail.pk}/change/")
    assert "A secret reason." not in page
    assert not elements(page, "[name=_save]")


def test_mails_are_filtered_by_state(client, team):
    mail_team(team, "renamed", {})
    mail_team(team, "account_blocked", {})
    Mail.objects.filter(name="renamed").update(status=Mail.Status.SENT)
    shown = client.get(MAILS, {"status": "queued"}).context["cl"].result_list
    assert [mail.name for mail in shown] == ["account_blocked"]


def test_the_previews_show_every_text_with_headers_and_its_html_part(client, db):
    page = page_of(client, f"{MAILS}previews/")
    previews = elements(page, "details")
    assert len(previews) == len(samples())
    for sample, preview in zip(samples(), previews, strict=True):
        shown = text_of(preview)
        assert str(sample.message.subject) in shown
        assert sample.when in shown
        assert "From: BIG benchmark" in shown
        frames = elements(preview, "iframe[sandbox][srcdoc]")
        assert len(frames) == (0 if sample.name == "letter" else 1)
        for frame in frames:
            assert not frame.attributes["sandbox"], "it may do nothing"
            assert text_of(frame.attributes["srcdoc"] or "").startswith(str(sample.message.subject))
