"""Mails about accounts: each has a text of this site, with its headers and its signature."""

from pathlib import Path

import allauth
import pytest
from django.apps import apps
from django.template.loader import get_template

PASSWORD = "correct horse battery staple"
#: Mails of ways to log in that this site does not offer, and a template of others.
NOT_SENT = {
    *("account/login_code", "account/password_reset_code", "account/email_confirm", "account/base"),
    *("mfa/webauthn_added", "mfa/webauthn_removed"),
}


def names() -> list[str]:
    """Return the mails that allauth's installed applications can send."""
    folder = Path(allauth.__file__).parent / "templates"
    found = (path.relative_to(folder) for path in folder.glob("*/email/*_message.txt"))
    known = {f"{path.parts[0]}/{path.name.removesuffix('_message.txt')}" for path in found}
    installed = {app.label for app in apps.get_app_configs()}
    return sorted(name for name in known - NOT_SENT if name.split("/")[0] in installed)


@pytest.mark.parametrize("name", names())
def test_each_has_a_text_of_this_site(name):
    get_template(f"mails/{name}.txt")


def test_a_mail_has_the_headers_and_the_signature_of_the_site(client, team, mailoutbox, settings):
    settings.CONTACT_EMAIL = "help@example.org"
    client.post("/accounts/password/reset/", {"email": team.email})
    (message,) = mailoutbox
    sent = message.message()
    assert sent["Subject"] == "A new password was requested"
    assert sent["Reply-To"] == "help@example.org"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Message-ID"].endswith("@testserver>")
    assert "\n-- \nThe organizers of the" in message.body
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    assert "/accounts/password/reset/key/" in html


def test_a_mail_about_a_change_of_address_says_whom_to_ask(as_user, team, confirmed, mailoutbox, settings):
    settings.CONTACT_EMAIL = "help@example.org"
    client = as_user(confirmed(team))
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    client.post("/accounts/reauthenticate/?next=/accounts/email/", {"password": PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    assert mailoutbox[-1].subject == "Confirm your e-mail address for the BIG benchmark"
    link = next(word for word in mailoutbox[-1].body.split() if "/confirm-email/" in word)
    client.post(link.removeprefix("http://testserver"))
    assert mailoutbox[-1].subject == "Your e-mail address was changed"
    assert "write to the organizers at once: help@example.org" in mailoutbox[-1].body
