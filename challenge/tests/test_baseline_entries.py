"""Baseline entries: the organizers' own submissions, marked on the leaderboard, with their configuration."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from challenge.entries.training import describe_training
from challenge.models import Phase, PublishedMethod, PublishedScore, Submission
from challenge.results.merged_sources import merge_sources
from challenge.services.published import PublishedResult, publish_results, replace_published_results
from challenge.services.submissions import SubmissionRefusedError
from challenge.tests.pages import Html, element, elements, page_of, region, text_of

TRAINING = {
    "seed": 9930641,
    "scheme": "mm-pt",
    "architecture": "resnet18",
    "resolution": 28,
    "weighted_loss": True,
    "weighting_excludes": ["retinamnist", "breastmnist"],
    "batch_norm": "per-dataset",
    "weights": None,
    "learning_rate": 0.0001,
    "best_epoch": {"pathmnist": 3, "breastmnist": 12},
    "versions": {"torch": "2.13.0", "timm": "1.0.31"},
    "git_commit": "0123456789abcdef",
    "a_new_setting": "<script>alert(1)</script>",
}


def tags(html: Html) -> int:
    """Return the number of baseline marks."""
    return [text_of(tag) for tag in elements(html, "span")].count("baseline")


def test_the_board_and_the_page_say_that_it_is_a_baseline(entry, team, other_team, client):
    ours, theirs = entry(team, 0.9, training=TRAINING), entry(other_team, 0.8)
    assert (ours.is_baseline, theirs.is_baseline) == (True, False)
    rows = elements(region(page_of(client, "/leaderboard/"), "Ranking"), "tbody tr")
    assert [tags(row) for row in rows if "Model " in text_of(row)] == [1, 0]
    assert tags(page_of(client, ours.get_absolute_url())) == 1
    assert tags(page_of(client, theirs.get_absolute_url())) == 0


def test_each_baseline_is_shown_in_addition_to_the_best_of_its_team(entry, team, client):
    for value in (0.9, 0.8):
        entry(team, value, training=TRAINING)
    for value in (0.7, 0.6):
        entry(team, value)
    board = region(page_of(client, "/leaderboard/?baselines=off"), "Ranking")
    assert [tags(row) for row in elements(board, "tbody tr")] == [1, 1, 0]


def test_its_page_shows_the_configuration_as_text(entry, team, client):
    page = page_of(client, entry(team, 0.9, training=TRAINING).get_absolute_url())
    training = element(page, "section[aria-labelledby=training-title] dl")
    names, values = ([text_of(one) for one in elements(training, tag)] for tag in ("dt", "dd"))
    shown = dict(zip(names, values, strict=True))
    for setting, value in [
        ("Scheme", "mm-PT"),
        ("Architecture", "ResNet-18 (resnet18)"),
        ("Weighted loss", "yes"),
        ("Datasets without weighting", "retinamnist, breastmnist"),
        ("BatchNorm statistics", "per-dataset"),
        ("Learning rate", "0.0001"),
        ("Best epoch", "pathmnist 3, breastmnist 12"),
        ("Seed", "9930641"),
        ("Versions", "torch 2.13.0, timm 1.0.31"),
        ("Git commit", "0123456789abcdef"),
        ("A new setting", "<script>alert(1)</script>"),
    ]:
        assert shown[setting] == value
    assert "Initial weights (file)" not in page  # empty, so left out
    assert "<script>alert" not in page


def test_the_pages_of_others_have_no_such_section(entry, team, client):
    page = page_of(client, entry(team, 0.9).get_absolute_url())
    assert "Training" not in [text_of(heading) for heading in elements(page, "h2")]


def test_settings_have_a_fixed_order_with_unknown_settings_last():
    names = [name for name, _ in describe_training(TRAINING)]
    assert names[:3] == ["Scheme", "Architecture", "Resolution"]
    assert names[-1] == "A new setting"


@pytest.mark.parametrize("value", ["teacher-student", ["mm-pt"], {"name": "mm-pt"}, 3])
def test_a_scheme_that_the_site_does_not_know_is_shown_as_it_is(value):
    ((_, text),) = describe_training({"scheme": value, "architecture": None})
    assert "mm-pt" in text or text == str(value)


def test_protocol_and_cost_of_the_backbone_are_words_and_round_numbers():
    training = {
        "scheme": "mm-pt", "protocol": "thesis", "probing": "frozen", "backbone_parameters": 11_176_512,
        "backbone_operations": 3_627_122_688,
    }  # fmt: skip
    assert describe_training(training) == [
        ("Protocol", "Bachmeier (2024)"),
        ("Scheme", "mm-PT"),
        ("Parameters of the backbone", "11,176,512"),
        ("FLOPs for an image", "3.63 billion"),
    ]
    probed = dict(describe_training(training | {"scheme": "linear-probing", "probing": "drifting"}))
    assert probed["Backbone of linear probing"] == "drifting"


def test_it_passes_the_checks_of_every_submission_and_counts(submit, team):
    submit(team, training=TRAINING)
    Phase.objects.update(total_limit=1)
    with pytest.raises(SubmissionRefusedError, match=r"limit of submissions in this phase \(1\)"):
        submit(team, model_name="Another", training=TRAINING)
    assert Submission.objects.get().training == TRAINING


def test_the_form_cannot_make_a_baseline(ground_truth, as_user, team):
    form = {
        "upload": SimpleUploadedFile("predictions.csv", b"dataset,index,p0\n"),
        "resolution": 28,
        "model_name": "ResNet",
        "description": "Trained with care.",
        "training": json.dumps(TRAINING),
    }
    assert as_user(team).post("/profile/", form).status_code == 302
    assert not Submission.objects.get().is_baseline


def result(source: str, mean: float, **about) -> PublishedResult:
    fields: dict[str, Any] = {
        "scheme": "end-to-end", "architecture": "vgg16", "weighted_loss": False, "resolution": 28,
        "dataset": "average", "metric": "auc", "std": None,
    } | about  # fmt: skip
    return PublishedResult(source=source, mean=mean, **fields)


@pytest.fixture
def published(db) -> None:
    replace_published_results([result("thesis2024", 0.91), result("doerrich2024", 0.92)])
    publish_results(
        "reevaluated", [result("reevaluated", 0.93), result("reevaluated", 0.6, metric="accuracy")]
    )


def test_printed_scores_take_precedence_over_re_evaluated_scores(published, client):
    (scores,) = merge_sources(PublishedScore.objects.all(), by="method_id").values()
    assert scores["auc"].value == 0.92
    assert scores["auc"].source == "Doerrich et al. (2025)"
    assert scores["auc"].others == ("Bachmeier (2024): 0.9100", "re-evaluated here: 0.9300")
    assert scores["accuracy"].source == "re-evaluated here"
    page = page_of(client, PublishedMethod.objects.get().get_absolute_url())
    assert "0.6000" in page
    assert "we computed these values from weights of this method" in page


@pytest.mark.parametrize("path", ["/metrics/", "/challenge/", "/baselines/", "/leaderboard/?resolution=28"])
def test_pages_distinguish_cited_and_re_evaluated_scores(published, client, path):
    page = page_of(client, path)
    assert "“re-evaluated here”" in page
    assert "not scored" not in page


def test_a_method_is_said_to_be_re_evaluated_where_another_resolution_of_it_is(published, client):
    """Each page of a method shows its means at all resolutions."""
    publish_results("doerrich2024", [result("doerrich2024", 0.8, resolution=64)])
    other = page_of(client, PublishedMethod.objects.get(resolution=64).get_absolute_url())
    assert "we computed these values from weights of this method" in other
    assert "not scored" not in other
    publish_results("doerrich2024", [result("doerrich2024", 0.8, architecture="alexnet")])
    alone = page_of(client, PublishedMethod.objects.get(architecture="alexnet").get_absolute_url())
    assert "They were not scored on this site" in alone
    assert "we computed those" not in alone


def test_publishing_replaces_one_method_of_one_source(published):
    publish_results("reevaluated", [result("reevaluated", 0.7, architecture="resnet18")])
    publish_results("reevaluated", [result("reevaluated", 0.94)])
    found = set(PublishedScore.objects.values_list("method__architecture", "source", "metric", "mean"))
    assert found == {
        ("vgg16", "thesis2024", "auc", 0.91),
        ("vgg16", "doerrich2024", "auc", 0.92),
        ("vgg16", "reevaluated", "auc", 0.94),
        ("resnet18", "reevaluated", "auc", 0.7),
    }


def test_importing_the_printed_results_again_keeps_re_evaluations(published):
    publish_results("reevaluated", [result("reevaluated", 0.7, architecture="resnet18")])
    replace_published_results([result("doerrich2024", 0.99, architecture="alexnet")])
    found = set(PublishedScore.objects.values_list("method__architecture", "source", "metric", "mean"))
    assert ("vgg16", "doerrich2024", "auc", 0.92) not in found
    assert {("vgg16", "reevaluated", "auc", 0.93), ("resnet18", "reevaluated", "auc", 0.7)} < found


def test_the_experiments_are_those_of_the_printed_results(published, client):
    """In this case no source printed the accuracy of end-to-end training: only the table shows it."""
    page = page_of(client, "/baselines/?resolution=28&metric=accuracy")
    assert "0.6000" in page
    assert "Accuracy was not published for end-to-end" in page
