"""`manage.py send_test_mail`: it says whether the server took the mail, and what to look at if it did not."""

import smtplib

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.core.management import CommandError, call_command

ADDRESS = "chair@example.org"


@pytest.fixture
def server(settings, monkeypatch):
    """Return a function that makes the mail server raise an error, or take the mail."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example.org", 587

    def answer(error: Exception | None) -> list:
        taken = []

        def send_messages(self, messages):
            if error:
                raise error
            taken.extend(messages)

        monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
        return taken

    return answer


def test_a_mail_that_the_server_took(server, capsys):
    taken = server(None)
    call_command("send_test_mail", ADDRESS)
    (message,) = taken
    assert message.to == [ADDRESS]
    assert message.subject == "Test of the mails of the BIG benchmark"
    assert (
        "The mail server mail.example.org:587 took the mail to chair@example.org." in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "cannot be reached: look at EMAIL_URL"),
        (TimeoutError("timed out"), "cannot be reached"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "refused the user name or the password in EMAIL_URL"),
        (smtplib.SMTPSenderRefused(550, b"no", "big@localhost"), "look at DEFAULT_FROM_EMAIL"),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no")}), "refused the address of the receiver"),
        (smtplib.SMTPServerDisconnected("gone"), "did not take the mail"),
    ],
)
def test_a_fault_is_explained(error, said, server):
    server(error)
    with pytest.raises(CommandError) as refused:
        call_command("send_test_mail", ADDRESS)
    assert said in str(refused.value)
    assert "mail.example.org:587" in str(refused.value)


def test_a_real_port_that_nobody_listens_on(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    with pytest.raises(CommandError, match=r"127\.0\.0\.1:1 cannot be reached"):
        call_command("send_test_mail", ADDRESS)


def test_a_site_without_a_mail_server_says_so(capsys):
    call_command("send_test_mail", ADDRESS)
    assert "was not sent to a server, because EMAIL_URL names none" in capsys.readouterr().out


def test_nonsense_is_no_address():
    with pytest.raises(CommandError, match="“nobody” is no e-mail address"):
        call_command("send_test_mail", "nobody")
