"""Facts of methods on the pages of entries, groups of seeds and published methods."""

import pytest

from challenge.models import FACT_FIELDS, MethodFacts, PublishedMethod, Submission
from challenge.results.facts import stated_facts
from challenge.services import groups, history, submissions
from challenge.tests.pages import elements, page_of, region, text_of

FACTS = {
    "parameters_millions": 11.17651,
    "family": "cnn",
    "pretraining": "natural",
    "pretraining_name": "ImageNet-1k",
    "n_networks": 3,
    "sharing": "one",
    "training_hours": 36.5,
    "hardware": "1 NVIDIA A100, 80 GB",
    "code_licence": "Apache-2.0",
}
SHOWN = {
    "Parameters, without heads": "11.2 million",
    "Architecture family": "CNN",
    "Pre-training": "natural images (ImageNet-1k)",
    "Networks in a prediction": "3",
    "Models": "one model for all datasets",
    "Training time": "36.5 hours",
    "Hardware": "1 NVIDIA A100, 80 GB",
    "Licence of the code": "Apache-2.0",
}


def facts_on(html: str) -> dict[str, str]:
    """Return the facts of a page by their labels; empty if the page has none."""
    if not elements(html, "[aria-label='Facts of the method']"):
        return {}
    shown = region(html, "Facts of the method")
    names, texts = ([text_of(one) for one in elements(shown, tag)] for tag in ("dt", "dd"))
    return dict(zip(names, texts, strict=True))


# --- Words ------------------------------------------------------------------------------------------


def test_nothing_is_stated_by_default():
    assert stated_facts([Submission()]) == stated_facts([PublishedMethod()]) == stated_facts([]) == []


def test_all_facts_have_a_text():
    assert set(FACTS) == set(FACT_FIELDS)
    assert dict(stated_facts([Submission(**FACTS)])) == SHOWN


@pytest.mark.parametrize("name", FACT_FIELDS)
def test_each_fact_is_shown_on_its_own(name):
    ((_, text),) = stated_facts([Submission(**{name: FACTS[name]})])
    assert text


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ({"parameters_millions": 0.0001}, "0.0001 million"),
        ({"parameters_millions": 6.9539}, "6.95 million"),
        ({"parameters_millions": 134.2605}, "134 million"),
        ({"parameters_millions": 1_000_000}, "1,000,000 million"),
        ({"training_hours": 0}, "0 hours"),
        ({"training_hours": 1}, "1 hour"),
        ({"training_hours": 0.00004}, "0.00004 hours"),
        ({"n_networks": 1}, "1"),
        ({"pretraining": "none"}, "none"),
        ({"pretraining": "biomedical"}, "biomedical images"),
        ({"pretraining_name": "RadImageNet"}, "RadImageNet"),
        ({"sharing": "each"}, "a model for each dataset"),
        ({"family": "hybrid"}, "hybrid of CNN and ViT"),
    ],
)
def test_numbers_and_choices_in_words(fact, text):
    assert [shown for _, shown in stated_facts([Submission(**fact)])] == [text]


def test_every_choice_has_words():
    choices = (MethodFacts.Family, MethodFacts.Pretraining, MethodFacts.Sharing)
    for name, of_name in zip(("family", "pretraining", "sharing"), choices, strict=True):
        for value, label in of_name.choices:
            assert [text for _, text in stated_facts([Submission(**{name: value})])] == [label]


# --- Pages ------------------------------------------------------------------------------------------


def test_the_page_of_an_entry(entry, team, client):
    assert facts_on(page_of(client, entry(team, 0.9, **FACTS).get_absolute_url())) == SHOWN
    assert facts_on(page_of(client, entry(team, 0.8).get_absolute_url())) == {}


def test_texts_of_a_team_are_escaped(entry, team, client):
    markup = "<script>alert(1)</script>"
    html = page_of(client, entry(team, 0.9, hardware=markup).get_absolute_url())
    assert facts_on(html) == {"Hardware": markup}
    assert markup not in html


def test_the_page_of_a_published_method(client, db):
    method = PublishedMethod.objects.create(scheme="knn", architecture="resnet18", resolution=28, **FACTS)
    assert facts_on(page_of(client, method.get_absolute_url())) == SHOWN


def test_the_page_of_a_group_shows_the_facts_that_its_public_members_share(entry_by_dataset, team, client):
    changes: list[dict] = [
        {},
        {"training_hours": 40, "pretraining_name": ""},
        {"hardware": ""},
        {"family": "vit"},
    ]
    runs = [
        entry_by_dataset(team, 0.9, sha256=f"{number:064}", **FACTS | change)
        for number, change in enumerate(changes)
    ]
    group = groups.create_group(team=team, name="Seeds", members=[run.pk for run in runs])
    submissions.disqualify(runs[-1], "A reason.", by=history.COMMAND)
    shown = facts_on(page_of(client, group.get_absolute_url()))
    agreed = {label: SHOWN[label] for label in SHOWN if label not in ("Training time", "Hardware")}
    assert shown == agreed | {"Pre-training": "natural images"}
