"""Submissions in the admin: the list with its filters, and the page of each."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from challenge.models import Evaluation, Phase, Submission
from challenge.services import history, submissions
from challenge.tests.admin.acts import REASON, SUBMISSIONS
from challenge.tests.pages import attribute, element, elements, page_of, text_of


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


def test_an_empty_list_says_why(some, client):
    assert "No row matches the search and the filters." in text_of(
        page_of(client, SUBMISSIONS, {"q": "nobody"})
    )
    Submission.objects.all().delete()
    assert "There are none yet." in text_of(page_of(client, SUBMISSIONS))


def test_the_page_has_no_empty_tables(some, client, organizer):
    page = f"{SUBMISSIONS}{some['scored'].pk}/change/"
    assert attribute(page_of(client, page), ".inline-group", "id") == ["evaluations-group"]
    submissions.disqualify(some["scored"], REASON, by=organizer)
    assert attribute(page_of(client, page), ".inline-group", "id") == ["evaluations-group", "history-group"]


def test_an_evaluation_that_is_tried_again_does_not_seem_failed(some, client):
    page = f"{SUBMISSIONS}{some['failed'].pk}/change/"
    assert "Failed: errors in the file" in text_of(page_of(client, page))
    Evaluation.objects.filter(submission=some["failed"]).update(status=Evaluation.Status.QUEUED)
    assert "errors in the file" not in text_of(element(page_of(client, page), "#evaluations-group"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"resolution": 224}, ["queued"]),
        ({"state": "failed"}, ["failed"]),
        ({"state": "scored"}, ["scored"]),
        ({"state": "queued"}, ["queued"]),
        ({"state": "scoring"}, []),
        ({"state": "disqualified"}, []),
        ({"state": "withdrawn"}, []),
        ({"failure": "file"}, ["failed"]),
        ({"failure": "site"}, []),
        ({"same_file": "teams"}, []),
        ({"external_data": 1}, ["queued"]),
        ({"counts_toward_limits": 0}, ["failed"]),
        ({"q": "resnet"}, ["scored"]),
        ({"q": "Team Beta"}, ["failed", "queued"]),
        ({"q": "alpha@example.org"}, ["scored"]),
        ({"q": "care"}, ["scored"]),
        ({"q": "nobody"}, []),
        ({"q": "9" * 40}, []),
        ({"q": "<script>"}, []),
        ({"o": "-1", "q": "Team"}, ["queued", "scored", "failed"]),
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
    assert listed(client, state="scored") == [some["scored"]]


@pytest.mark.parametrize(
    "query",
    ["?nonsense=1", "?state=x", "?failure=x", "?same_file=x", "?o=99", "?p=99", "?created_at__year=abc"],
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
        submissions.disqualify(entry(other_team, 0.7 + number / 100), REASON, by=history.COMMAND)
    assert count_queries(client, SUBMISSIONS, django_assert_max_num_queries) == few
