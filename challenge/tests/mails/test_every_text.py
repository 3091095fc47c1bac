"""Every text of the folder: it has sample data, and its message has all headers, whole sentences and short links."""

import re

import pytest
from django.conf import settings

from challenge.notifications.samples import Sample, samples

FOLDER = settings.BASE_DIR / "templates" / "mails"
#: Texts that others extend or include.
PARTS = {"base", "team", "signature", "_again", "_protocol", "account/change"}
#: Their keys are long, because nobody may guess them.
WITH_KEYS = {
    "account/email_confirmation",
    "account/email_confirmation_signup",
    "account/password_reset_key",
    "account/invitation",
}
#: Signs of a mistake in a template: two ends of a sentence, an empty value, an unknown value, a line of blanks.
FAULTS = re.compile(r"[.?!:,]\.|\.[?!:,]| \.|\(\)|\"\"|None|\{|\}|#\D|  +\w+ing|[ \t]$", re.MULTILINE)


@pytest.fixture(params=samples(), ids=lambda sample: sample.name)
def sample(request, db) -> Sample:
    return request.param


def body_of(sample: Sample) -> str:
    return str(sample.message.body).partition("\n-- \n")[0]


def test_every_text_has_a_sample():
    texts = {str(path.relative_to(FOLDER)).removesuffix(".txt") for path in FOLDER.rglob("*.txt")}
    assert texts - PARTS == {sample.name for sample in samples()}


def test_every_message_has_the_headers_and_the_signature(sample, settings):
    settings.CONTACT_EMAIL = "help@example.org"
    sent = sample.message.message()
    assert sent["Subject"]
    assert sent["From"] == settings.DEFAULT_FROM_EMAIL
    assert sent["Reply-To"] == "help@example.org"
    assert sent["Message-ID"].endswith("@testserver>")
    assert "List-Unsubscribe" not in sent
    assert sent["Auto-Submitted"] == (None if sample.name == "letter" else "auto-generated")
    assert bool(sample.message.alternatives) == (sample.name != "letter")
    assert str(sample.message.body).endswith(
        "\n\n-- \nThe organizers of the Biomedical Image Generalization (BIG) benchmark\n"
        "http://testserver\nContact: help@example.org\n"
    )


def test_every_subject_is_short_and_no_sentence(sample):
    assert len(sample.message.subject) <= 70
    assert sample.message.subject[-1] not in ".!?"


def test_every_text_is_whole(sample):
    body = body_of(sample)
    assert not FAULTS.findall(body), FAULTS.findall(body)
    assert body[0].isupper()
    assert "\n\n\n" not in body


def test_every_link_fits_into_a_line(sample):
    links = re.findall(r"https?://\S+", body_of(sample))
    assert all(link.startswith("http://testserver/") for link in links)
    if sample.name not in WITH_KEYS:
        assert all(len(link) <= 76 for link in links)


def test_every_mail_to_a_team_says_whom_to_ask(sample, settings):
    if sample.name in ("letter", "test", "digest") or "/" in sample.name:
        return
    settings.CONTACT_EMAIL = "help@example.org"
    last = body_of(sample).split("\n\n")[-1]
    assert "reply to this mail" in last or "help@example.org" in last
    settings.CONTACT_EMAIL = ""
    last = body_of(sample).split("\n\n")[-1]
    assert "http://testserver/about/" in last
    assert "help@example.org" not in str(sample.message.body)


def test_every_mail_about_an_entry_names_it(sample):
    if sample.is_about_entry and sample.name != "letter":
        assert body_of(sample).startswith("Hello Team Alpha,\n\n")
        assert '#482913 "ResNet-18"' in body_of(sample)
