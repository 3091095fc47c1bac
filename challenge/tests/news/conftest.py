"""News, a worker that sends them, and a mail server that can be down."""

from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from challenge.models import News
from challenge.services import history
from challenge.services.news import save_news


@pytest.fixture
def publish(db):
    """Add a piece of news that appeared a moment ago, or in a number of days."""

    def add(
        title: str = "Round two opens", *, days: float = 0, text: str = "Send *ten* files.", **about
    ) -> News:
        news = News(title=title, text=text, **about)
        news.published_at = timezone.now() + timedelta(days=days)
        save_news(news, by=history.SITE)
        return news

    return add


@pytest.fixture
def broken_server(monkeypatch):
    """A mail server that can be switched on: `broken_server.clear()`; meanwhile each mail raises the error."""
    error: list[Exception] = [ConnectionRefusedError("no server")]
    send = EmailBackend.send_messages

    def send_or_fail(self, messages):
        if error:
            raise error[0]
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send_or_fail)
    return error
