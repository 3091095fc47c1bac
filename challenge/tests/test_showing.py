"""Texts on the page of an entry that show it elsewhere: badge, LaTeX, model card, and lines that read its numbers."""

import subprocess
from shutil import which

import pytest
import yaml
from django.conf import settings
from django.test import Client

from challenge.models import Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.tests.pages import element, elements, page_of
from challenge.tests.test_citation import HOSTILE, printed


@pytest.fixture
def shown(uncertain_entry, team) -> Submission:
    return uncertain_entry(team, 0.9123, model_name="ResNet-18 & more")


def snippet(submission: Submission, key: str) -> str:
    page = page_of(Client(), f"/submissions/{submission.pk}/")
    return element(page, f"#show-{key}").text()


def average(submission: Submission) -> dict:
    return Client().get(f"/submissions/{submission.pk}/result.json").json()["average"]


def test_each_text_can_be_copied_and_read_without_scripts(shown, client):
    page = page_of(client, f"/submissions/{shown.pk}/")
    buttons = elements(page, "#showing button")
    texts = elements(page, "#showing details pre")
    assert len(texts) == 6
    assert [button.attributes["data-copy"] for button in buttons] == [text.attributes["id"] for text in texts]


def test_the_badge_links_to_the_page(shown):
    address = f"{settings.SITE_URL}/submissions/{shown.pk}/"
    text = snippet(shown, "markdown")
    assert text == f"[![Rank on the BIG benchmark]({address}badge.svg)]({address})"


def test_the_latex_row_has_means_with_intervals(shown):
    scores = average(shown)
    cells = snippet(shown, "latex-row").removesuffix(r" \\").split(" & ")
    assert cells == [
        r"ResNet-18 \& more",
        *(f"{scores[m]:.4f} [{scores[f'{m}_low']:.4f}, {scores[f'{m}_high']:.4f}]" for m in METRICS),
    ]


def test_the_latex_table_has_a_line_for_each_dataset_and_the_mean(shown):
    lines = [line for line in snippet(shown, "latex-table").splitlines() if line.endswith(r"\\")]
    assert [line.split(" & ")[0] for line in lines] == ["Dataset", *(d.title for d in MEDMNIST_PLUS), "Mean"]
    assert {line.count(" & ") for line in lines} == {len(METRICS)}


def test_a_negative_score_has_a_minus_sign(entry_by_dataset, team):
    shown = entry_by_dataset(team, 0.9, kappa=-0.0123)
    assert " & $-0.0123$ & " in snippet(shown, "latex-row")


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_survives(name, entry_by_dataset, team):
    shown = entry_by_dataset(team, 0.9, model_name=name)
    row = snippet(shown, "latex-row")
    assert printed(row[: row.index(" & 0.9000")]) == " ".join(name.split())
    assert card_of(shown)["model-index"][0]["name"] == name


def card_of(submission: Submission) -> dict:
    beginning, content, end = snippet(submission, "model-card").split("---")
    assert (beginning, end) == ("", "")
    return yaml.safe_load(content)


def test_the_model_card_has_the_means_and_their_source(shown):
    (model,) = card_of(shown)["model-index"]
    (result,) = model["results"]
    scores = average(shown)
    assert model["name"] == "ResNet-18 & more"
    assert [metric["value"] for metric in result["metrics"]] == pytest.approx(
        [scores[m] for m in METRICS], abs=5e-5
    )
    assert result["dataset"]["name"] == "MedMNIST+ (12 datasets, 224 pixels)"
    assert result["source"]["url"] == f"{settings.SITE_URL}/submissions/{shown.pk}/"


def test_the_library_of_the_hub_reads_the_model_card(shown):
    hub = pytest.importorskip("huggingface_hub")
    card = hub.ModelCard(snippet(shown, "model-card") + "\n# A model\n")
    assert card.data.model_name == "ResNet-18 & more"
    assert [found.metric_type for found in card.data.eval_results] == [
        "roc_auc",
        "balanced_accuracy",
        "cohen_kappa",
        "accuracy",
    ]


@pytest.mark.django_db(transaction=True)
def test_the_lines_for_pandas_read_the_exports(live_server, settings, shown):
    settings.SITE_URL = live_server.url
    found: dict = {}
    exec(snippet(shown, "pandas"), found)  # noqa: S102 (our own text)
    assert list(found["board"]["name"]) == ["ResNet-18 & more"]
    assert list(found["datasets"].index) == [dataset.name for dataset in MEDMNIST_PLUS]
    scores = dict(shown.evaluations.get().dataset_scores.values_list("dataset", "auc"))
    assert found["datasets"]["auc"].to_dict() == pytest.approx(scores)


def test_the_lines_for_r_are_valid(shown):
    text = snippet(shown, "r")
    for left, right in ("()", "{}", "[]"):
        assert text.count(left) == text.count(right)
    if which("Rscript"):
        subprocess.run(
            ["Rscript", "-e", "invisible(parse(file('stdin')))"], input=text, text=True, check=True
        )


@pytest.mark.parametrize("visibility", ["private", "anonymous"])
def test_a_hidden_team_is_not_named_and_a_private_entry_offers_nothing(visibility, shown, team, as_user):
    Submission.objects.update(visibility=visibility)
    section = element(page_of(as_user(team), f"/submissions/{shown.pk}/"), "#showing")
    assert str(team) not in section.text()
    assert bool(elements(section, "pre")) == (visibility == "anonymous")


def test_before_scores_the_page_offers_nothing(submit, team, as_user):
    page = page_of(as_user(team), f"/submissions/{submit(team).pk}/")
    assert elements(page, "#showing pre") == []
