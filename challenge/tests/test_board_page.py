"""Page of the board: search, filters on facts, columns, pages, and what is said about hidden rows."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from challenge.leaderboard import page as board_page
from challenge.models import Submission
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of

ADDRESS = reverse("leaderboard")


@pytest.fixture
def facts(entry, team, other_team):
    """Four entries of two teams, best first: three with facts, one that states nothing."""

    def add(of, auc: float, name: str, **about) -> None:
        made = entry(of, auc, model_name=name)
        Submission.objects.filter(pk=made.pk).update(**about)

    add(team, 0.9, "Silent")
    add(team, 0.8, "Large ViT", parameters_millions=86.0, family="vit", pretraining="natural")
    add(other_team, 0.7, "Small CNN", parameters_millions=11.2, family="cnn", pretraining="biomedical")
    add(
        other_team,
        0.6,
        "Tiny CNN",
        parameters_millions=5.0,
        family="cnn",
        pretraining="none",
        study_url="https://doi.org/10.1/x",
    )


@pytest.fixture
def get(client, facts):
    """Return a function that gives the page of all entries under a query."""
    return lambda **query: page_of(client, ADDRESS, {"entries": "all", **query})


def names(page: str) -> list[str]:
    return [text_of(elements(head, "a")[0]) for head in elements(page, "[aria-label=Ranking] tbody th")]


def ranks(page: str) -> list[str]:
    return [text_of(cell).split()[0] for cell in elements(page, "[aria-label=Ranking] tbody .rank")]


def said(page: str) -> str:
    return text_of(element(page, ".board-count"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "vit"}, ["Large ViT"]),
        ({"q": " TEAM  beta "}, ["Small CNN", "Tiny CNN"]),
        ({"parameters": "11.2"}, ["Small CNN", "Tiny CNN"]),
        ({"family": "vit"}, ["Large ViT"]),
        ({"family": ["cnn", "vit"]}, ["Large ViT", "Small CNN", "Tiny CNN"]),
        ({"pretraining": ["none", "natural"]}, ["Large ViT", "Tiny CNN"]),
        ({"parameters": "25", "pretraining": ["none", "natural"]}, ["Tiny CNN"]),
        ({"study": "on"}, ["Tiny CNN"]),
        ({"q": "cnn", "parameters": "10", "study": "on"}, ["Tiny CNN"]),
    ],
)
def test_each_filter_hides_rows_and_changes_no_rank(get, query, found):
    page = get(**query)
    assert names(page) == found
    rank_of = dict(zip(names(get()), ranks(get()), strict=True))
    assert ranks(page) == [rank_of[name] for name in found]
    assert f"{len(found)} of 4 rows; their ranks are among all 4." in said(page)


def test_the_page_counts_rows_that_do_not_state_a_fact(get):
    assert "1 other row does not state a fact that you filter by." in said(get(parameters="25"))
    assert "not state" not in said(get(parameters="25", study="on")), "the silent entry has no study either"
    assert "not state" not in said(get(q="vit"))
    assert not elements(get(), ".board-count"), "nothing is hidden"


def test_no_matching_row_is_said_with_a_way_out(get, client):
    page = get(q="nobody", parameters="3")
    assert "None of the 4 rows matches." in said(page)
    (way_out,) = attribute(page, ".board-count a", "href")
    assert "q=" not in way_out
    assert names(page_of(client, f"{ADDRESS}{way_out}")) == ["Silent", "Small CNN"], "the best of each team"


def test_active_choices_are_shown_and_each_can_be_removed(get, client):
    page = get(q="CNN", parameters="25", family="cnn", pretraining="none", study="on", evidence="study",
               columns="family")  # fmt: skip
    marks = elements(page, ".board-active .tag")
    assert [text_of(mark, without="span") for mark in marks] == [
        "all entries", "“CNN”", "at most 25 M parameters", "family: CNN", "pre-training: none",
        "evidence: study linked", "with a study",
        "column: Family",
    ]  # fmt: skip
    for mark in marks:
        left = elements(page_of(client, f"{ADDRESS}{mark.attributes['href']}"), ".board-active .tag")
        assert text_of(mark) not in map(text_of, left)
        assert len(left) == len(marks) - 1
    assert not elements(page_of(client, ADDRESS), ".board-active")


def test_the_form_keeps_every_choice(get):
    page = get(q="<CNN>", parameters="25", family="cnn", pretraining="none", study="on",
               evidence="study", columns=["time", "family"], baselines="off", protocol="standard",
               metric="accuracy", resolution="224")  # fmt: skip
    form = element(page, "form.board-filter")
    assert form.attributes["method"] == "get"
    chosen = [
        (box.attributes["name"], box.attributes["value"])
        for box in elements(form, "input:not([type=radio]):not([type=checkbox]), input[checked]")
    ]
    assert sorted(chosen) == sorted(
        [("resolution", "224"), ("metric", "accuracy"), ("view", "ranking"), ("q", "<CNN>"), ("parameters", "25"),
         ("entries", "all"), ("baselines", "off"), ("protocol", "standard"), ("study", "on"), ("family", "cnn"),
         ("evidence", "study"),
         ("pretraining", "none"), ("columns", "family"), ("columns", "time")]
    )  # fmt: skip


def test_links_keep_every_choice(get):
    page = get(q="cnn", parameters="25", columns="time")
    links = attribute(page, "[aria-label=Resolution] a, [aria-label=Metric] a, .views a, thead a", "href")
    assert len(links) == 4 + 4 + 5 + 4
    assert all("q=cnn" in link and "parameters=25" in link and "columns=time" in link for link in links)


def test_other_tabs_ignore_the_selection_and_keep_it(get, client):
    page = get(view="ways", q="nobody", parameters="3")
    assert "Small CNN" in text_of(region(page, "Ranks in other ways"))
    (back,) = [link for link in attribute(page, ".views a", "href") if "view=ranking" in link]
    assert "q=nobody" in back
    call_command("import_reported_baselines", verbosity=0)
    page = page_of(client, ADDRESS, {"view": "figures", "q": "nobody", "family": ["cnn", "vit"]})
    kept = elements(page, "#control input[name=q], #control input[name=family]")
    assert [(one.attributes["name"], one.attributes["value"]) for one in kept] == [
        ("q", "nobody"), ("family", "cnn"), ("family", "vit"),
    ]  # fmt: skip


def test_columns_are_added_in_one_order(get):
    page = get(columns=["datasets", "pretraining", "parameters", "family", "evidence", "time"])
    heads = [text_of(head) for head in elements(page, "[aria-label=Ranking] thead th")]
    assert heads[7:13] == ["Parameters", "Family", "Pre-training", "Evidence", "Training time", "PathMNIST"]
    assert len(heads) == 12 + 12
    row = elements(page, "[aria-label=Ranking] tbody tr")[3]
    assert [text_of(cell) for cell in elements(row, "td")][6:11] == [
        "5 M",
        "CNN",
        "none",
        "study linked, one run",
        "–",
    ]


def test_scores_on_datasets_are_those_of_the_metric(client, uncertain_entry, team):
    uncertain_entry(team, 0.9)
    page = page_of(client, ADDRESS, {"columns": "datasets"})
    (row,) = elements(page, "[aria-label=Ranking] tbody tr")
    assert [text_of(cell) for cell in elements(row, "td")][-12:] == [
        f"{0.9 - n / 100:.4f}" for n in range(12)
    ]


def test_the_metric_that_ranks_is_next_to_the_names(get):
    heads = [text_of(head) for head in elements(get(metric="accuracy"), "[aria-label=Ranking] thead th")]
    assert heads[3:7] == ["Accuracy ↓", "AUC", "Balanced accuracy", "Cohen's kappa"]


def test_pages_hold_some_rows_and_link_to_few_others(get, monkeypatch):
    monkeypatch.setattr(board_page, "ROWS_PER_PAGE", 1)
    assert [names(get(page=str(number))) for number in (1, 2, 9)] == [["Silent"], ["Large ViT"], ["Tiny CNN"]]
    links = elements(region(get(page="2", columns="time"), "Pages of the ranking"), "a")
    assert [text_of(link) for link in links] == ["1", "2", "3", "4"]
    assert all("columns=time" in (link.attributes["href"] or "") for link in links)
    assert ranks(get(page="2")) == ["(2)"]


def test_a_long_board_links_to_first_last_and_neighbours(client, entry, team, monkeypatch):
    monkeypatch.setattr(board_page, "ROWS_PER_PAGE", 1)
    for number in range(30):
        entry(team, number / 100)
    page = page_of(client, ADDRESS, {"entries": "all", "page": "15"})
    pages = [text_of(one) for one in elements(region(page, "Pages of the ranking"), "li")]
    assert pages == ["1", "…", "13", "14", "15", "16", "17", "…", "30"]


def test_rows_that_were_not_compared_say_so(client, uncertain_entry, entry, team):
    call_command("import_reported_baselines", verbosity=0)
    uncertain_entry(team, 0.98)
    entry(team, 0.97, model_name="Waiting")
    page = page_of(client, ADDRESS, {"entries": "all"})
    cells = [text_of(cell) for cell in elements(page, "[aria-label=Ranking] tbody .rank")]
    assert cells[0].startswith("≈ 1 ")
    assert cells[1].startswith("(2) not compared yet")
    assert cells[2].startswith("(3) not compared")
    assert "yet" not in cells[2]
    assert cells[-1] == "–", "no value of this metric, so no rank"


def test_the_forest_plot_has_the_highest_rows_that_are_shown(client, uncertain_entry, team):
    call_command("import_reported_baselines", verbosity=0)
    uncertain_entry(team, 0.98, model_name="<b>Mine</b>")
    svg = element(page_of(client, ADDRESS), "svg.forest")
    titles = [text_of(one) for one in elements(svg, "g > title")]
    assert titles[0] == "<b>Mine</b> (Team Alpha): 0.9800"
    assert len(titles) == 12
    assert len(elements(svg, ".forest-published")) == 11
    searched = element(page_of(client, ADDRESS, {"q": "vgg16"}), "svg.forest")
    assert all("VGG16" in text_of(one) for one in elements(searched, "g > title"))
    assert not elements(page_of(client, ADDRESS, {"page": "2", "q": "nobody"}), "svg.forest")


@pytest.mark.parametrize("address", [ADDRESS, reverse("home")])
def test_the_board_begins_with_a_sentence(client, uncertain_entry, team, other_team, address):
    call_command("import_reported_baselines", verbosity=0)
    uncertain_entry(team, 0.98)
    uncertain_entry(other_team, 0.9799)
    sentence = text_of(element(page_of(client, address), ".headline"))
    assert sentence.startswith("2 of 2 compared entries share the first place")
    assert "The highest published result, " in sentence


def test_the_leading_entry_is_ready_to_be_compared(client, uncertain_entry, team):
    call_command("import_reported_baselines", verbosity=0)
    leader = uncertain_entry(team, 0.98)
    key = f"s{leader.pk}"
    assert attribute(page_of(client, ADDRESS), "input[name=e][checked]", "value") == [key]
    page = page_of(client, ADDRESS, {"q": "vgg16"})
    assert attribute(page, "tbody input[name=e][checked]", "value") == []
    assert attribute(page, ".board-actions input[name=e][checked]", "value") == [key]


def test_csv_and_json_are_at_the_top_and_leave_out_the_selection(get):
    page = get(q="cnn")
    links = attribute(page, ".exports a", "href")
    assert [link.partition("?")[0] for link in links] == [
        "/leaderboard.csv",
        "/leaderboard.json",
        "/predictions.zip",
    ]
    assert all("entries=all" in link and "q=" not in link for link in links[:2])
