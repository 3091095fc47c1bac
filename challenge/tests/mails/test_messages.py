"""Messages: headers, signature, text and HTML part, of any mail that is made from a text of the folder."""

import pytest
from django.template import engines

from bigsite import mails
from bigsite.mails import compose
from challenge.tests.pages import attribute, elements, text_of

TEXT = """{% extends "mails/base.txt" %}
{% block subject %}About {{ name }}{% endblock %}
{% block text %}Hello {{ name }},



see {{ site_url }}/about/.

- one
- two & three

  AUC  0.9
{% endblock %}"""


@pytest.fixture(autouse=True)
def texts(monkeypatch):
    """Replace the text of the mail by one that uses everything."""
    render = mails.render_to_string

    def render_to_string(name, context):
        if name == "mails/example.txt":
            return engines["django"].from_string(TEXT).render(context)
        return render(name, context)

    monkeypatch.setattr(mails, "render_to_string", render_to_string)


def html_of(message) -> str:
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return html


def test_a_message_says_who_sends_it_and_that_it_is_automatic(settings):
    settings.SITE_URL = "https://big.example.org:8443"
    settings.CONTACT_EMAIL = "help@example.org"
    message = compose("example", {"name": "Alpha"}, to="alpha@example.org")
    sent = message.message()
    assert sent["Subject"] == "About Alpha"
    assert sent["From"] == settings.DEFAULT_FROM_EMAIL
    assert sent["To"] == "alpha@example.org"
    assert sent["Reply-To"] == "help@example.org"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Message-ID"].endswith("@big.example.org>")
    assert sent["List-Unsubscribe"] is None
    assert sent.get_content_type() == "multipart/alternative"


def test_two_messages_have_two_identifiers():
    one, two = (compose("example", {}, to="a@example.org").message()["Message-ID"] for _ in range(2))
    assert one != two


def test_the_signature_names_the_site_and_the_contact(settings):
    settings.CONTACT_EMAIL = "help@example.org"
    message = compose("example", {"name": "Alpha"}, to="alpha@example.org")
    assert message.body.split("\n-- \n")[1].splitlines() == [
        "The organizers of the Biomedical Image Generalization (BIG) benchmark",
        "http://testserver",
        "Contact: help@example.org",
    ]
    for text in ("(BIG) benchmark", "http://testserver", "help@example.org"):
        assert text in text_of(html_of(message))


def test_without_an_address_for_questions_the_signature_links_to_a_page(settings):
    settings.CONTACT_EMAIL = ""
    message = compose("example", {"name": "Alpha"}, to="alpha@example.org")
    assert message.message()["Reply-To"] is None
    assert "Contact: http://testserver/about/" in message.body


def test_news_can_be_ended_with_one_click():
    address = "https://big.example.org/news/stop/abc/"
    message = compose("example", {}, to="alpha@example.org", unsubscribe_url=address)
    sent = message.message()
    assert sent["List-Unsubscribe"] == f"<{address}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"No more news by mail: {address}" in message.body
    assert address in attribute(html_of(message), "a", "href")


def test_the_html_part_says_the_same_with_links_lists_and_tables():
    message = compose("example", {"name": "A & <b>B</b>"}, to="alpha@example.org")
    assert message.body.startswith("Hello A & <b>B</b>,\n\nsee http://testserver/about/.\n\n- one\n")
    html = html_of(message)
    assert "Hello A & <b>B</b>," in text_of(html)
    assert not elements(html, "b, img, table, style, script")
    assert "http://testserver/about/" in attribute(html, "a", "href")
    assert [text_of(item) for item in elements(html, "li")] == ["one", "two & three"]
    assert [text_of(table) for table in elements(html, "pre")] == ["AUC 0.9"]


def test_a_name_with_line_breaks_becomes_no_header():
    message = compose("example", {"name": "Alpha\nBcc: everybody@example.org"}, to="alpha@example.org")
    assert message.subject == "About Alpha Bcc: everybody@example.org"
    assert message.recipients() == ["alpha@example.org"]
