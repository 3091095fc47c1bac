"""Form, links and notices of a reader's own board."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.urls import reverse

from challenge.leaderboard.own import own_board
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.own_board.boards import ADDRESS, ORGAN_WEIGHTS, ORGANS
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of


def test_no_choice_is_a_form_without_a_board(client, specialist, team):
    specialist(team, 0.9, 0.8)
    page = page_of(client, ADDRESS)
    assert "No dataset is chosen yet." in text_of(page)
    assert not elements(page, '[aria-label="Your ranking"]')
    assert elements(page, "details.own-form[open]")
    form = element(page, "details.own-form form")
    assert form.attributes["method"] == "get"
    assert len(elements(form, "[type=checkbox]")) == len(elements(form, "[type=number]")) == 12
    assert not elements(form, "[checked]")


def test_the_form_leads_to_the_short_address_and_shows_the_choice(client, specialist, team):
    specialist(team, 0.9, 0.8)
    page = page_of(client, f"{ADDRESS}?metric=accuracy")
    sent = [
        (field.attributes["name"] or "", field.attributes["value"] or "")
        for field in elements(page, "details.own-form input:not([type=checkbox])")
    ]
    query = "&".join(f"{name}={value}" for name, value in sent) + "&use=octmnist&use=organamnist"
    response = client.get(f"{ADDRESS}?{query}")
    assert response.status_code == 302
    assert response.headers["Location"] == f"{ADDRESS}?metric=accuracy&octmnist=1&organamnist=1"
    page = page_of(client, response.headers["Location"])
    assert attribute(page, "[type=checkbox][checked]", "value") == ["organamnist", "octmnist"]
    page = page_of(client, f"{ADDRESS}?octmnist=3&organamnist=2")
    weights = {
        name: attribute(page, f"[type=number][name={name}]", "value") for name in ("octmnist", "organamnist")
    }
    assert weights == {"octmnist": ["3"], "organamnist": ["2"]}


def test_suggestions_are_one_click_away_and_keep_the_filters(client, specialist, team):
    specialist(team, 0.9, 0.8)
    page = page_of(client, f"{ADDRESS}?metric=accuracy")
    links = {
        text_of(one): one.attributes["href"] or ""
        for one in elements(region(page, "Choices of datasets"), "a")
    }
    assert links["The three organ sets"] == f"{ADDRESS}?metric=accuracy&{ORGANS}"
    assert links["X-ray and CT"] == f"{ADDRESS}?metric=accuracy&chestmnist=1&pneumoniamnist=1&{ORGANS}"
    assert links["Microscopy"] == f"{ADDRESS}?metric=accuracy&pathmnist=1&bloodmnist=1&tissuemnist=1"
    page = page_of(client, links["Microscopy"])
    assert [text_of(one) for one in elements(page, "nav [aria-current=page]")] == ["Microscopy"]
    for href in links.values():
        page_of(client, href)


def test_the_choices_above_the_table_keep_the_datasets(client, specialist, team):
    specialist(team, 0.9, 0.8)
    page = page_of(client, f"{ADDRESS}?{ORGANS}")
    for group in ("Resolution", "Metric", "Entries", "Published results", "Protocol"):
        for href in attribute(region(page, group), "a", "href"):
            response = client.get(f"{ADDRESS}{href}", follow=True)
            assert response.context["choice"].weights == ORGAN_WEIGHTS


def test_all_datasets_with_equal_weights_lead_to_the_official_leaderboard(client, specialist, team):
    specialist(team, 0.9, 0.8)
    query = "&".join(f"{dataset.name}=1" for dataset in MEDMNIST_PLUS)
    page = page_of(client, f"{ADDRESS}?{query}")
    assert "this is the official mean" in text_of(page)
    assert not elements(page, '[aria-label="Your ranking"]')
    assert any(href.startswith(reverse("leaderboard")) for href in attribute(page, "p.panel a", "href"))


def test_invalid_weights_are_said_and_the_rest_counts(client, specialist, team):
    specialist(team, 0.9, 0.8)
    page = page_of(client, f"{ADDRESS}?octmnist=<b>x</b>&organamnist=1")
    assert [text_of(one) for one in elements(page, "[role=alert]")] == [
        "OCTMNIST: “<b>x</b>” is not a whole number from 0 to 10, so the weight is 0."
    ]
    assert elements(page, '[aria-label="Your ranking"]')
    assert "No dataset is chosen yet." in text_of(page_of(client, f"{ADDRESS}?octmnist=11"))


@pytest.fixture
def kept_results(settings) -> Iterator[None]:
    """Results stay in the cache, as on the site."""
    settings.BOARD_RESULTS_ARE_KEPT = True
    cache.clear()
    yield
    cache.clear()


def test_equal_choices_share_one_result(client, specialist, team, kept_results, monkeypatch):
    specialist(team, 0.9, 0.8)
    asked = []

    def own_board_once_more(*about):
        asked.append(about)
        return own_board(*about)

    monkeypatch.setattr("challenge.views.own_board.own_board", own_board_once_more)
    for query in (
        ORGANS,
        "organamnist=2&organcmnist=2&organsmnist=2&view=ranks&page=7",
        f"{ORGANS}&octmnist=-5",
    ):
        assert client.get(f"{ADDRESS}?{query}", follow=True).status_code == 200
    assert len(asked) == 1
