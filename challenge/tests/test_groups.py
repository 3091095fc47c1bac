"""Groups of seeds: which submissions can be grouped, the page of a group, and the end of a group."""

from collections.abc import Callable
from functools import partial
from threading import Barrier

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Team
from challenge.models import DatasetScore, Evaluation, GroundTruth, MethodGroup, Metric, Submission
from challenge.results.seeds import group_dataset_scores, group_scores, ranked_evaluations, split_by_group
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import entries, groups, submissions
from challenge.services.accounts import close_account
from challenge.services.groups import GroupRefusedError
from challenge.tests.pages import attribute, elements, page_of, text_of
from challenge.tests.processes import in_parallel
from conftest import PASSWORD


@pytest.fixture
def run(entry_by_dataset) -> Callable[..., Submission]:
    """Add a scored run of a method; each run has its own file."""
    made: list[Submission] = []

    def make(team: Team, auc: float = 0.8, **about) -> Submission:
        made.append(entry_by_dataset(team, auc, **{"sha256": f"{len(made):064}"} | about))
        return made[-1]

    return make


@pytest.fixture
def grouped(team, run) -> tuple[MethodGroup, list[Submission]]:
    runs = [run(team, 0.8), run(team, 0.9), run(team, 0.85)]
    return group_of(*runs), runs


def group_of(*members: Submission, name: str = "ResNet-18") -> MethodGroup:
    return groups.create_group(team=members[0].team, name=name, members=[m.pk for m in members])


def members_of(group: MethodGroup) -> set[Submission]:
    return set(Submission.objects.filter(group=group))


def refusal(*members: Submission | int, team: Team) -> str:
    chosen = [m if isinstance(m, int) else m.pk for m in members]
    with pytest.raises(GroupRefusedError) as refused:
        groups.create_group(team=team, name="Refused", members=chosen)
    assert not MethodGroup.objects.filter(name="Refused").exists()
    return str(refused.value)


# --- Conditions of a group --------------------------------------------------------------------------


def test_runs_of_one_team_are_grouped(team, run):
    first, second, other = run(team), run(team), run(team)
    group = group_of(first, second)
    assert members_of(group) == {first, second}
    assert group.team == team
    other.refresh_from_db()
    assert other.group is None


def test_one_alone_is_no_group(team, run):
    assert "at least 2" in refusal(run(team), team=team)
    assert "at least 2" in refusal(team=team)


def test_the_same_run_twice_is_one(team, run):
    one = run(team)
    assert "at least 2" in refusal(one, one, team=team)


def test_twenty_are_a_group_and_one_more_is_not(team, run):
    runs = [run(team) for _ in range(21)]
    assert "at most 20 submissions, but 21 are chosen" in refusal(*runs, team=team)
    assert len(members_of(group_of(*runs[:20]))) == 20


def test_submissions_of_another_team_look_like_none(team, other_team, run):
    theirs = run(other_team)
    for number in (theirs.pk, 999_999):
        assert f"#{number} is not a submission of your team." in refusal(run(team), number, team=team)
    theirs.refresh_from_db()
    assert theirs.group is None


def test_resolutions_have_to_agree(team, run):
    small, large = run(team, resolution=28), run(team, resolution=224)
    assert f"28 × 28: #{small.pk}; 224 × 224: #{large.pk}" in refusal(small, large, team=team)


def test_what_is_not_scored_stays_out(team, run, submit):
    pending = submit(team, resolution=224)
    assert f"#{pending.pk} has no scores." in refusal(run(team), pending, team=team)
    pending.evaluations.update(status=Evaluation.Status.FAILED)
    assert f"#{pending.pk} has no scores." in refusal(run(team), pending, team=team)


def test_what_is_disqualified_stays_out(team, run):
    out = run(team)
    submissions.disqualify(out, "A reason.")
    assert f"#{out.pk} was disqualified." in refusal(run(team), out, team=team)


def test_a_submission_is_in_one_group_at_most(team, grouped, run):
    group, runs = grouped
    assert f"#{runs[0].pk} is already in the group “ResNet-18”" in refusal(run(team), runs[0], team=team)
    assert members_of(group) == set(runs)


def test_the_same_file_counts_once(team, run):
    first, again = run(team, sha256="a" * 64), run(team, sha256="a" * 64, model_name="Other name")
    assert f"#{first.pk}, #{again.pk} are the same file" in refusal(first, again, run(team), team=team)


@pytest.mark.parametrize("departure", [{"external_data": True}, {"special_methods": "An ensemble."}])
def test_standard_and_non_standard_do_not_mix(team, run, departure):
    plain, special = run(team), run(team, **departure)
    message = refusal(plain, special, team=team)
    assert f"(standard: #{plain.pk}; non-standard: #{special.pk})" in message
    assert not group_of(special, run(team, special_methods="Another ensemble.")).is_standard


def test_everything_that_is_wrong_is_said_at_once(team, run):
    small, out = run(team, resolution=28), run(team, resolution=64, external_data=True)
    submissions.disqualify(out, "A reason.")
    message = refusal(small, out, 999_999, team=team)
    for part in ("#999999", f"#{out.pk} was disqualified", "64 × 64", "non-standard: "):
        assert part in message


# --- Changing and dissolving ----------------------------------------------------------------------


def test_name_and_members_are_changed(team, grouped, run):
    group, runs = grouped
    late = run(team)
    groups.change_group(group, name="ResNet-18, longer", members=[runs[0].pk, late.pk])
    group.refresh_from_db()
    assert group.name == "ResNet-18, longer"
    assert members_of(group) == {runs[0], late}
    groups.change_group(group, name="ResNet-18", members=[runs[1].pk, runs[2].pk])  # free again
    assert members_of(group) == set(runs[1:])


def test_a_change_that_is_refused_changes_nothing(team, grouped, run):
    group, runs = grouped
    with pytest.raises(GroupRefusedError):
        groups.change_group(group, name="Worse", members=[runs[0].pk, run(team, resolution=28).pk])
    group.refresh_from_db()
    assert group.name == "ResNet-18"
    assert members_of(group) == set(runs)


def test_dissolving_frees_the_submissions(grouped):
    group, runs = grouped
    groups.dissolve_group(group)
    groups.dissolve_group(group)  # a second click
    assert not MethodGroup.objects.exists()
    assert members_of(group_of(*runs)) == set(runs)


def test_a_group_that_was_dissolved_meanwhile_is_not_changed(grouped):
    group, runs = grouped
    stale = MethodGroup.objects.get()
    groups.dissolve_group(group)
    with pytest.raises(GroupRefusedError, match="dissolved in the meantime"):
        groups.change_group(stale, name="Ghost", members=[run.pk for run in runs])
    assert not Submission.objects.filter(group__isnull=False).exists()


# --- When members leave ---------------------------------------------------------------------------


def test_a_disqualified_member_leaves_the_figures_and_comes_back(grouped, ground_truth):
    group, runs = grouped
    submissions.disqualify(runs[1], "A reason.")
    assert list(group.public_members()) == [runs[0], runs[2]]
    assert [e.submission for e in ranked_evaluations(group, ground_truth)] == [runs[0], runs[2]]
    assert list(MethodGroup.objects.standing()) == [group]
    assert MethodGroup.objects.standing().get().public_count == 2
    submissions.disqualify(runs[2], "A reason.")
    assert not group.is_standing
    assert not MethodGroup.objects.standing().exists()
    submissions.reinstate(runs[1])
    assert group.is_standing
    assert list(MethodGroup.objects.standing()) == [group]


def test_scoring_again_counts_no_member_twice(grouped, ground_truth):
    """A submission scored by two versions has two evaluations."""
    group, runs = grouped
    for member in runs[:2]:
        submissions.disqualify(member, "A reason.")
    old = runs[2].evaluations.get()
    old.pk, old.scorer_version = None, "0"
    old.save()
    assert group.public_members().count() == 1
    assert not MethodGroup.objects.standing().exists()


def test_a_corrected_member_makes_its_group_non_standard(grouped):
    group, runs = grouped
    assert group.is_standard
    entries.correct_protocol(runs[0], external_data=True, special_methods="")
    assert not group.is_standard
    submissions.disqualify(runs[0], "A reason.")
    assert group.is_standard


# --- Means and deviations -------------------------------------------------------------------------


def test_mean_and_sample_deviation(grouped, ground_truth):
    """0.8, 0.9, 0.85: mean 0.85, squared deviations 0.0025 + 0.0025 + 0, over n - 1 = 2, root 0.05."""
    group, _ = grouped
    evaluations = ranked_evaluations(group, ground_truth)
    score = group_scores(evaluations)["auc"]
    assert score.value == pytest.approx(0.85, abs=1e-12)
    assert score.std == pytest.approx(0.05, abs=1e-12)
    assert group_scores(evaluations)["accuracy"].std == 0
    assert set(group_scores(evaluations)) == set(Metric.values)


def test_each_dataset_equals_numpy(grouped, ground_truth):
    evaluations = ranked_evaluations(grouped[0], ground_truth)
    by_dataset = group_dataset_scores(evaluations)
    assert list(by_dataset) == [dataset.name for dataset in MEDMNIST_PLUS]
    for dataset, scores in by_dataset.items():
        rows = DatasetScore.objects.filter(evaluation__in=evaluations, dataset=dataset)
        for metric in Metric.values:
            values = np.array(rows.values_list(metric, flat=True))
            found = (scores[metric].value, scores[metric].std)
            assert found == pytest.approx((values.mean(), values.std(ddof=1)), abs=1e-12)


def test_a_dataset_missing_from_a_member_is_left_out(grouped, ground_truth):
    group, runs = grouped
    DatasetScore.objects.filter(evaluation__submission=runs[0], dataset="pathmnist").delete()
    by_dataset = group_dataset_scores(ranked_evaluations(group, ground_truth))
    assert len(by_dataset) == 11
    assert "pathmnist" not in by_dataset


def test_one_alone_has_no_deviation(grouped, ground_truth):
    score = group_scores(ranked_evaluations(grouped[0], ground_truth)[:1])["auc"]
    assert (score.value, score.std) == (0.8, None)


def test_evaluations_are_split_into_groups_and_single_ones(team, other_team, grouped, run, ground_truth):
    group, runs = grouped
    alone = run(team)
    pair = [run(other_team), run(other_team)]
    other = group_of(*pair, name="Other")
    submissions.disqualify(pair[0], "A reason.")
    ranked = Evaluation.objects.ranked(ground_truth).select_related("submission__group")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        split = split_by_group(ranked.order_by("submission__created_at"))
    assert len(queries) == 1
    assert [(g, [e.submission for e in those]) for g, those in split] == [
        (group, runs), (None, [alone]), (None, [pair[1]]),
    ]  # fmt: skip
    submissions.reinstate(pair[0])
    assert [g for g, _ in split_by_group(ranked.order_by("submission__created_at"))] == [group, None, other]


# --- The page of a group --------------------------------------------------------------------------


def test_the_page_of_a_group(grouped, client):
    group, runs = grouped
    page = page_of(client, group.get_absolute_url())
    text = text_of(page)
    assert "n = 3" in text
    assert "0.8500 ± 0.0500 AUC, mean of 12" in text
    for dataset in MEDMNIST_PLUS:
        assert dataset.title in text
    assert "0.7400 ± 0.0500" in text  # the twelfth dataset: 0.11 below the first
    assert {member.get_absolute_url() for member in runs} <= set(attribute(page, "a", "href"))
    assert "/dissolve/" not in page
    assert "non-standard" not in page


def test_a_group_with_one_public_member_is_there_for_its_team_only(
    grouped, client, as_user, team, other_team, organizer
):
    group, runs = grouped
    for member in runs[1:]:
        submissions.disqualify(member, "A reason.")
    address = group.get_absolute_url()
    assert client.get(address).status_code == 404
    assert as_user(other_team).get(address).status_code == 404
    assert "Others cannot see it" in text_of(page_of(as_user(team), address))
    assert as_user(organizer).get(address).status_code == 200


def test_the_page_says_how_sure_means_and_rank_are(uncertain_entry, team, other_team, client):
    runs = [
        uncertain_entry(team, auc, sha256=f"{auc:064}", model_name=f"Run {auc}") for auc in (0.800, 0.801)
    ]
    group = groups.create_group(team=team, name="Two seeds", members=[run.pk for run in runs])
    uncertain_entry(other_team, 0.9)
    text = text_of(page_of(client, group.get_absolute_url()))
    result = client.get(f"/groups/{group.pk}/result.json").json()
    for scores in (result["average"], *result["datasets"].values()):
        for metric in Metric.values:
            ends = (f"{scores[f'{metric}_{end}']:.4f}" for end in ("low", "high"))
            assert "–".join(ends) in text
    place = result["ranks"]["auc"]
    assert place["rank"] == 2
    assert (place["low"], place["high"]) == (2, 2)
    assert (place["low_over_datasets"], place["high_over_datasets"]) == (2, 2)
    assert "2 rank by AUC, of 2 at this resolution" in text
    assert "moves 2 over resamples of the test images moves 2 over resamples of the datasets" in text
    assert "of 2 entries (simultaneous 95 %)" in text


def test_the_page_names_no_member_that_is_disqualified(grouped, client):
    group, runs = grouped
    submissions.disqualify(runs[0], "A reason.")
    page = page_of(client, group.get_absolute_url())
    assert "n = 2" in page
    assert runs[0].get_absolute_url() not in page
    assert "0.8750" in page


def test_figures_wait_until_members_are_scored_by_the_versions_that_are_ranked(grouped, client, ground_truth):
    group, runs = grouped
    runs[0].evaluations.update(scorer_version="0")
    text = text_of(page_of(client, group.get_absolute_url()))
    assert "This group has 3 seeds. Only 2 of them are scored with the current versions" in text
    assert "n = 2" in text
    runs[1].evaluations.update(scorer_version="0")
    text = text_of(page_of(client, group.get_absolute_url()))
    assert "its submissions have yet to be scored with the current versions" in text
    assert "±" not in text
    GroundTruth.objects.update(activated_at=None)
    assert "its submissions have yet to be scored" in text_of(page_of(client, group.get_absolute_url()))


def test_a_member_names_its_group(grouped, client, as_user, team):
    _, runs = grouped
    assert "One of 3 seeds of ResNet-18 ." in text_of(page_of(client, runs[0].get_absolute_url()))
    submissions.disqualify(runs[2], "A reason.")
    assert "One of 2 seeds" in text_of(page_of(client, runs[0].get_absolute_url()))
    assert "seeds of" not in text_of(page_of(as_user(team), runs[2].get_absolute_url()))
    submissions.disqualify(runs[1], "A reason.")
    assert "seeds of" not in text_of(page_of(client, runs[0].get_absolute_url()))


def test_names_are_escaped(team, run, client):
    member = run(team)
    group = group_of(member, run(team), name="<script>alert(1)</script>")
    for address in (group.get_absolute_url(), member.get_absolute_url()):
        assert "<script>alert(1)" not in page_of(client, address)


# --- The forms ------------------------------------------------------------------------------------

CREATE = "/profile/groups/"


def test_a_team_makes_a_group_on_its_page(as_user, team, run):
    runs = [run(team), run(team)]
    client = as_user(team)
    boxes = attribute(page_of(client, "/profile/"), "input[name=members]", "value")
    assert {str(one.pk) for one in runs} == set(boxes)
    response = client.post(CREATE, {"name": "  ResNet-18 ", "members": [r.pk for r in runs]})
    group = MethodGroup.objects.get()
    assert response.url == group.get_absolute_url()
    assert group.name == "ResNet-18"
    assert members_of(group) == set(runs)
    page = page_of(client, "/profile/")
    assert f"/groups/{group.pk}/edit/" in page
    assert f"/groups/{group.pk}/dissolve/" in page
    assert not elements(page, "[name=members]"), "none is left to group"


def test_nothing_is_lost_when_a_group_is_refused(as_user, team, run):
    small, large, other = run(team, resolution=28), run(team), run(team)
    response = as_user(team).post(CREATE, {"name": "Both sizes", "members": [small.pk, large.pk]})
    page = response.content.decode()
    assert response.status_code == 200
    assert f"28 × 28: #{small.pk}; 224 × 224: #{large.pk}" in page
    assert attribute(page, "input[name=name]", "value") == ["Both sizes"]
    assert ticked(page) == {small.pk, large.pk}
    assert str(other.pk) in attribute(page, "input[name=members]", "value")
    assert elements(page, "input[name=upload]"), "the rest of the page is there"
    assert not MethodGroup.objects.exists()


def ticked(page: str) -> set[int]:
    return set(map(int, attribute(page, "input[name=members][checked]", "value")))


def test_what_was_ticked_stays_though_it_has_gone_to_another_group(as_user, team, run, grouped):
    _, runs = grouped
    page = (
        as_user(team).post(CREATE, {"name": "Second", "members": [runs[0].pk, run(team).pk]}).content.decode()
    )
    assert "is already in the group “ResNet-18”" in page
    assert runs[0].pk in ticked(page)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"members": []}, "Tick at least 2 submissions."),
        ({"members": ["x"]}, "One of these is not a submission of your team."),
        ({"members": ["9" * 40]}, "One of these is not a submission of your team."),
        ({"members": ["\0", "1' OR 1=1"]}, "One of these is not a submission of your team."),
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_answered_in_the_form(as_user, team, run, data, message):
    good = {"name": "ResNet-18", "members": [run(team).pk, run(team).pk]}
    response = as_user(team).post(CREATE, good | data)
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not MethodGroup.objects.exists()


def test_submissions_of_others_cannot_be_grouped(as_user, team, other_team, run):
    mine, theirs = run(team), run(other_team)
    page = as_user(team).post(CREATE, {"name": "Stolen", "members": [mine.pk, theirs.pk]}).content.decode()
    assert "One of these is not a submission of your team." in page
    assert theirs.model_name not in page
    assert not MethodGroup.objects.exists()


def test_a_team_changes_its_group(as_user, team, grouped, run):
    group, runs = grouped
    late, client = run(team), as_user(team)
    address = f"/groups/{group.pk}/edit/"
    page = page_of(client, address)
    assert ticked(page) == {r.pk for r in runs}
    assert attribute(page, "input[name=name]", "value") == ["ResNet-18"]
    response = client.post(address, {"name": "Renamed", "members": [runs[0].pk, late.pk]})
    assert response.url == group.get_absolute_url()
    group.refresh_from_db()
    assert (group.name, members_of(group)) == ("Renamed", {runs[0], late})
    response = client.post(address, {"name": "Again", "members": [late.pk]})
    assert "at least 2" in response.content.decode()
    assert attribute(response.content.decode(), "input[name=name]", "value") == ["Again"]
    assert "This field is required." in client.post(address).content.decode()
    group.refresh_from_db()
    assert group.name == "Renamed"


def test_changing_a_group_says_which_member_is_not_public_any_more(as_user, team, grouped):
    group, runs = grouped
    submissions.disqualify(runs[1], "A reason.")
    page = page_of(as_user(team), f"/groups/{group.pk}/edit/")
    assert ticked(page) == {runs[0].pk, runs[2].pk}
    assert "If you save, it leaves the group" in page
    as_user(team).post(f"/groups/{group.pk}/edit/", {"name": "Two", "members": [runs[0].pk, runs[2].pk]})
    submissions.reinstate(runs[1])
    assert members_of(group) == {runs[0], runs[2]}


def test_dissolving_asks_first(as_user, team, grouped):
    group, _ = grouped
    client, address = as_user(team), f"/groups/{group.pk}/dissolve/"
    assert "Dissolve the group" in page_of(client, address)
    assert MethodGroup.objects.exists()
    response = client.post(address)
    assert response.url == "/profile/#seeds"
    assert not MethodGroup.objects.exists()
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("page", ["edit", "dissolve"])
def test_a_group_is_changed_by_its_team_only(page, grouped, client, as_user, other_team, organizer):
    group, runs = grouped
    address, missing = f"/groups/{group.pk}/{page}/", f"/groups/999999/{page}/"
    data = {"name": "Taken over", "members": [runs[0].pk, runs[1].pk]}
    for someone in (other_team, organizer):
        for answer in (as_user(someone).get(address), as_user(someone).post(address, data)):
            assert answer.status_code == 404
        assert as_user(someone).get(missing).status_code == 404
    for answer in (client.get(address), client.post(address, data)):
        assert answer.url == f"/accounts/login/?next={address}"
    group.refresh_from_db()
    assert (group.name, members_of(group)) == ("ResNet-18", set(runs))


def test_making_a_group_needs_a_login(client, grouped):
    assert client.post(CREATE, {"name": "x"}).url.startswith("/accounts/login/")


def test_the_page_of_a_team_takes_as_many_queries_for_many_runs_and_groups(as_user, team, run):
    client = as_user(team)
    group_of(run(team), run(team)), run(team), run(team)
    with CaptureQueriesContext(connection) as few:
        client.get("/profile/")
    for _ in range(3):
        group_of(run(team), run(team)), run(team)
    with CaptureQueriesContext(connection) as many:
        client.get("/profile/")
    assert len(many) == len(few)


# --- Deleted accounts --------------------------------------------------------------------


def test_public_groups_stay_with_the_public_results_and_others_go(team, grouped, run):
    group, runs = grouped
    pair = [run(team), run(team)]
    group_of(*pair, name="Of one")
    submissions.disqualify(pair[0], "A reason.")
    close_account(team, keep_name=True)
    assert list(MethodGroup.objects.all()) == [group]
    assert members_of(group) == set(runs)
    pair[1].refresh_from_db()
    assert pair[1].group is None
    assert Client().get(group.get_absolute_url()).status_code == 200


def test_groups_go_with_an_account_that_leaves_nothing(team, other_team, grouped, run):
    _, runs = grouped
    theirs = group_of(run(other_team), run(other_team))
    for member in runs:
        submissions.disqualify(member, "A reason.")
    close_account(team, keep_name=True)
    assert not Team.objects.filter(pk=team.pk).exists()
    assert list(MethodGroup.objects.all()) == [theirs]


def test_a_deleted_account_groups_nothing(team, run):
    runs = [run(team), run(team)]
    close_account(team, keep_name=True)
    with pytest.raises(GroupRefusedError, match="deleted"):
        group_of(*runs)


# --- Organizers -----------------------------------------------------------------------------------


def test_organizers_look_at_groups_and_dissolve_them(grouped, as_user, organizer):
    group, runs = grouped
    client = as_user(organizer)
    listed = page_of(client, "/admin/challenge/methodgroup/")
    assert "ResNet-18" in listed
    page = page_of(client, f"/admin/challenge/methodgroup/{group.pk}/change/")
    for member in runs:
        assert f"/admin/challenge/submission/{member.pk}/change/" in page
    assert "ResNet-18" in page_of(client, f"/admin/challenge/submission/{runs[0].pk}/change/")
    response = client.post(
        "/admin/challenge/methodgroup/", {"action": "dissolve", "_selected_action": [group.pk]}, follow=True
    )
    assert "Groups dissolved: 1." in response.content.decode()
    assert not MethodGroup.objects.exists()
    assert Submission.objects.count() == 3
    assert "ResNet-18" in page_of(client, "/admin/"), "it is among the recent actions"


# --- Concurrent requests -----------------------------------------------------------------------------


def logged_in(team: Team) -> Client:
    client = Client(raise_request_exception=False)
    assert client.login(username=team.name, password=PASSWORD)
    return client


def send(client: Client, address: str, data: dict, barrier: Barrier) -> int:
    barrier.wait()
    return client.post(address, data).status_code


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_requests_at_once_do_not_put_one_submission_into_two_groups(team, run, attempt):
    shared, partners = run(team), [run(team) for _ in range(6)]
    barrier = Barrier(len(partners))
    jobs = [
        partial(
            send, logged_in(team), CREATE,
            {"name": f"With {partner.pk}", "members": [shared.pk, partner.pk]}, barrier,
        )
        for partner in partners
    ]  # fmt: skip
    assert sorted(in_parallel(jobs)) == [200, 200, 200, 200, 200, 302]
    group = MethodGroup.objects.get()
    assert members_of(group) == {shared, next(p for p in partners if f"With {p.pk}" == group.name)}


@pytest.mark.django_db(transaction=True)
def test_two_groups_do_not_take_the_same_run_at_once(team, run):
    shared = run(team)
    made = [group_of(run(team), run(team)) for _ in range(2)]
    barrier = Barrier(2)
    jobs = []
    for group in made:
        pks = [member.pk for member in members_of(group)]
        data = {"name": group.name, "members": [*pks, shared.pk]}
        jobs.append(partial(send, logged_in(team), reverse("edit_group", args=[group.pk]), data, barrier))
    assert sorted(in_parallel(jobs)) == [200, 302]
    assert sorted(len(members_of(group)) for group in made) == [2, 3]
