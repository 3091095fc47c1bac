"""Withdrawal of an entry: the ranking, the limits, the file, a scoring that runs meanwhile, and the way back."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from challenge.models import Evaluation, GroundTruth, Mail, Phase, Submission, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import entries, evaluations, ground_truths, groups, history, submissions, uncertainty
from challenge.services.figure_files import figures_path
from challenge.services.score_files import Outcome
from challenge.tests.pages import attribute, elements, page_of, text_of


@pytest.fixture
def client(team, as_user) -> Client:
    return as_user(team)


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    """Run callbacks that wait for the commit, within the test's own transaction."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def scored(team, submit_and_score) -> Submission:
    return submit_and_score(team)


@pytest.fixture
def activate_other_labels():
    """Return a function that loads and activates other labels."""
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    return lambda: ground_truths.store_ground_truth(labels, name="Other", activate=True)


def withdraw(client: Client, submission: Submission, **data):
    return client.post(f"/submissions/{submission.pk}/withdraw/", data)


def ranked() -> list[str]:
    rows = Client().get("/leaderboard.json?resolution=28").json()["rows"]
    return [row["name"] for row in rows]


def now(submission: Submission) -> Submission:
    submission.refresh_from_db()
    return submission


def test_the_page_says_what_happens_and_changes_nothing(client, scored):
    page = page_of(client, f"/submissions/{scored.pk}/withdraw/")
    for words in ("leaves the leaderboard", "You cannot undo this", "Your limits do not change"):
        assert words in text_of(page)
    assert not elements(page, "[name=delete_file][checked]")
    assert now(scored).withdrawn_at is None


def test_a_withdrawn_entry_leaves_the_ranking_and_keeps_its_file(client, scored, on_commit):
    assert ranked() == ["Model 1.0"]
    with on_commit():
        response = withdraw(client, scored)
    assert response.url == scored.get_absolute_url()
    assert ranked() == []
    assert now(scored).withdrawn_at
    assert scored.file_deleted_at is None
    assert default_storage.exists(scored.file.name)


def test_the_limits_stay_used(client, team, scored):
    Phase.objects.update(daily_limit=1)
    withdraw(client, scored, delete_file="on")
    assert submissions.remaining_quota(team, Phase.objects.get()).day_left == 0
    assert now(scored).counts_toward_limits


def test_the_file_and_the_figures_are_deleted_after_the_commit(client, scored, on_commit, settings, tmp_path):
    settings.FIGURES_DIR = tmp_path
    figures_path(scored.evaluations.get()).write_bytes(b"the figures")
    with on_commit():
        withdraw(client, scored, delete_file="on")
        assert default_storage.exists(scored.file.name)
        assert now(scored).file_deleted_at is None
    assert not default_storage.exists(scored.file.name)
    assert now(scored).file_deleted_at
    assert not list(tmp_path.iterdir())
    assert client.get(f"/submissions/{scored.pk}/file/").status_code == 404
    page = page_of(client, scored.get_absolute_url())
    assert "Its file was deleted on" in text_of(page)
    assert f"/submissions/{scored.pk}/file/" not in attribute(page, "a", "href")
    assert client.get(reverse("profile")).status_code == 200


def test_a_file_that_cannot_be_deleted_is_not_said_to_be(client, scored, on_commit, monkeypatch):
    def fail(name: str) -> None:
        raise OSError("The disk is read-only.")

    monkeypatch.setattr(default_storage, "delete", fail)
    with on_commit():
        withdraw(client, scored, delete_file="on")
    assert now(scored).withdrawn_at
    assert scored.file_deleted_at is None


def test_the_file_can_be_deleted_later(client, scored, on_commit):
    withdraw(client, scored)
    since = now(scored).withdrawn_at
    assert "This field is required." in withdraw(client, scored).text
    with on_commit():
        withdraw(client, scored, delete_file="on")
    assert now(scored).withdrawn_at == since
    assert not default_storage.exists(scored.file.name)
    response = client.get(f"/submissions/{scored.pk}/withdraw/", follow=True)
    assert "its file was deleted" in response.text


def test_a_seed_that_is_withdrawn_leaves_the_scores_of_its_group(client, team, entry):
    seeds = [entry(team, auc, sha256=str(auc)) for auc in (0.7, 0.8, 0.9)]
    group = groups.create_group(team=team, name="Seeds", members=[one.pk for one in seeds])
    withdraw(client, seeds[0])
    assert [*group.public_members()] == seeds[1:]


def test_a_disqualified_entry_is_not_withdrawn(client, scored):
    submissions.disqualify(scored, "Trained on the test set.", by=history.COMMAND)
    response = client.post(f"/submissions/{scored.pk}/withdraw/", {"delete_file": "on"}, follow=True)
    assert "This entry was disqualified" in response.text
    assert now(scored).withdrawn_at is None


def test_others_find_no_form(scored, as_user, other_team, organizer):
    for who in (other_team, organizer):
        assert as_user(who).get(f"/submissions/{scored.pk}/withdraw/").status_code == 404
        assert withdraw(as_user(who), scored).status_code == 404
    assert withdraw(Client(), scored).url.startswith("/accounts/login/")
    assert now(scored).withdrawn_at is None


def test_the_teams_list_says_withdrawn(client, scored):
    assert "Withdraw" in text_of(page_of(client, scored.get_absolute_url()))
    withdraw(client, scored)
    assert [text_of(tag) for tag in elements(page_of(client, "/profile/"), ".tag")] == ["withdrawn"]
    links = attribute(page_of(client, scored.get_absolute_url()), "main a", "href")
    assert f"/submissions/{scored.pk}/withdraw/" in links  # to delete the file


# --- Work on a file that is deleted ---------------------------------------------------------------------


def assert_ended_quietly(submission: Submission) -> None:
    """Check that the submission waits for nothing, counts, and sends no mail."""
    evaluation = submission.evaluations.get()
    assert evaluation.status == Evaluation.Status.FAILED
    assert evaluation.failure == Evaluation.Failure.DELETED
    assert now(submission).counts_toward_limits
    assert submission.first_outcome_at
    assert not Mail.objects.filter(submission=submission).exists()


def test_a_queued_scoring_ends(client, team, submit, on_commit):
    waiting = submit(team)
    with on_commit():
        withdraw(client, waiting, delete_file="on")
    assert_ended_quietly(waiting)
    evaluations.evaluate(waiting.evaluations.get().pk)
    assert_ended_quietly(waiting)
    assert client.get(waiting.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("reads_it_before", [True, False])
def test_a_scoring_that_runs_stores_nothing(
    client, team, submit, on_commit, monkeypatch, reads_it_before, caplog
):
    running = submit(team)
    score_as = evaluations.score_as

    def score_while_the_team_withdraws(*arguments, **about) -> Outcome:
        outcome = score_as(*arguments, **about) if reads_it_before else None
        with on_commit():
            withdraw(client, running, delete_file="on")
        return outcome or score_as(*arguments, **about)

    monkeypatch.setattr(evaluations, "score_as", score_while_the_team_withdraws)
    evaluations.evaluate(running.evaluations.get().pk)
    assert_ended_quietly(running)


def test_a_scoring_that_was_queued_meanwhile_ends_when_it_starts(client, team, submit, on_commit):
    waiting = submit(team)
    with on_commit():
        withdraw(client, waiting, delete_file="on")
    Evaluation.objects.update(status=Evaluation.Status.QUEUED)
    evaluations.evaluate(waiting.evaluations.get().pk)
    assert_ended_quietly(waiting)


def test_a_scoring_again_ends_with_the_earlier_scores(client, scored, on_commit):
    auc = scored.evaluations.get().auc
    evaluations.queue_evaluations([scored])
    with on_commit():
        withdraw(client, scored, delete_file="on")
    evaluation = scored.evaluations.get()
    assert evaluation.status == Evaluation.Status.SCORED
    assert evaluation.auc == auc
    assert evaluation.dataset_scores.count() == 12


def test_an_estimate_of_the_uncertainty_ends(client, scored, on_commit):
    with on_commit():
        withdraw(client, scored, delete_file="on")
    assert Uncertainty.objects.get().status == Uncertainty.Status.FAILED
    uncertainty.estimate(scored.evaluations.get().pk)
    assert Uncertainty.objects.get().status == Uncertainty.Status.FAILED


def test_a_withdrawn_submission_with_its_file_is_still_scored(client, team, submit):
    waiting = submit(team)
    withdraw(client, waiting)
    evaluations.evaluate(waiting.evaluations.get().pk)
    assert waiting.evaluations.get().status == Evaluation.Status.SCORED


def test_entries_without_a_file_are_not_scored_again(client, scored, on_commit, activate_other_labels):
    with on_commit():
        withdraw(client, scored, delete_file="on")
    activate_other_labels()
    assert evaluations.queue_missing_evaluations() == 0
    assert evaluations.queue_evaluations([now(scored)]) == 0


# --- The way back -----------------------------------------------------------------------------------------


@pytest.fixture
def restore(as_user, organizer):
    client = as_user(organizer)
    action = {"action": "restore", "confirm": "yes", "reason": "The team asked for it."}
    return lambda submission: client.post(
        "/admin/challenge/submission/", action | {"_selected_action": submission.pk}, follow=True
    )


def test_organizers_restore_an_entry(client, scored, restore, on_commit):
    withdraw(client, scored)
    with on_commit():
        assert "is restored." in restore(scored).text
    assert now(scored).withdrawn_at is None
    assert ranked() == ["Model 1.0"]


def test_without_its_file_it_cannot_be_restored(client, scored, restore, on_commit):
    with on_commit():
        withdraw(client, scored, delete_file="on")
    assert "ts file was deleted." in restore(scored).text
    assert now(scored).withdrawn_at


def test_what_is_not_withdrawn_is_not_restored(scored, restore):
    assert "t is not withdrawn." in restore(scored).text


def test_a_team_cannot_restore(client, scored, organizer):
    withdraw(client, scored)
    sent = {"action": "restore", "confirm": "yes", "reason": "We want it.", "_selected_action": scored.pk}
    client.post("/admin/challenge/submission/", sent)
    assert now(scored).withdrawn_at


def test_a_choice_is_not_restored(client, scored, restore):
    entries.choose(scored)
    withdraw(client, scored)
    restore(scored)
    assert now(scored).chosen_at is None


def test_an_entry_restored_after_new_labels_is_scored_by_them(client, scored, restore, activate_other_labels):
    withdraw(client, scored)
    activate_other_labels()
    restore(scored)
    evaluations.queue_missing_evaluations()
    active = GroundTruth.objects.active()
    assert scored.evaluations.filter(ground_truth=active, status=Evaluation.Status.QUEUED).exists()
