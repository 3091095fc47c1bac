"""Address of a reader's own board: equal choices have equal addresses, and invalid values count as 0."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.own_choice import Choice
from challenge.models import Metric, Resolution
from challenge.scoring.benchmark import MEDMNIST_PLUS

NAMES = [dataset.name for dataset in MEDMNIST_PLUS]
WEIGHTS = st.lists(st.integers(0, 10), min_size=12, max_size=12)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "resolution": st.sampled_from([*map(str, Resolution.values), "12", ""]),
        "metric": st.sampled_from([*Metric.values, "f1"]),
        "entries": st.sampled_from(["all", "best", "x"]),
        "baselines": st.sampled_from(["on", "off"]),
        "protocol": st.sampled_from(["any", "standard"]),
        "view": st.sampled_from(["figures", "ranking"]),
        "page": st.just("3"),
    },
)


def choice_of(text: str) -> Choice:
    return Choice.from_query(QueryDict(text))


def weights_of(choice: Choice) -> dict[str, int]:
    return {dataset.name: weight for dataset, weight in choice.chosen}


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("", ""),
        ("organamnist=1&organcmnist=1", "organamnist=1&organcmnist=1"),
        ("organcmnist=1&organamnist=1", "organamnist=1&organcmnist=1"),
        ("organcmnist=4&organamnist=2", "organamnist=1&organcmnist=2"),
        ("octmnist=5", "octmnist=1"),
        ("octmnist=05&pathmnist=0", "octmnist=1"),
        (
            "resolution=224&metric=auc&entries=best&baselines=on&protocol=any&view=ranking&octmnist=1",
            "octmnist=1",
        ),
        ("octmnist=1&metric=accuracy&resolution=28", "resolution=28&metric=accuracy&octmnist=1"),
        ("entries=all&baselines=off&protocol=standard", "entries=all&baselines=off&protocol=standard"),
        ("use=&use=octmnist&octmnist=1&pathmnist=1", "octmnist=1"),
        ("use=&use=octmnist&octmnist=&use=pathmnist&pathmnist=3", "pathmnist=3&octmnist=1"),
        ("use=&pathmnist=1&octmnist=1", ""),  # nothing is ticked
        ("use=&use=octmnist&octmnist=0", ""),
        ("use=&use=nothing&use=octmnist", "octmnist=1"),
    ],
)
def test_the_address_is_short_and_the_same_for_equal_choices(address, canonical):
    choice = choice_of(address)
    assert not choice.problems
    assert choice.parameters.urlencode() == canonical
    assert choice.query == (f"?{canonical}" if canonical else "")


@given(FILTERS, WEIGHTS, st.booleans(), st.randoms())
def test_the_address_of_a_choice_gives_the_same_choice(filters, weights, from_form, random):
    values = filters | {name: str(weight) for name, weight in zip(NAMES, weights, strict=True)}
    pairs = list(values.items())
    random.shuffle(pairs)
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query[name] = value
    if from_form:
        query.setlist("use", ["", *NAMES])
    choice = Choice.from_query(query)
    again = Choice.from_query(choice.parameters)
    assert again == choice
    assert again.parameters.urlencode() == choice.parameters.urlencode()
    assert choice.is_empty == (not any(weights))
    shown = Filters.from_query(QueryDict("&".join(f"{name}={value}" for name, value in filters.items())))
    assert choice.filters.values() == shown.values() | {"view": "ranking"}


@given(st.text(max_size=40))
def test_any_text_is_a_weight_or_a_problem(text):
    query = QueryDict(mutable=True)
    query["octmnist"] = text
    choice = Choice.from_query(query)
    is_weight = text.strip() in {f"{n:0{width}}" for n in range(11) for width in (1, 2)} | {""}
    assert bool(choice.problems) == (not is_weight)
    assert weights_of(choice) in ({}, {"octmnist": 1})


@pytest.mark.parametrize("text", ["11", "-1", "1.5", "abc", "1e1", "٣", "²", "9" * 500, "1 2"])
def test_an_invalid_weight_is_0_and_said_to_be(text):
    query = QueryDict(mutable=True)
    query.update({"octmnist": text, "pathmnist": "2"})
    choice = Choice.from_query(query)
    assert weights_of(choice) == {"pathmnist": 1}
    (problem,) = choice.problems
    assert problem.startswith(f"OCTMNIST: “{text[:20]}")
    assert problem.endswith("is not a whole number from 0 to 10, so the weight is 0.")
    assert len(problem) < 120


def test_all_datasets_with_equal_weights_are_the_official_mean():
    official = choice_of("&".join(f"{name}=7" for name in NAMES))
    assert official.is_official
    assert not official.has_own_board
    assert not choice_of("&".join(f"{name}=7" for name in NAMES[1:])).is_official
