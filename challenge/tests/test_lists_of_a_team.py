"""Long lists on the team's page: they have pages, and their size and number of queries do not grow."""

from datetime import timedelta

import pytest
from django.core.paginator import Paginator
from django.utils import timezone

from challenge.forms import GroupForm
from challenge.models import Evaluation, MethodGroup, Submission
from challenge.templatetags.pages import page_links
from challenge.tests.pages import attribute, element, elements, page_of, text_of

PROFILE, LIST = "/profile/", "/profile/submissions/"


@pytest.fixture
def client(team, ground_truth, as_user):
    return as_user(team)


@pytest.fixture
def entries(entry, team):
    """Return a function that adds entries of the team; their names are their numbers, from 0."""

    def add(number: int, **about) -> list[Submission]:
        return [entry(team, 0.5, model_name=f"Number {n}", **about) for n in range(number)]

    return add


def names(page: str) -> list[str]:
    return [text_of(found) for found in elements(page, ".submission-item a > strong")]


def test_the_newest_25_come_first(client, entries):
    entries(60)
    assert names(page_of(client, PROFILE)) == [f"Number {n}" for n in range(59, 34, -1)]
    assert names(page_of(client, PROFILE, {"page": 2})) == [f"Number {n}" for n in range(34, 9, -1)]
    assert names(page_of(client, PROFILE, {"page": 3})) == [f"Number {n}" for n in range(9, -1, -1)]


def test_the_links_lead_to_the_pages_of_the_list(client, entries):
    entries(60)
    for address in (PROFILE, LIST):
        links = element(page_of(client, address, {"page": 2}), "[aria-label='Pages of your submissions']")
        assert attribute(links, "a", "href") == [f"/profile/?page={n}#submissions" for n in (1, 2, 3)]
        assert text_of(element(links, "[aria-current=page]")) == "2"
    assert element(page_of(client, PROFILE), "#submissions")


def test_one_page_has_no_links(client, entries):
    entries(25)
    assert not elements(page_of(client, PROFILE), "nav[aria-label^='Pages of']")


@pytest.mark.parametrize(
    ("page", "first"), [("0", 1), ("99", 1), ("-1", 1), ("x", 30), ("", 30), ("1" * 99, 1)]
)
def test_a_page_that_does_not_exist_is_the_first_or_the_last(client, entries, page, first):
    entries(27)
    assert names(page_of(client, PROFILE, {"page": page}))[0] == f"Number {min(first, 26)}"


def test_the_list_polls_for_its_own_page(client, entries, submit, team):
    entries(60)
    pending = submit(team, content=b"x", model_name="New")
    for query in ({}, {"page": 3}):
        for address in (PROFILE, LIST):
            found = element(page_of(client, address, query), "#team-submissions")
            assert found.attributes["hx-get"] == f"{LIST}?page={query.get('page', 1)}"
            assert "load delay:300ms" in (found.attributes["hx-trigger"] or "")
    pending.evaluations.update(status=Evaluation.Status.SCORED, scored_at=timezone.now(), auc=0.5,
                               balanced_accuracy=0.5, cohen_kappa=0.5, accuracy=0.5)  # fmt: skip
    (trigger,) = attribute(page_of(client, PROFILE), "#team-submissions", "hx-trigger")
    assert trigger == "again", "nothing is pending, so only a fault makes the list reload"


def test_pending_submissions_are_named_on_every_page(client, entries, submit, team):
    old = entries(60)
    new = submit(team, content=b"x", model_name="New")
    Evaluation.objects.filter(submission__in=old[:2]).update(status=Evaluation.Status.QUEUED)
    said = "Waiting or being scored on other pages:"
    assert f"{said} #{old[1].pk} , #{old[0].pk} (3 in all)." in text_of(page_of(client, PROFILE))
    assert f"{said} #{new.pk} , #{old[1].pk} , #{old[0].pk} ." in text_of(
        page_of(client, PROFILE, {"page": 2})
    )
    assert f"{said} #{new.pk} (3 in all)." in text_of(page_of(client, LIST, {"page": 3}))
    assert new.get_absolute_url() in attribute(page_of(client, PROFILE, {"page": 3}), "a", "href")


def test_thousands_of_pending_submissions_are_a_short_list(client, entries):
    """All are scored again if the ground truth changes."""
    entries(40)
    Evaluation.objects.update(status=Evaluation.Status.QUEUED)
    assert "(40 in all)." in text_of(page_of(client, PROFILE))
    assert len(elements(page_of(client, PROFILE), "#team-submissions > p a")) == 5


def test_a_submission_by_htmx_shows_the_first_page(client, entries, settings):
    entries(30)
    settings.MAX_UPLOAD_BYTES = 1
    text = client.post(f"{PROFILE}", {}, headers={"HX-Request": "true"}).content.decode()
    assert names(text)[0] == "Number 29"
    assert len(names(text)) == 25


def queries_and_size(client, captured_queries, address: str = PROFILE) -> tuple[int, int]:
    with captured_queries(40) as queries:
        page = page_of(client, address)
    return len(queries), len(page)


def test_queries_and_size_do_not_grow(client, entries, team, django_assert_max_num_queries):
    def add(groups: int) -> None:
        for number in range(groups):
            group = MethodGroup.objects.create(team=team, name=f"Group {number}")
            Submission.objects.filter(pk__in=[one.pk for one in entries(2)]).update(group=group)

    entries(70)
    add(30)
    before = queries_and_size(client, django_assert_max_num_queries)
    entries(200)
    add(30)
    after = queries_and_size(client, django_assert_max_num_queries)
    assert after[0] == before[0]
    assert after[1] < 1.05 * before[1]


def test_groups_have_pages(client, team):
    now = timezone.now()
    for number in range(30):
        MethodGroup.objects.create(
            team=team, name=f"Group {number}", created_at=now + timedelta(minutes=number)
        )
    first, second = (page_of(client, PROFILE, {"groups": number}) for number in (1, 2))
    assert [n for n in names(first) if "Group" in n] == [f"Group {n}" for n in range(29, 4, -1)]
    assert [n for n in names(second) if "Group" in n] == [f"Group {n}" for n in range(4, -1, -1)]
    links = element(first, "[aria-label='Pages of your groups']")
    assert attribute(links, "a", "href") == ["/profile/?groups=1#seeds", "/profile/?groups=2#seeds"]


def test_the_form_of_a_group_lists_the_newest_of_each_resolution(client, entries, team):
    entries(5, resolution=28)
    of_64 = entries(GroupForm.MOST_LISTED + 10, resolution=64)
    page = page_of(client, PROFILE)
    assert len(elements(page, "input[name=members]")) == 5 + GroupForm.MOST_LISTED
    assert str(of_64[9].pk) not in attribute(page, "input[name=members]", "value")
    assert str(of_64[10].pk) in attribute(page, "input[name=members]", "value")
    assert f"Only the newest {GroupForm.MOST_LISTED}" in text_of(page)


def test_a_ticked_submission_is_listed_however_old(client, entries, team):
    old = entries(GroupForm.MOST_LISTED + 10)[0]
    page = client.post("/profile/groups/", {"name": "", "members": [old.pk]}).content.decode()
    assert str(old.pk) in attribute(page, "input[name=members][checked]", "value")


def test_links_to_many_pages_are_few():
    context = page_links(
        Paginator(range(100_000), 1).page(50_000), address="/x/#y", parameter="page", label="x"
    )
    links = dict(context["links"])
    assert len(context["links"]) < 12
    assert links[50_001] == "/x/?page=50001#y"
    assert {1, 100_000} < set(links)
