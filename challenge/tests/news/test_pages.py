"""News on the site: the page, the line on the first page, and the Atom feed."""

from xml.etree import ElementTree

from challenge.tests.pages import attribute, element, elements, page_of, text_of

ATOM = "{http://www.w3.org/2005/Atom}"


def titles(html: str) -> list[str]:
    return [text_of(title) for title in elements(html, "article h2")]


def test_published_news_are_read_the_newest_first(client, publish):
    publish("Old", days=-2)
    publish("New", days=-1)
    assert titles(page_of(client, "/news/")) == ["New", "Old"]


def test_drafts_and_news_of_the_future_are_not_shown(client, publish):
    publish("Tomorrow", days=1)
    draft = publish("Draft")
    type(draft).objects.filter(pk=draft.pk).update(published_at=None)
    page = page_of(client, "/news/")
    assert titles(page) == []
    assert "There are no news yet." in text_of(page)
    assert "Draft" not in page_of(client, "/") + page_of(client, "/news/feed.atom")


def test_the_first_page_names_the_newest_and_links_to_it(client, publish):
    assert not elements(page_of(client, "/"), ".news-line")
    publish("Old", days=-2)
    newest = publish("New", days=-1)
    link = element(page_of(client, "/"), ".news-line a")
    assert text_of(link) == "New"
    assert text_of(element(page_of(client, link.attributes["href"] or ""), "h1")) == str(newest)


def test_each_piece_of_news_has_a_page_once_it_is_published(client, publish):
    news, later = publish("Now", days=-1), publish("Tomorrow", days=1)
    assert news.get_absolute_url() in attribute(page_of(client, "/news/"), "article a", "href")
    assert text_of(element(page_of(client, news.get_absolute_url()), "h1")) == "Now"
    assert client.get(later.get_absolute_url()).status_code == 404
    assert client.get("/news/999999/").status_code == 404


def test_the_text_is_markdown_that_runs_nothing(client, publish):
    news = publish(text="# Limits\n\n*Ten* files.<script>alert(1)</script>")
    for address, level in (("/news/", "h3"), ("/news/1/", "h2")):
        headings = elements(page_of(client, address.replace("1", str(news.pk))), f"article {level}")
        assert [text_of(heading) for heading in headings] == ["Limits"]
    article = element(page_of(client, "/news/"), "article")
    assert text_of(element(article, "em")) == "Ten"
    assert not elements(article, "script")


def test_many_news_have_pages(client, publish):
    for number in range(25):
        publish(f"News {number}", days=-1)
    assert len(titles(page_of(client, "/news/"))) == 20
    assert len(titles(page_of(client, "/news/?page=2"))) == 5
    assert len(titles(page_of(client, "/news/?page=nonsense"))) == 20


def test_the_feed_has_the_newest_with_absolute_addresses(client, publish):
    news = publish("Round two <opens>", days=-1)
    response = client.get("/news/feed.atom")
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.content)  # noqa: S314 - our own feed
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Round two <opens>"
    assert "<em>ten</em>" in (entry.findtext(f"{ATOM}summary") or "")
    address = f"http://testserver/news/{news.pk}/"
    assert entry.findtext(f"{ATOM}id") == address
    assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == [address]
    assert {link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "http://testserver/news/",
        "http://testserver/news/feed.atom",
    }


def test_pages_name_the_feed_for_feed_readers(client, publish):
    for address in ("/", "/news/"):
        assert "/news/feed.atom" in attribute(page_of(client, address), "link[rel=alternate]", "href")


def test_the_page_takes_a_fixed_number_of_queries(client, publish, django_assert_max_num_queries):
    for number in range(12):
        publish(f"News {number}")
    with django_assert_max_num_queries(4):
        client.get("/news/")
