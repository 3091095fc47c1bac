"""Messages of the site: each is a text of the folder `templates/mails/`, with the same headers, signature and layout.

`accounts` and `challenge` both send mails, so this module imports neither.
"""

import re
from collections.abc import Mapping
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

FOLDER = "mails"


def compose(
    name: str, context: Mapping[str, Any], *, to: str, unsubscribe_url: str = ""
) -> EmailMultiAlternatives:
    """Return a message that can be sent: plain text, an HTML part, and headers.

    Args:
        name: name of the text without its ending: `templates/mails/<name>.txt`, which extends `mails/base.txt`.
        context: values of the text. `site_url`, `contact_email` and `contact_url` are added.
        to: address of the receiver.
        unsubscribe_url: address at which one POST ends such mails, for news; empty for other mails.

    """
    context = {**site_context(), **context, "unsubscribe_url": unsubscribe_url}
    subject, body = _subject_and_body(render_to_string(f"{FOLDER}/{name}.txt", context))
    signature = render_to_string(f"{FOLDER}/signature.txt", context).strip()
    parts = {"subject": subject, "blocks": _blocks(body), "signature": signature.splitlines()}
    message = EmailMultiAlternatives(
        subject,
        f"{body}\n\n-- \n{signature}\n",
        to=[to],
        reply_to=[settings.CONTACT_EMAIL] if settings.CONTACT_EMAIL else None,
        headers=_headers(unsubscribe_url),
    )
    message.attach_alternative(render_to_string(f"{FOLDER}/base.html", {**context, **parts}), "text/html")
    return message


def site_context() -> dict[str, str]:
    """Return what every mail may name: the address of the site, and whom to ask."""
    return {
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "contact_url": settings.SITE_URL + reverse("site_page", args=["about"]),
    }


def _headers(unsubscribe_url: str) -> dict[str, str]:
    """Return the headers that Django does not set itself; the domain of its Message-ID would be the machine's name."""
    headers = {
        "Auto-Submitted": "auto-generated",
        "Message-ID": make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
    }
    if unsubscribe_url:
        headers |= {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


def _subject_and_body(rendered: str) -> tuple[str, str]:
    """Return the parts of a rendered text; a line break in a name must not become a header."""
    subject, _, body = rendered.partition("\n\n")
    return " ".join(subject.removeprefix("Subject:").split()), re.sub(r"\n{3,}", "\n\n", body.strip())


def _blocks(body: str) -> list[tuple[str, list[str]]]:
    """Return the paragraphs of a text as kinds and lines: lists begin with dashes, and tables are indented."""
    return [_block(paragraph.splitlines()) for paragraph in body.split("\n\n")]


def _block(lines: list[str]) -> tuple[str, list[str]]:
    if all(line.startswith("- ") for line in lines):
        return "list", [line[2:] for line in lines]
    return ("table" if all(line.startswith("  ") for line in lines) else "paragraph"), lines
