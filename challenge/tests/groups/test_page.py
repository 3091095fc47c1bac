"""Page of a group, and the words about it on the pages of its members."""

from challenge.models import GroundTruth, Metric
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import groups, history, submissions
from challenge.tests.groups.members import group_of
from challenge.tests.pages import attribute, page_of, text_of


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
        submissions.disqualify(member, "A reason.", by=history.COMMAND)
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
    submissions.disqualify(runs[0], "A reason.", by=history.COMMAND)
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
    submissions.disqualify(runs[2], "A reason.", by=history.COMMAND)
    assert "One of 2 seeds" in text_of(page_of(client, runs[0].get_absolute_url()))
    assert "seeds of" not in text_of(page_of(as_user(team), runs[2].get_absolute_url()))
    submissions.disqualify(runs[1], "A reason.", by=history.COMMAND)
    assert "seeds of" not in text_of(page_of(client, runs[0].get_absolute_url()))


def test_names_are_escaped(team, run, client):
    member = run(team)
    group = group_of(member, run(team), name="<script>alert(1)</script>")
    for address in (group.get_absolute_url(), member.get_absolute_url()):
        assert "<script>alert(1)" not in page_of(client, address)
