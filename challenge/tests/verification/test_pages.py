"""Mark of verified entries for readers, and alerts for organizers."""

import pytest
from django.db.models import F

from challenge.models import DatasetScore, Evaluation, Submission, Verification
from challenge.notifications.digests import message_of
from challenge.services import history
from challenge.services.verifications import verify_now
from challenge.tests.pages import element, elements, page_of, text_of
from challenge.upkeep.items import needs

LIST = "/admin/challenge/evaluation/"
VERIFIED = "Verified with scikit-learn 1.9.1 and medmnist 3.0.2, largest difference 2e-16."


@pytest.fixture
def verified(scored) -> Submission:
    """An entry with a verification that found the same scores."""
    Verification.objects.create(
        evaluation=scored.evaluations.get(),
        status=Verification.Status.DONE,
        scikit_learn_version="1.9.1",
        medmnist_version="3.0.2",
        largest_difference=2.2e-16,
    )
    return scored


@pytest.fixture
def differing(scored, known_answer) -> Submission:
    """An entry with a stored score that was changed, and was verified since."""
    DatasetScore.objects.filter(dataset="octmnist").update(auc=F("auc") + 1e-6)
    verify_now(scored.evaluations.get(), by=history.COMMAND)
    return scored


def result(client, submission: Submission) -> str:
    return text_of(element(page_of(client, submission.get_absolute_url()), "#result"))


def test_the_page_says_it(verified, client):
    assert VERIFIED in result(client, verified)
    assert "This code, which is not ours, read the file again" in result(client, verified)


def test_without_medmnist_the_page_names_scikit_learn_only(verified, client):
    Verification.objects.update(medmnist_version="", largest_difference=0)
    assert "Verified with scikit-learn 1.9.1, largest difference 0." in result(client, verified)


def test_json_says_it(verified, client):
    document = client.get(f"{verified.get_absolute_url()}result.json").json()
    assert document["verification"] == {
        "scikit_learn": "1.9.1",
        "medmnist": "3.0.2",
        "largest_difference": 2.2e-16,
    }


@pytest.mark.parametrize("status", [None, "queued", "failed"])
def test_without_a_verification_nothing_is_shown(status, scored, client):
    if status:
        Verification.objects.create(evaluation=scored.evaluations.get(), status=status)
    assert "Verified" not in result(client, scored)
    assert client.get(f"{scored.get_absolute_url()}result.json").json()["verification"] is None


def test_a_difference_is_shown_to_organizers_only(differing, client, as_user, team, organizer):
    for user in (client, as_user(team)):
        assert "Verified" not in result(user, differing)
        assert user.get(f"{differing.get_absolute_url()}result.json").json()["verification"] is None
    page = page_of(as_user(organizer), LIST)
    assert "differs by up to 1e-06: octmnist auc<" in page


def test_a_difference_is_red_on_the_dashboard_and_in_the_digest(differing, as_user, organizer):
    (item,) = [one for one in needs() if one.label == "Scores differ"]
    assert item.value == "1"
    assert "Look at the differences." in message_of([item], ["chair@example.org"]).body
    page = page_of(as_user(organizer), "/admin/")
    (shown,) = [one for one in elements(page, ".desk-item") if "Scores differ" in text_of(one)]
    assert "Needs a person." in text_of(shown)
    assert as_user(organizer).get(item.address).context["cl"].result_count == 1


def test_equal_scores_need_nobody(verified):
    assert not [one for one in needs() if one.label == "Scores differ"]


def test_what_could_not_be_verified_needs_a_person(scored, as_user, organizer):
    Verification.objects.create(evaluation=scored.evaluations.get(), status=Verification.Status.FAILED)
    (item,) = [one for one in needs() if one.label == "Scores differ"]
    assert item.need.startswith("Not verified: 1.")
    response = as_user(organizer).get(item.address)
    assert response.context["cl"].result_count == 1
    assert "see the worker" in response.content.decode()


@pytest.mark.parametrize(("outcome", "count"), [("equal", 1), ("differs", 0), ("failed", 0), ("nonsense", 2)])
def test_the_filter_of_the_list(outcome, count, verified, entry, other_team, as_user, organizer):
    entry(other_team, 0.9)
    assert Evaluation.objects.count() == 2
    response = as_user(organizer).get(f"{LIST}?verification={outcome}")
    assert response.context["cl"].result_count == count


def test_assistants_see_the_list_and_teams_do_not(differing, as_user, team, in_role):
    assert "differs by up to" in page_of(as_user(in_role("Assistant")), LIST)
    assert as_user(team).get(LIST).status_code in (302, 403)
