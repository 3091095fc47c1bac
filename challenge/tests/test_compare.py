"""Comparison of entries and published methods: which rows are shown, notes on the others, and the tables."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenge.access import visible_groups
from challenge.models import MethodGroup, PublishedMethod, Submission
from challenge.services import groups, history, submissions
from challenge.tests.comparisons import ADDRESS, compared
from challenge.tests.pages import attribute, element, elements, page_of, rows_of, text_of


@pytest.fixture
def scored(entry_by_dataset, team):
    """Add an entry: `scored(0.9)`, `scored(0.8, other_team)`."""
    return lambda auc, by=team, **about: entry_by_dataset(by, auc, **about)


@pytest.fixture
def vgg16(db) -> PublishedMethod:
    call_command("import_reported_baselines", verbosity=0)
    return PublishedMethod.objects.get(architecture="vgg16", scheme="end-to-end", resolution=224)


def line_of(page: str, name: str) -> str:
    """Return the words of the first table row with a name."""
    return next(" ".join(cells) for head, *cells in rows_of(page) if head == name)


def heads(page: str) -> list[str]:
    """Return the names of the compared rows, in their order."""
    return [text_of(link) for link in elements(page, '[aria-label="Means over the 12 datasets"] thead a')]


def test_it_works(client, scored, other_team):
    first, second = scored(0.9), scored(0.95, other_team)
    page = compared(client, f"s{first.pk}", f"s{second.pk}")
    assert heads(page) == ["Model 0", "Model 1"]
    assert line_of(page, "AUC") == "0.9000 0.9500 (best) +0.0500"
    assert line_of(page, "PathMNIST") == "0.9000 0.9500 (best) +0.0500"
    assert line_of(page, "OrganSMNIST") == "0.7900 0.8400 (best) +0.0500"
    assert line_of(page, "Balanced accuracy") == "0.5000 (best) 0.5000 (best) ±0"
    assert len(elements(page, "figure")) == 3


def test_the_order_is_that_of_the_address_and_twice_is_once(client, scored):
    first, second = scored(0.9), scored(0.95)
    page = compared(client, f"s{second.pk}", f"s{first.pk}", f"s{second.pk}", "")
    assert heads(page) == ["Model 1", "Model 0"]
    assert line_of(page, "AUC") == "0.9500 (best) 0.9000 \N{MINUS SIGN}0.0500"


def test_entries_beside_published_results_of_other_resolutions(client, scored, vgg16):
    entry_at_28 = scored(0.9, resolution=28)
    page = compared(client, f"s{entry_at_28.pk}", f"p{vgg16.pk}")
    assert "The resolutions differ" in page
    assert "published, end-to-end, 224 × 224" in page
    assert line_of(page, "AUC") == "0.9000 0.9530 (best) ± 0.0022 +0.0530"
    assert "VGG16, end-to-end, 224 px" in page
    same = compared(client, f"s{scored(0.8).pk}", f"p{vgg16.pk}")
    assert "The resolutions differ" not in same


def test_a_metric_that_was_published_as_a_mean_only_is_said_to_be(client, scored, vgg16):
    first, second = scored(0.9), scored(0.8)
    keys = (f"s{first.pk}", f"s{second.pk}", f"p{vgg16.pk}")
    page = compared(client, *keys, metric="cohen_kappa")
    note = "Cohen's kappa was published only as a mean, not for each dataset, for: VGG16, end-to-end."
    assert note in text_of(page)
    assert line_of(page, "PathMNIST").endswith("–")
    assert len(elements(page, "figure")) == 3  # of the two others
    alone = compared(client, keys[0], keys[2], metric="cohen_kappa")
    assert not elements(alone, "figure")
    assert heads(alone) == ["Model 0", "VGG16"]


@pytest.mark.parametrize(
    "key",
    [
        "s999999",
        "p999999",
        "x1",
        "s",
        "1",
        "s-1",
        "s1x",
        "s99999999999999999999",
        "sé",
        "s\N{FULLWIDTH DIGIT ONE}",
        "<b>",
    ],
)
def test_what_is_not_there_is_named_and_the_rest_is_shown(client, scored, key):
    first, second = scored(0.9), scored(0.8)
    response = client.get(ADDRESS, {"e": [f"s{first.pk}", key, f"s{second.pk}"]})
    assert response.status_code == 200
    assert response.context["missing"] == [key]
    page = response.content.decode()
    assert "Not found:" in page
    assert "<b>" not in page
    assert heads(page) == ["Model 0", "Model 1"]


def test_hidden_looks_like_missing_except_to_its_team(client, as_user, scored, team, other_team, organizer):
    public, hidden = scored(0.9), scored(0.95, model_name="Secret")
    submissions.disqualify(hidden, "Trained on the test split.", by=history.COMMAND)
    keys = [f"s{public.pk}", f"s{hidden.pk}"]
    for stranger in (client, as_user(other_team)):
        response = stranger.get(ADDRESS, {"e": keys})
        assert response.context["missing"] == [keys[1]]
        assert "Secret" not in response.content.decode()
    for viewer in (as_user(team), as_user(organizer)):
        page = compared(viewer, *keys)
        assert heads(page) == ["Model 0", "Secret"]
        assert ", disqualified" in page


def test_what_is_not_scored_cannot_be_compared(as_user, scored, submit, team):
    queued = submit(team, content=b"x", model_name="Waiting")
    page = compared(as_user(team), f"s{scored(0.9).pk}", f"s{queued.pk}")
    assert "Not found:" in page
    assert "Waiting" not in page


def test_too_many_are_kept_and_the_first_five_shown(client, scored):
    entries = [scored(0.5 + number / 100) for number in range(7)]
    page = compared(client, *(f"s{one.pk}" for one in entries))
    assert "You chose 7 rows. At most 5 fit side by side" in page
    assert heads(page) == [f"Model {n}" for n in range(5)]
    assert attribute(page, "input[checked]", "value") == [f"s{one.pk}" for one in entries]


def test_one_is_too_few_and_kept(client, scored):
    one = scored(0.9)
    scored(0.8, model_name="Another")
    page = compared(client, f"s{one.pk}")
    assert "You chose one row. Add another row below" in page
    assert element(page, f"#chosen-s{one.pk}[value=s{one.pk}][checked]")
    assert not heads(page)


def test_with_nothing_chosen_the_page_says_how_and_suggests_the_first_two(client, scored, other_team):
    second, first = scored(0.8), scored(0.9, other_team)
    page = page_of(client, ADDRESS)
    assert "press “Compare”" in page
    (suggestion,) = (link for link in elements(page, "a") if text_of(link).startswith("the first two"))
    followed = page_of(client, f"{ADDRESS}{suggestion.attributes['href']}")
    assert heads(followed) == [first.model_name, second.model_name]


def test_without_any_rows_nothing_is_suggested(client, ground_truth):
    page = page_of(client, ADDRESS)
    assert "the first two" not in page
    assert "There is nothing else at this resolution." in page


def test_what_is_added_comes_from_the_chosen_resolution_and_the_choice_stays(client, scored, other_team):
    first = scored(0.9)
    small = scored(0.8, other_team, resolution=28)
    page = compared(client, f"s{first.pk}", resolution="28", metric="accuracy")
    options = attribute(page, "option", "value")
    assert f"s{small.pk}" in options
    assert f"s{first.pk}" not in options
    assert f"?e=s{first.pk}&metric=accuracy&resolution=64#choose" in attribute(page, "a", "href")


def test_an_entry_that_was_scored_by_other_versions_has_its_scores(client, scored):
    old, new = scored(0.9), scored(0.8)
    old.evaluations.update(scorer_version="0")
    assert line_of(compared(client, f"s{old.pk}", f"s{new.pk}"), "AUC").startswith("0.9000 (best) 0.8000")


@pytest.fixture
def make_group(team, scored) -> Callable[..., MethodGroup]:
    """Group new entries with these scores: `make_group(0.9, 0.92)`."""

    def make(*aucs: float) -> MethodGroup:
        members = [scored(auc, sha256=f"{auc}").pk for auc in aucs]
        return groups.create_group(team=team, name="Seeds", members=members)

    return make


def test_a_group_is_one_of_the_columns(client, scored, make_group):
    alone = scored(0.88)
    group = make_group(0.9, 0.92, 0.94)
    page = compared(client, f"s{alone.pk}", f"g{group.pk}")
    assert heads(page) == ["Model 0", "Seeds"]
    assert "Team Alpha, 3 seeds, 224 × 224" in page
    assert group.get_absolute_url() in attribute(page, "a", "href")
    assert line_of(page, "AUC") == "0.8800 0.9200 (best) ± 0.0200 +0.0400"
    assert line_of(page, "OrganSMNIST") == "0.7700 0.8100 (best) ± 0.0200 +0.0400"
    assert element(page, f"#chosen-g{group.pk}[value=g{group.pk}][checked]")


def test_a_group_and_an_entry_with_the_same_number_are_distinguished(client, scored, team):
    entry, *seeds = scored(0.8), scored(0.9), scored(0.92)
    group = MethodGroup.objects.create(pk=entry.pk, team=team, name="Seeds")
    Submission.objects.filter(pk__in=[seed.pk for seed in seeds]).update(group=group)
    assert heads(compared(client, f"g{entry.pk}", f"s{entry.pk}")) == ["Seeds", "Model 0"]


def test_a_group_without_two_public_members_looks_like_missing_except_to_its_team(
    client, as_user, scored, make_group, team, other_team, organizer
):
    entry, group = scored(0.8), make_group(0.9, 0.92)
    keys = [f"s{entry.pk}", f"g{group.pk}"]
    submissions.disqualify(
        group.submissions.get(sha256="0.9"), "Trained on the test split.", by=history.COMMAND
    )
    for viewer in (client, as_user(other_team), as_user(team), as_user(organizer)):
        response = viewer.get(ADDRESS, {"e": keys})
        assert response.context["missing"] == [
            keys[1]
        ]  # one member has no mean, so its team sees nothing either
        assert "Seeds" not in response.content.decode()


def test_only_its_team_and_organizers_see_a_group_that_is_too_small(make_group, team, other_team, organizer):
    standing, other = make_group(0.9, 0.92), make_group(0.8, 0.82)
    submissions.disqualify(
        other.submissions.get(sha256="0.8"), "Trained on the test split.", by=history.COMMAND
    )
    for viewer, seen in (
        (AnonymousUser(), {standing}),
        (other_team, {standing}),
        (team, {standing, other}),
        (organizer, {standing, other}),
    ):
        assert set(visible_groups(viewer, [standing.pk, other.pk, 12345])) == seen


def test_a_disqualified_member_leaves_the_figures_of_its_group(client, scored, make_group):
    entry, group = scored(0.8), make_group(0.9, 0.92, 0.97)
    submissions.disqualify(
        group.submissions.get(sha256="0.97"), "Trained on the test split.", by=history.COMMAND
    )
    page = compared(client, f"s{entry.pk}", f"g{group.pk}")
    assert line_of(page, "AUC").startswith("0.8000 0.9100 (best) ± 0.0141")
    assert "2 seeds" in page


def test_groups_can_be_added(client, scored, make_group):
    scored(0.8)
    group = make_group(0.9, 0.92)
    seed = group.submissions.get(sha256="0.9")
    options = attribute(page_of(client, ADDRESS), "option", "value")
    assert f"g{group.pk}" in options
    assert f"s{seed.pk}" not in options


def number_of_queries(client, *keys: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page = compared(client, *keys)
    assert len(heads(page)) == len(keys)
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_what_is_compared(client, scored, vgg16, make_group):
    entries = [f"s{scored(0.9 - n / 100).pk}" for n in range(4)]
    two = number_of_queries(client, *entries[:2])
    assert number_of_queries(client, *entries) == two
    with_published = number_of_queries(client, *entries, f"p{vgg16.pk}")
    assert with_published <= 16
    seeds = [f"g{make_group(0.5 + n / 100, 0.52 + n / 100).pk}" for n in range(4)]
    with_a_group = number_of_queries(client, entries[0], seeds[0])
    assert with_a_group <= two + 4 + 5, (
        "five for the deviation between seeds: of the means, and on each dataset"
    )
    assert number_of_queries(client, entries[0], *seeds) == with_a_group
