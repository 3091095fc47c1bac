"""Submissions in the admin: the list with its filters, and the page of each."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from challenge.models import Evaluation, Phase, Submission
from challenge.services import submissions
from challenge.tests.admin.acts import REASON, SUBMISSIONS
from challenge.tests.pages import elements, page_of, text_of


def listed(client: Client, **query: str | int) -> list[Submission]:
    response = client.get(SUBMISSIONS, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def test_the_list_shows_the_state_of_each_submission(some, client):
    text = page_of(client, SUBMISSIONS)
    for shown in (
        "ResNet-18",
        "ViT",
        "AlexNet",
        "Team Alpha",
        "Team Beta",
        "Scored",
        "Queued",
        "Failed",
        "0.9000",
    ):
        assert shown in text


def test_times_are_those_of_the_pages_with_their_zone(some, client):
    Submission.objects.update(created_at=datetime(2027, 3, 9, 14, 5, tzinfo=UTC))
    assert "9 March 2027, 14:05 UTC" in page_of(client, SUBMISSIONS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"resolution": 224}, ["queued"]),
        ({"evaluations__status": "failed"}, ["failed"]),
        ({"evaluations__status": "scored"}, ["scored"]),
        ({"evaluations__failure": "file"}, ["failed"]),
        ({"evaluations__failure": "site"}, []),
        ({"external_data": 1}, ["queued"]),
        ({"counts_toward_limits": 0}, ["failed"]),
        ({"q": "resnet"}, ["scored"]),
        ({"q": "Team Beta"}, ["failed", "queued"]),
        ({"q": "alpha@example.org"}, ["scored"]),
        ({"q": "care"}, ["scored"]),
        ({"q": "nobody"}, []),
        ({"q": "9" * 40}, []),
        ({"q": "<script>"}, []),
        ({"o": "-2.1", "q": "Team"}, ["queued", "scored", "failed"]),
    ],
)
def test_filters_and_search(query, expected, some, client):
    assert listed(client, **query) == [some[name] for name in expected]


def test_search_by_number_and_by_digest(some, client):
    assert some["queued"] in listed(client, q=some["queued"].pk)
    assert listed(client, q=some["queued"].sha256) == [some["queued"]]


def test_a_filter_lists_a_submission_once_however_often_it_was_scored(some, client, ground_truth):
    Evaluation.objects.create(
        submission=some["scored"],
        ground_truth=ground_truth,
        scorer_version="0",
        status=Evaluation.Status.SCORED,
    )
    assert listed(client, evaluations__status="scored") == [some["scored"]]


@pytest.mark.parametrize(
    "query", ["?nonsense=1", "?evaluations__status=x", "?o=99", "?p=99", "?created_at__year=abc"]
)
def test_nonsense_in_the_query_breaks_nothing(query, some, client):
    assert client.get(SUBMISSIONS + query).status_code in (200, 302)


def test_the_page_of_a_submission_shows_everything_and_changes_nothing(some, client):
    for submission in some.values():
        text = page_of(client, f"{SUBMISSIONS}{submission.pk}/change/")
        assert submission.get_absolute_url() in text
        assert f"/submissions/{submission.pk}/file/" in text
        assert submission.sha256 in text
        assert not elements(text, "[name=_save]")
        assert ("AUC 0.9000" in text_of(text)) == (submission == some["scored"])
    assert "octmnist, line 3: &lt;b&gt;bad&lt;/b&gt;." in text
    response = client.post(
        f"{SUBMISSIONS}{submission.pk}/change/", {"model_name": "Changed", "resolution": 64}
    )
    submission.refresh_from_db()
    assert response.status_code == 403
    assert submission.model_name == "AlexNet"


def test_the_page_of_a_submission_has_a_section_of_the_facts_of_its_method(client, entry, team):
    submission = entry(team, family="cnn", pretraining_name="ImageNet-1k", hardware="1 NVIDIA A100")
    (section,) = [
        one
        for one in elements(page_of(client, f"{SUBMISSIONS}{submission.pk}/change/"), "fieldset")
        if "Facts of the method" in text_of(one)
    ]
    shown = text_of(section)
    assert all(text in shown for text in ("CNN", "ImageNet-1k", "1 NVIDIA A100", "Licence of the code"))


def count_queries(client: Client, page: str, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(25) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def test_the_list_takes_as_many_queries_for_20_rows_as_for_2(
    client, entry, team, other_team, django_assert_max_num_queries
):
    for number in range(2):
        entry(team, 0.5 + number / 100)
    few = count_queries(client, SUBMISSIONS, django_assert_max_num_queries)
    Phase.objects.update(daily_limit=100)
    for number in range(9):
        entry(team, 0.6 + number / 100)
        submissions.disqualify(entry(other_team, 0.7 + number / 100), REASON)
    assert count_queries(client, SUBMISSIONS, django_assert_max_num_queries) == few
