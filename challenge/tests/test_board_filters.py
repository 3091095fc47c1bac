"""Filters of the board in the address: canonical, and the default in place of nonsense."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from challenge.leaderboard.choices import active, cleared
from challenge.leaderboard.filters import Column, Filters, Tab
from challenge.leaderboard.selection import MOST_CHARACTERS, Selection
from challenge.models import MethodFacts, Metric

#: Addresses with the names of the filters, and values that make sense or not.
VALUES = st.one_of(
    st.sampled_from(
        [
            "28",
            "auc",
            "all",
            "off",
            "on",
            "standard",
            "code",
            "reproduced",
            "cnn",
            "vit",
            "none",
            "natural",
            "datasets",
            "time",
            "3",
            "25.0",
        ]
    ),
    st.text(max_size=130),
    st.floats(width=32).map(str),
)
NAMES = st.sampled_from(["resolution", "metric", "entries", "baselines", "protocol", "view", "q", "parameters",
                         "family", "pretraining", "study", "evidence", "columns", "page", "other"])  # fmt: skip
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=12)


def query_of(pairs: list[tuple[str, str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query


def filters_of(address: str) -> Filters:
    return Filters.from_query(QueryDict(address))


@given(PAIRS)
def test_the_address_of_any_filters_gives_the_same_filters(pairs):
    filters = Filters.from_query(query_of(pairs))
    again = filters_of(f"{filters.parameters.urlencode()}&page={filters.page}")
    assert again == filters
    assert again.selection.typed == filters.selection.typed
    assert again.parameters == filters.parameters


@given(PAIRS, st.randoms())
def test_the_order_of_repeated_values_means_nothing(pairs, random):
    repeated = [pair for pair in pairs if pair[0] in ("family", "pretraining", "columns")]
    shuffled = random.sample(repeated, len(repeated))
    assert Filters.from_query(query_of(repeated)) == Filters.from_query(query_of(shuffled + repeated))


@given(st.text())
def test_a_search_is_short_and_has_no_control_characters(text):
    search = Selection.from_query(query_of([("q", text)]))
    assert len(search.typed) <= MOST_CHARACTERS
    assert search.typed == search.typed.strip()
    assert search.typed.isprintable()
    assert search.search == search.typed.casefold()


def test_upper_and_lower_case_are_one_search_but_are_shown_as_typed():
    upper, lower = filters_of("q=%20VGG16%00"), filters_of("q=vgg16")
    assert upper == lower
    assert repr(upper) == repr(lower), "the name of a cached page"
    assert (upper.selection.typed, lower.selection.typed) == ("VGG16", "vgg16")
    assert upper.parameters["q"] == "VGG16"


def test_the_whole_selection():
    filters = filters_of(
        "q=resnet&parameters=25&family=vit&family=cnn&pretraining=natural&pretraining=none&study=on"
        "&columns=time&columns=datasets&page=3"
    )
    assert filters.selection == Selection(
        "resnet",
        25.0,
        (MethodFacts.Family.CNN, MethodFacts.Family.VIT),
        (MethodFacts.Pretraining.NONE, MethodFacts.Pretraining.NATURAL),
        with_study=True,
    )
    assert filters.columns == (Column.TIME, Column.DATASETS)
    assert filters.page == 3


@pytest.mark.parametrize(
    "nonsense",
    [
        *(
            "q=",
            "q=%00%01",
            "parameters=",
            "parameters=0",
            "parameters=-3",
            "parameters=nan",
            "parameters=inf",
        ),
        *(
            "parameters=1e99",
            "parameters=x",
            "family=rnn",
            "pretraining=",
            "study=off",
            "study=1",
            "columns=rank",
        ),
        *("page=0", "page=-1", "page=x", "page=1000000", "page=%D9%A3", "page=1.5"),
    ],
)
def test_nonsense_means_the_default(nonsense):
    assert filters_of(nonsense) == Filters()
    assert filters_of(nonsense).parameters == Filters().parameters


def test_new_parameters_are_in_the_address_only_if_they_are_chosen():
    assert set(Filters().parameters) == {"resolution", "metric", "entries", "baselines", "protocol", "view"}
    assert filters_of("parameters=2.5e1").parameters["parameters"] == "25"
    assert filters_of("parameters=0.0001").parameters["parameters"] == "0.0001"
    assert filters_of("parameters=1000000").parameters["parameters"] == "1000000"


def test_the_part_that_is_ranked_forgets_what_only_hides_rows():
    filters = filters_of(
        "resolution=28&metric=accuracy&entries=all&view=ways&q=x&columns=time&page=2&study=on"
    )
    expected = Filters(28, Metric.ACCURACY, all_entries=True, tab=Tab.WAYS)
    assert filters.ranked == expected
    assert cleared(filters) == Filters(28, Metric.ACCURACY, tab=Tab.WAYS)


@given(PAIRS)
def test_each_active_choice_can_be_removed_alone(pairs):
    filters = Filters.from_query(query_of(pairs))
    choices = active(filters)
    for choice in choices:
        left = active(filters_of(choice.query.removeprefix("?")))
        assert [one.text for one in left] == [one.text for one in choices if one is not choice]
    assert not active(cleared(filters))
