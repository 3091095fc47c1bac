"""Work of organizers in the admin: submissions, ground truths, phases, and permissions."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import Team
from challenge.leaderboard.ranking import Filters, leaderboard
from challenge.models import Evaluation, GroundTruth, Phase, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.metrics.ranked import SCORER_VERSION
from challenge.services import evaluations, ground_truths, submissions
from challenge.tests.pages import elements, page_of, text_of

SUBMISSIONS = "/admin/challenge/submission/"
GROUND_TRUTHS = "/admin/challenge/groundtruth/"
PHASES = "/admin/challenge/phase/"
TEAMS = "/admin/accounts/team/"
REASON = "Trained on the <test> set."


@pytest.fixture
def client(organizer, as_user) -> Client:
    return as_user(organizer)


@pytest.fixture
def entry(submit):
    """Add a scored entry without reading a file."""
    numbers = count()

    def make(team: Team, auc: float = 0.8, **about) -> Submission:
        content = f"the predictions {next(numbers)}".encode()
        submission = submit(team, content=content, **({"model_name": f"Model {auc}"} | about))
        submission.evaluations.update(
            status=Evaluation.Status.SCORED,
            scored_at=timezone.now(),
            auc=auc,
            balanced_accuracy=0.5,
            cohen_kappa=0.5,
            accuracy=0.5,
        )
        return submission

    return make


def act(client: Client, action: str, *rows, page: str = SUBMISSIONS, **about: object):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(page, chosen | about, follow=True)


def listed(client: Client, **query: str | int) -> list[Submission]:
    response = client.get(SUBMISSIONS, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def board(ground_truth: GroundTruth | None = None) -> list[tuple[int | None, Submission | None]]:
    filters = Filters(28, all_entries=True)
    return [
        (r.rank, r.submission) for r in leaderboard(filters, ground_truth or GroundTruth.objects.active())
    ]


# --- Finding submissions --------------------------------------------------------------------------


@pytest.fixture
def some(entry, submit, team, other_team) -> dict[str, Submission]:
    scored = entry(team, 0.9, model_name="ResNet-18", description="Trained with care.")
    queued = submit(other_team, content=b"other", model_name="ViT", resolution=224, external_data=True)
    failed = submit(other_team, content=b"bad", model_name="AlexNet")
    failed.evaluations.update(
        status=Evaluation.Status.FAILED,
        failure=Evaluation.Failure.FILE,
        problems=["octmnist, line 3: <b>bad</b>."],
    )
    Submission.objects.filter(pk=failed.pk).update(counts_toward_limits=False)
    return {"scored": scored, "queued": queued, "failed": failed}


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


# --- Scoring again --------------------------------------------------------------------------------


def test_scores_stay_until_they_are_replaced_and_no_limit_is_touched(client, submit_and_score, team):
    submission = submit_and_score(team)
    score = submission.evaluations.get().auc
    quota = submissions.remaining_quota(team, submission.phase)
    response = act(client, "score_again", submission)
    assert "Submissions being scored again: 1." in response.content.decode()
    waiting = submission.evaluations.get()
    assert waiting.status == Evaluation.Status.QUEUED
    assert waiting.auc == score
    assert board() == [(1, submission)]
    assert Client().get(submission.get_absolute_url()).status_code == 200
    evaluations.evaluate(waiting.pk)
    again = submission.evaluations.get()
    assert (again.status, again.auc) == (Evaluation.Status.SCORED, score)
    assert submissions.remaining_quota(team, submission.phase) == quota


def test_a_failed_submission_is_scored_again_for_free(client, some, other_team):
    quota = submissions.remaining_quota(other_team, some["failed"].phase)
    act(client, "score_again", some["failed"])
    assert some["failed"].evaluations.get().status == Evaluation.Status.QUEUED
    assert submissions.remaining_quota(other_team, some["failed"].phase) == quota


def test_without_an_active_ground_truth_scoring_again_says_why_not(client, entry, team):
    submission = entry(team)
    GroundTruth.objects.update(activated_at=None)
    response = act(client, "score_again", submission)
    assert "No ground truth is active" in response.content.decode()
    assert submission.evaluations.get().status == Evaluation.Status.SCORED


# --- Disqualifying --------------------------------------------------------------------------------


def test_disqualifying_asks_for_the_reason_first(client, entry, team):
    submission = entry(team)
    text = act(client, "disqualify", submission).content.decode()
    assert elements(text, "[name=reason]")
    assert str(submission) in text
    submission.refresh_from_db()
    assert not submission.is_disqualified


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_without_a_reason_nobody_is_disqualified(reason, client, entry, team):
    submission = entry(team)
    text = act(client, "disqualify", submission, confirm="yes", reason=reason).content.decode()
    assert "This field is required." in text
    submission.refresh_from_db()
    assert not submission.is_disqualified


def test_a_disqualified_entry_leaves_the_ranking_and_public_view_and_comes_back(
    client, entry, team, other_team, as_user
):
    first, second = entry(team, 0.9), entry(other_team, 0.8)
    assert board() == [(1, first), (2, second)]
    response = act(client, "disqualify", first, confirm="yes", reason=REASON)
    assert "Submissions disqualified: 1." in response.content.decode()
    assert board() == [(1, second)]
    assert Client().get(first.get_absolute_url()).status_code == 404
    assert "Model 0.9" not in page_of(Client(), "/leaderboard/?resolution=28&entries=all")
    for page in ("/profile/", first.get_absolute_url()):
        assert "Trained on the &lt;test&gt; set." in page_of(as_user(team), page)

    response = act(client, "reinstate", first)
    assert "Submissions reinstated: 1." in response.content.decode()
    assert board() == [(1, first), (2, second)]
    first.refresh_from_db()
    assert first.disqualification_reason == ""
    assert "Trained on" not in page_of(as_user(team), "/profile/")


def test_disqualifying_gives_no_submission_back(client, entry, team):
    submission = entry(team)
    quota = submissions.remaining_quota(team, submission.phase)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    assert submissions.remaining_quota(team, submission.phase) == quota


def test_a_disqualified_entry_that_is_scored_again_stays_out(client, submit_and_score, team):
    submission = submit_and_score(team)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    act(client, "score_again", submission)
    evaluations.evaluate(submission.evaluations.get().pk)
    assert board() == []
    assert Client().get(submission.get_absolute_url()).status_code == 404


def test_several_at_once(client, entry, team, other_team):
    rows = [entry(team, 0.9), entry(team, 0.8), entry(other_team, 0.7)]
    act(client, "disqualify", *rows[:2], confirm="yes", reason=REASON)
    assert board() == [(1, rows[2])]


def test_who_disqualified_and_why_is_written_down(client, entry, team, organizer):
    submission = entry(team)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    act(client, "reinstate", submission)
    log = [(e.user, e.get_change_message()) for e in LogEntry.objects.order_by("pk")]
    assert log == [(organizer, f"Disqualified: {REASON}"), (organizer, "Disqualification withdrawn")]
    assert "Disqualified" in page_of(client, f"{SUBMISSIONS}{submission.pk}/history/")


# --- Ground truths --------------------------------------------------------------------------------


@pytest.fixture
def other_labels(ground_truth) -> GroundTruth:
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    return ground_truths.store_ground_truth(labels, name="Other labels", is_demo=True, activate=False)


def test_another_ground_truth_is_activated_and_everything_scored_is_scored_against_it(
    client, ground_truth, other_labels, submit_and_score, entry, submit, team, other_team
):
    good, bad = submit_and_score(team, skill=2.0), submit_and_score(other_team, content=b"bad")
    waiting = submit(other_team, content=b"waiting")
    before = good.evaluations.get().auc
    assert before > 0.8
    response = act(client, "activate", other_labels, page=GROUND_TRUTHS)
    assert "is active. Submissions being scored against it: 1." in response.content.decode()
    assert GroundTruth.objects.active() == other_labels
    assert board() == [], "no entry is ranked by labels that it was not scored against"
    assert Client().get(good.get_absolute_url()).status_code == 200
    evaluations.evaluate(good.evaluations.get(ground_truth=other_labels).pk)
    ((rank, submission),) = board()
    assert (rank, submission) == (1, good)
    assert good.evaluations.get(ground_truth=other_labels).auc < 0.6
    assert good.evaluations.get(ground_truth=ground_truth).auc == before
    assert not bad.evaluations.filter(ground_truth=other_labels).exists()
    evaluations.evaluate(waiting.evaluations.get().pk)  # evaluations queued before are not lost

    act(client, "activate", ground_truth, page=GROUND_TRUTHS)
    assert board() == [(1, good)], "the old scores are there at once"
    assert good.evaluations.get(ground_truth=ground_truth).status == Evaluation.Status.SCORED


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_ground_truth_is_activated(count, client, ground_truth, other_labels):
    act(client, "activate", *[other_labels, ground_truth][:count], page=GROUND_TRUTHS)
    assert GroundTruth.objects.active() == ground_truth


def test_the_list_marks_the_active_one(client, ground_truth, other_labels):
    text = page_of(client, GROUND_TRUTHS)
    assert len(elements(text, "[alt=True]")) == 3  # two of demo data, one active
    assert ground_truth.version in text


def test_ground_truths_are_neither_typed_nor_deleted(client, ground_truth):
    page = f"{GROUND_TRUTHS}{ground_truth.pk}/"
    assert client.post(f"{page}change/", {"name": "Changed"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", ground_truth, page=GROUND_TRUTHS, post="yes")
    assert GroundTruth.objects.get().name == "Demo labels"


# --- Phases ---------------------------------------------------------------------------------------


def phase_form(**changes: object) -> dict[str, object]:
    return {
        "name": "Spring",
        "opens_at_0": "2026-03-01",
        "opens_at_1": "00:00",
        "closes_at_0": "",
        "closes_at_1": "",
        "daily_limit": 10,
        "total_limit": 100,
        "daily_failure_limit": 30,
    } | changes


def test_limits_of_the_phase_hold_at_once(client, submit, team):
    submission = submit(team, content=b"one")
    phase = submission.phase
    form = phase_form(opens_at_0="2020-01-01", daily_limit=1)
    assert client.post(f"{PHASES}{phase.pk}/change/", form).status_code == 302
    with pytest.raises(submissions.SubmissionRefusedError, match=r"daily limit of submissions \(1\)"):
        submit(team, content=b"two")


def test_closing_the_phase_ends_submissions(client, submit, team, ground_truth):
    phase = Phase.objects.get()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    form = phase_form(opens_at_0="2020-01-01", closes_at_0=f"{yesterday:%Y-%m-%d}", closes_at_1="12:00")
    assert client.post(f"{PHASES}{phase.pk}/change/", form).status_code == 302
    with pytest.raises(submissions.SubmissionRefusedError, match=r"Submissions are closed\."):
        submit(team, content=b"late")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"closes_at_0": "2026-02-28", "closes_at_1": "00:00"}, "The phase must close after it opens."),
        ({"closes_at_0": "2026-03-01", "closes_at_1": "00:00"}, "The phase must close after it opens."),
        ({"daily_limit": -1}, "greater than or equal to 0"),
        ({"daily_limit": "many"}, "Enter a whole number."),
        ({"total_limit": ""}, "This field is required."),
        ({"opens_at_0": "soon"}, "Enter a valid date."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_phase_that_makes_no_sense_is_refused(changes, message, client):
    response = client.post(f"{PHASES}add/", phase_form(**changes))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert Phase.objects.count() == 1


def test_a_phase_with_submissions_cannot_be_deleted(client, entry, team):
    phase = entry(team).phase
    text = client.post(f"{PHASES}{phase.pk}/delete/", {"post": "yes"}, follow=True).content.decode()
    assert Phase.objects.filter(pk=phase.pk).exists()
    assert "Cannot delete phase" in text


# --- Teams ----------------------------------------------------------------------------------------


def test_the_list_of_teams_takes_a_fixed_number_of_queries(
    client, team, submit, django_assert_max_num_queries
):
    submit(team)
    for i in range(20):
        Team.objects.create_user(f"Team {i}", f"{i}@example.org")
    with django_assert_max_num_queries(10):
        page = client.get(TEAMS).text
    assert "1" in [text_of(cell) for cell in elements(page, "td.field-submission_count")]


# --- Who may not ----------------------------------------------------------------------------------

EVERY_ACTION = [
    (SUBMISSIONS, "score_again"),
    (SUBMISSIONS, "disqualify"),
    (SUBMISSIONS, "reinstate"),
    (SUBMISSIONS, "delete_selected"),
    (GROUND_TRUTHS, "activate"),
    (GROUND_TRUTHS, "delete_selected"),
]


@pytest.fixture
def helper(db) -> Team:
    return Team.objects.create_user("Helper", "helper@example.org", is_staff=True)


def allow(helper: Team, *codenames: str) -> None:
    helper.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    assert helper.user_permissions.count() == len(codenames)


def snapshot() -> tuple:
    submission_rows = Submission.objects.order_by("pk").values_list(
        "pk", "disqualified_at", "disqualification_reason"
    )
    evaluation_rows = Evaluation.objects.order_by("pk").values_list("pk", "status", "queued_at")
    return list(submission_rows), list(evaluation_rows), GroundTruth.objects.active()


@pytest.mark.parametrize(("page", "action"), EVERY_ACTION)
@pytest.mark.parametrize("who", ["stranger", "team", "staff without permissions", "staff who may look"])
def test_actions_need_the_permission(who, page, action, entry, team, other_labels, helper, as_user):
    submission = entry(team)
    before = snapshot()
    if who == "staff who may look":
        allow(helper, "view_submission", "view_groundtruth", "view_phase")
    client = {"stranger": Client(), "team": as_user(team)}.get(who) or as_user(helper)
    row = other_labels if page == GROUND_TRUTHS else submission
    response = act(client, action, row, page=page, confirm="yes", reason=REASON, post="yes")
    # visitors are sent to the login, teams are refused; staff with view permission see the list again
    assert response.status_code in ((200,) if who in ("stranger", "staff who may look") else (403,))
    assert snapshot() == before


def test_staff_who_may_look_see_no_actions(some, helper, as_user):
    allow(helper, "view_submission")
    text = page_of(as_user(helper), SUBMISSIONS)
    assert "ResNet-18" in text
    assert not elements(text, "[value=disqualify]")


def test_staff_who_may_change_submissions_act_on_them_and_on_nothing_else(entry, team, helper, as_user):
    submission = entry(team)
    allow(helper, "view_submission", "change_submission")
    client = as_user(helper)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    submission.refresh_from_db()
    assert submission.is_disqualified
    for page in (GROUND_TRUTHS, PHASES, TEAMS):
        assert client.get(page).status_code == 403


@pytest.mark.parametrize("page", ["", "challenge/submission/", "challenge/phase/add/", "accounts/team/"])
def test_teams_do_not_enter(page, team, as_user):
    response = as_user(team).get(f"/admin/{page}", follow=True)
    assert response.status_code == 403


def test_the_scorer_version_of_the_site_is_the_one_that_is_ranked(entry, team):
    submission = entry(team)
    assert board() == [(1, submission)]
    submission.evaluations.update(scorer_version=f"not {SCORER_VERSION}")
    assert board() == []
