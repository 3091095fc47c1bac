"""Atom feed of the news."""

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from challenge.formats.markdown import to_html
from challenge.models import News

#: Readers of feeds ask often, and keep what they have seen.
MOST_ENTRIES = 20


class NewsFeed(Feed):
    """The newest news with their whole texts; all addresses begin with `SITE_URL`."""

    feed_type = Atom1Feed
    title = "BIG benchmark: news"
    subtitle = "News of the Biomedical Image Generalization benchmark"

    def link(self) -> str:
        """Return the address of the page of news."""
        return settings.SITE_URL + reverse("news")

    def feed_url(self) -> str:
        """Return the address of the feed."""
        return settings.SITE_URL + reverse("news_feed")

    def items(self) -> list[News]:
        """Return the newest news."""
        return list(News.objects.published()[:MOST_ENTRIES])

    def item_title(self, item: News) -> str:
        """Return the title."""
        return item.title

    def item_description(self, item: News) -> str:
        """Return the text as HTML."""
        return to_html(item.text)

    def item_link(self, item: News) -> str:
        """Return the address of the text, which is also its identifier."""
        return settings.SITE_URL + item.get_absolute_url()

    def item_pubdate(self, item: News) -> datetime | None:
        """Return the time of publication."""
        return item.published_at


news_feed = require_safe(NewsFeed())
