"""Comparison of the highest rows with one chosen row, in the tab of figures."""

import numpy as np
import pytest
from django.core.management import call_command
from django.urls import reverse
from scipy import stats

from challenge.models import PublishedMethod
from challenge.results.rows import published_rows, with_dataset_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.pages import attribute, element, elements, page_of, region, table_of, text_of

ADDRESS = reverse("leaderboard")
MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def baselines(db):
    call_command("import_reported_baselines", verbosity=0)


def figures_page(client, **query: str) -> str:
    return page_of(client, ADDRESS, {"view": "figures"} | query)


def published_scores() -> dict[str, list[float]]:
    """Return the AUCs of the methods at 224 with all datasets, by label."""
    rows = with_dataset_scores(published_rows(PublishedMethod.objects.filter(resolution=224)))
    values = {row.label: [row.by_dataset.get(d.name, {}).get("auc") for d in MEDMNIST_PLUS] for row in rows}
    return {label: [score.value for score in of if score] for label, of in values.items() if all(of)}


def test_a_form_without_scripts_offers_the_rows_of_the_diagram_and_keeps_the_filters(client, baselines):
    form = element(figures_page(client, metric="accuracy", entries="all"), "#control form")
    assert form.attributes["method"] == "get"
    hidden = dict(
        zip(attribute(form, "[type=hidden]", "name"), attribute(form, "[type=hidden]", "value"), strict=True)
    )
    assert (hidden["view"], hidden["metric"], hidden["entries"]) == ("figures", "accuracy", "all")
    assert len(elements(form, "option")) == 20
    assert "Choose the row before you look at the ranks" in text_of(figures_page(client))
    assert not elements(figures_page(client), '[aria-label="Comparison with one row"]')


def test_the_table_has_the_mean_ranks_and_the_tests_of_the_chosen_row(client, baselines):
    options = elements(figures_page(client), "#control option")
    chosen = options[7]
    name = text_of(chosen).split(". ", 1)[1]
    page = figures_page(client, control=chosen.attributes["value"] or "")
    assert text_of(element(page, "#control option[selected]")) == text_of(chosen)
    found = table_of(page, "Comparison with one row")
    assert len(found) == 19

    scores = published_scores()
    labels = [text_of(option).split(". ", 1)[1] for option in options]
    ranks = stats.rankdata(-np.array([scores[label] for label in labels]), axis=0)
    means = np.hstack([ranks[:, :9], ranks[:, 9:].mean(axis=1, keepdims=True)]).mean(axis=1)
    z = (means - means[labels.index(name)]) / np.sqrt(20 * 21 / 60)
    p = {label: 2 * stats.norm.sf(abs(one)) for label, one in zip(labels, z, strict=True) if label != name}
    smallest = min(p, key=lambda label: p[label])
    for label, mean, one in zip(labels, means, z, strict=True):
        if label == name:
            continue
        mean_rank, difference, adjusted, verdict = found[label]
        assert float(mean_rank) == pytest.approx(mean, abs=0.0051)
        expected = one * np.sqrt(20 * 21 / 60)
        assert float(difference.replace(MINUS, "-")) == pytest.approx(expected, abs=0.0051)
        if label == smallest:
            assert float(adjusted.removeprefix("< ")) == pytest.approx(min(1, 19 * p[label]), abs=1e-4)
        surely = "better" if one < 0 else "worse"
        assert verdict == (surely if float(adjusted.removeprefix("< ")) < 0.05 else "no clear difference")
    assert len({line[3] for line in found.values()}) > 1, "some rows differ, others do not"
    assert f"Compared with {name}, mean rank" in text_of(region(page, "Comparison with one row"))


@pytest.mark.parametrize("control", ["s999", "p1x", "<b>", "", "g1"])
def test_a_row_that_is_not_in_the_diagram_is_no_fault(client, baselines, control):
    page = figures_page(client, control=control)
    assert elements(page, "#control form")
    assert not elements(page, '[aria-label="Comparison with one row"]')


def test_an_entry_can_be_chosen_and_is_named(client, baselines, entry_by_dataset, team):
    submission = entry_by_dataset(team, 0.99, model_name="<i>Mine</i>")
    page = figures_page(client, control=f"s{submission.pk}")
    assert "Compared with <i>Mine</i> (Team Alpha), mean rank" in text_of(page)
    assert "<i>Mine" not in page


def test_other_tabs_do_not_read_the_row(client, baselines):
    for view in ("ranking", "ways"):
        assert not elements(page_of(client, ADDRESS, {"view": view, "control": "p1"}), "#control")
