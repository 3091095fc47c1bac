"""Pages that organizers write in Markdown: display, editing, and sanitizing."""

from pathlib import Path

import pytest
from django.urls import reverse

from challenge.formats.markdown import to_html
from challenge.models import HistoryLine, SitePage
from challenge.tests.pages import attribute, element, elements, page_of, text_of

SLUGS = ["about", "site-notice", "privacy"]
FIRST_TEXTS = Path(__file__).parent.parent / "content" / "pages"


@pytest.fixture
def about(db) -> SitePage:
    return SitePage.objects.update_or_create(slug="about", defaults={"body": "# Who\n\nThe *chair*."})[0]


def test_it_works(client, about):
    content = page_of(client, "/about/")
    assert "<h2>Who</h2>" in content
    assert "<p>The <em>chair</em>.</p>" in content
    assert text_of(element(content, "h1")) == "About"
    assert about.get_absolute_url() == "/about/"


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_page_that_is_missing_or_empty_says_so(client, db, organizer, as_user, slug, is_there):
    SitePage.objects.filter(slug=slug).delete()
    if is_there:
        SitePage.objects.create(slug=slug, body="")
    content = page_of(client, f"/{slug}/")
    assert "The organizers have not written this page yet." in content
    assert "/admin/" not in content
    assert "/admin/challenge/sitepage/" in page_of(as_user(organizer), f"/{slug}/")


@pytest.mark.parametrize("address", ["/imprint/", "/aboutt/", "/site-notice2/", "/about/more/"])
def test_other_addresses_are_left_alone(client, db, address):
    assert client.get(address).status_code == 404


def test_every_page_of_the_site_links_to_them(client, db):
    links = attribute(page_of(client, "/leaderboard/"), "a", "href")
    for slug in SLUGS:
        assert reverse("site_page", args=[slug]) in links


# --- Editing --------------------------------------------------------------------------------------


def test_an_edit_shows(client, about, organizer, as_user):
    admin = as_user(organizer)
    form = page_of(admin, f"/admin/challenge/sitepage/{about.pk}/change/")
    assert "/about/" in attribute(form, "a", "href"), "a link to look at the page"
    assert "Markdown: # heading" in form
    response = admin.post(f"/admin/challenge/sitepage/{about.pk}/change/", {"body": "New **words**."})
    assert response.status_code == 302
    assert "<p>New <strong>words</strong>.</p>" in page_of(client, "/about/")


def test_an_edit_is_a_line_of_the_history(about, organizer, as_user):
    as_user(organizer).post(f"/admin/challenge/sitepage/{about.pk}/change/", {"body": "New words."})
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.subject) == (organizer, "changed", "Page: About")
    assert (line.before, line.after) == ({"text": "# Who\n\nThe *chair*."}, {"text": "New words."})


def test_the_edit_link_is_for_those_who_may_edit(client, about, team, organizer, as_user):
    link = f"/admin/challenge/sitepage/{about.pk}/change/"
    assert link in page_of(as_user(organizer), "/about/")
    assert link not in page_of(as_user(team), "/about/")
    assert link not in page_of(client, "/about/")


def test_a_missing_page_can_be_added_but_none_deleted(client, about, organizer, as_user):
    admin = as_user(organizer)
    SitePage.objects.filter(slug="privacy").delete()
    admin.post("/admin/challenge/sitepage/add/", {"slug": "privacy", "body": "We store little."})
    assert "We store little." in page_of(client, "/privacy/")
    again = admin.post("/admin/challenge/sitepage/add/", {"slug": "privacy", "body": "Twice."})
    assert again.status_code == 200, "refused: it is there already"
    assert admin.post(f"/admin/challenge/sitepage/{about.pk}/delete/", {"post": "yes"}).status_code == 403
    assert SitePage.objects.filter(slug="about").exists()


# --- Markdown -------------------------------------------------------------------------------------

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script in a paragraph": "text <script src=//evil.example></script> text",
    "javascript link": "[x](javascript:alert(1))",
    "javascript link, spelt otherwise": "[x](JaVa&#x09;Script:alert(1))",
    "javascript in HTML": '<a href="java\nscript:alert(1)">x</a>',
    "data link": "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "vbscript autolink": "<vbscript:msgbox(1)>",
    "picture with a handler": "<img src=x onerror=alert(1)>",
    "picture of another site": "![x](https://evil.example/x.png)",
    "data picture": "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "handler": '<p onclick="alert(1)" onmouseover=alert(1)>x</p>',
    "frame": '<iframe src="https://evil.example"></iframe>',
    "object": '<object data="https://evil.example"></object><embed src="https://evil.example">',
    "style attribute": '<p style="position:fixed;inset:0">x</p>',
    "style element": "<style>body { display: none }</style>",
    "style sheet": '<link rel="stylesheet" href="https://evil.example/x.css">',
    "base and refresh": '<base href="https://evil.example"><meta http-equiv="refresh" content="0;url=//evil.example">',
    "form": '<form action="https://evil.example"><input name=password><button>Go</button></form>',
    "svg": "<svg><script>alert(1)</script><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "mathml": '<math><a xlink:href="javascript:alert(1)">x</a></math>',
    "template": "<template><script>alert(1)</script></template>",
    "comment": "<!--<img src=x onerror=alert(1)>-->",
    "id that is taken": '<p id="content" class="skip-link">x</p>',
    "attribute that breaks out": '[x](https://e.example/"onmouseover="alert(1))',
    "title that breaks out": """<abbr title='"><img src=x onerror=alert(1)>'>x</abbr>""",
    "code": "```html\n<script>alert(1)</script>\n```",
    "heading": '<h1 onclick="alert(1)">A second title</h1>',
    "htmx": '<p hx-get="/accounts/logout/" hx-trigger="load" data-hx-get="/x">x</p>',
}
ALLOWED = {
    *("p", "h2", "h3", "a", "abbr", "em", "strong", "pre", "code", "ul", "li", "figure", "table"),
    *("thead", "tbody", "tr", "th", "td"),
}
HARMLESS_ATTRIBUTES = {"href", "rel", "title", "class", "tabindex", "role", "aria-label", "scope", "align"}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_runs_or_loads_is_left(name):
    html = to_html(HOSTILE[name])
    for found in elements(html, "body *"):
        assert found.tag in ALLOWED, html
        assert found.attributes.keys() <= HARMLESS_ATTRIBUTES, html
    assert all(link.startswith(("https://", "/")) for link in attribute(html, "*", "href")), html
    # The text is shown as it was written, so all other angle brackets were escaped.
    assert element(html, "body").inner_html == html.lstrip()
    assert "<!" not in html
    assert 'class="skip-link"' not in html


def test_what_texts_need():
    html = to_html(
        "# One\n\n## Two\n\nA [link](https://example.org) and <me@example.org>.\n\n- item\n\n"
        "| a | b |\n| --- | ---: |\n| **1** | 2 |\n\n```\ncode <b>\n```\n"
    )
    assert "<h2>One</h2>" in html
    assert "<h3>Two</h3>" in html
    assert '<a href="https://example.org" rel="noopener">link</a>' in html
    assert 'href="mailto:me@example.org"' in html
    assert "<li>item</li>" in html
    assert '<td align="right">2</td>' in html
    assert "<code>code &lt;b&gt;\n</code>" in html


def test_tables_scroll_in_a_region_that_the_keyboard_reaches():
    html = to_html("before\n\n| a |\n| - |\n| 1 |\n\nafter")
    figure = element(html, "figure:has(> table.table.scores:only-child)")
    about = {"class": "table-scroll", "tabindex": "0", "role": "region", "aria-label": "Table"}
    assert figure.attributes == about
    assert html.startswith("<p>before</p>")
    assert html.endswith("<p>after</p>")


@pytest.mark.parametrize("slug", SLUGS)
def test_the_first_texts_are_whole(slug):
    text = (FIRST_TEXTS / f"{slug}.md").read_text(encoding="utf-8")
    html = to_html(text)
    assert len(text) > 800
    assert "[organizers: " in html, "what only organizers know is marked as a gap"
    assert "<h1" not in html
    assert "To be written" not in html
