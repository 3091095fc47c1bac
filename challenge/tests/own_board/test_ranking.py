"""Ranks by chosen datasets next to the official ranks: weights, filters, and rows that are not ranked."""

from django.core.management import call_command

from challenge.models import Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import history, submissions
from challenge.tests.own_board.boards import ADDRESS, CSV, ORGANS, publish, table
from challenge.tests.pages import element, elements, page_of, region, text_of


def test_it_ranks_by_the_chosen_datasets_next_to_the_official_rank(client, specialist, team, other_team):
    specialist(team, 0.9, 0.7, model_name="Generalist")
    specialist(other_team, 0.8, 0.95, model_name="Surgeon")
    page = page_of(client, f"{ADDRESS}?{ORGANS}")
    assert text_of(element(page, "h2")) == "Your selection, not the official ranking"
    assert "unweighted mean over OrganAMNIST, OrganCMNIST and OrganSMNIST" in text_of(page)
    assert "Highest: Surgeon (Team Beta) with 0.9500" in text_of(page)
    head, first, second = table(client, ORGANS)
    assert head == [
        "Rank",
        "Entry",
        "Your mean ↓",
        "Official rank",
        "OrganAMNIST",
        "OrganCMNIST",
        "OrganSMNIST",
    ]
    assert (first[0], first[2:4]) == ("(1) , not compared", ["0.9500", "2 1 higher here"])
    assert first[4:] == ["0.9500"] * 3
    assert (second[2:4]) == ["0.7000", "1 1 lower here"]
    assert "Surgeon" in first[1]
    assert "Generalist" in second[1]


def test_weights_count(client, specialist, team, other_team):
    specialist(team, 0.9, 0.7)
    specialist(other_team, 0.8, 0.95)
    _, first, second = table(client, "pathmnist=3&organamnist=1")
    assert (first[2], second[2]) == ("0.8500", "0.8375")
    page = page_of(client, f"{ADDRESS}?pathmnist=3&organamnist=1")
    assert "weighted mean over PathMNIST (weight 3) and OrganAMNIST (weight 1)" in text_of(page)


def test_one_dataset_is_its_own_ranking(client, specialist, team, other_team):
    specialist(team, 0.9, 0.7)
    specialist(other_team, 0.8, 0.95)
    head, first, _ = table(client, "octmnist=1")
    assert head == ["Rank", "Entry", "Your mean ↓", "Official rank"]
    assert first[2:] == ["0.9000", "1 the same"]


def test_the_best_of_a_team_is_its_best_by_the_reader_s_mean(client, specialist, team):
    specialist(team, 0.9, 0.7, model_name="Generalist")
    surgeon = specialist(team, 0.8, 0.95, model_name="Surgeon")
    _, only = table(client, ORGANS)
    assert "Surgeon" in only[1]
    assert only[3] == "–"
    assert [row[3] for row in table(client, f"entries=all&{ORGANS}")[1:]] == [
        "2 1 higher here",
        "1 1 lower here",
    ]
    submissions_of_team = Submission.objects.filter(team=team).exclude(pk=surgeon.pk)
    submissions_of_team.update(chosen_at=surgeon.created_at)
    _, only = table(client, ORGANS)
    assert "Generalist" in only[1]


def test_a_row_without_a_chosen_dataset_is_listed_as_not_ranked(client, specialist, team):
    specialist(team, 0.5, 0.6)
    publish("vgg16", {"average": 0.99})
    publish("alexnet", {"average": 0.4} | {d.name: 0.4 for d in MEDMNIST_PLUS if d.name != "octmnist"})
    page = page_of(client, f"{ADDRESS}?{ORGANS}")
    assert len(elements(region(page, "Your ranking"), "tbody tr")) == 2
    assert [text_of(one) for one in elements(page, "#not-ranked ~ ul li")] == [
        "VGG16, end-to-end , official rank 1"
    ]
    assert "is not known for 1 row." in text_of(page)
    assert "The official leaderboard ranks it, so the ranks below it are smaller here." in text_of(page)
    page = page_of(client, f"{ADDRESS}?octmnist=1")
    assert len(elements(page, "#not-ranked ~ ul li")) == 2
    page = page_of(client, f"{ADDRESS}?baselines=off&{ORGANS}")
    assert not elements(page, "#not-ranked")


def test_the_filters_choose_the_rows(client, specialist, team, other_team):
    specialist(team, 0.5, 0.6)
    specialist(other_team, 0.6, 0.7, external_data=True)
    specialist(team, 0.9, 0.9, resolution=28)
    publish("alexnet", {"average": 0.4} | {d.name: 0.4 for d in MEDMNIST_PLUS})
    assert [row[2] for row in table(client, ORGANS)[1:]] == ["0.7000", "0.6000", "0.4000"]
    assert [row[2] for row in table(client, f"protocol=standard&{ORGANS}")[1:]] == ["0.6000", "0.4000"]
    assert [row[2] for row in table(client, f"baselines=off&{ORGANS}")[1:]] == ["0.7000", "0.6000"]
    assert [row[2] for row in table(client, f"resolution=28&{ORGANS}")[1:]] == ["0.9000"]


def test_without_rows_the_page_says_so(client, ground_truth):
    page = page_of(client, f"{ADDRESS}?{ORGANS}")
    assert "No row at this resolution has AUC on each of these datasets." in text_of(page)
    assert client.get(f"{CSV}?{ORGANS}").content.decode().count("\n") == 1


def test_entries_that_do_not_count_are_not_there(client, specialist, team, other_team):
    specialist(team, 0.9, 0.9, model_name="Kept for myself", visibility="private")
    submissions.disqualify(
        specialist(team, 0.99, 0.99, model_name="Cheated"), "Trained on test images.", by=history.COMMAND
    )
    specialist(other_team, 0.8, 0.8, model_name="<script>alert(1)</script>", visibility="anonymous")
    for address in (ADDRESS, CSV):
        text = client.get(f"{address}?entries=all&{ORGANS}").content.decode()
        assert "Kept for myself" not in text
        assert "Cheated" not in text
        assert "Team Beta" not in text
        assert "Anonymous team" in text
        assert address == CSV or "<script>alert" not in text


def test_few_queries_whatever_the_number_of_rows(
    client, specialist, team, other_team, django_assert_max_num_queries
):
    call_command("import_reported_baselines", verbosity=0)
    for organs in (0.8, 0.81, 0.82, 0.83):
        specialist(team, 0.8, organs, spread=0.01)
        specialist(other_team, 0.8, organs)
    with django_assert_max_num_queries(13):
        page = page_of(client, f"{ADDRESS}?entries=all&{ORGANS}")
    assert len(elements(region(page, "Your ranking"), "tbody tr")) == 28
    assert len(elements(page, "#not-ranked ~ ul li")) == 4 + 10  # of mm-PT only the mean, of k-NN no AUC
    assert "The official leaderboard ranks 4 of them, so the ranks below these are smaller here." in text_of(
        page
    )
