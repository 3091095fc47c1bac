"""Figures of the four experiments, for numbers worked out by hand."""

import plotly.graph_objects as go
import pytest

from challenge.experiments import findings
from challenge.experiments.claims import claims
from challenge.experiments.results import Model, Results
from challenge.figures import experiments
from challenge.figures.figure import Figure
from challenge.results.score import Score

VGG, ALEXNET, RESNET = (Model("end-to-end", name) for name in ("vgg16", "alexnet", "resnet18"))
VIT, DINO = (Model("end-to-end", name) for name in ("vit_base_patch16_224", "vit_base_patch16_224.dino"))
MM_RESNET, MM_RESNET_WEIGHTED = Model("mm-pt", "resnet18"), Model("mm-pt", "resnet18", True)
MM_VIT, MM_VIT_WEIGHTED = Model("mm-pt", "vit_base_patch16_224"), Model("mm-pt", "vit_base_patch16_224", True)

#: Means at 28, 64, 128, 224; the deviation is 0.01, except for mm-PT.
AUC = {
    VGG: (0.80, 0.84, 0.90, 0.90),
    RESNET: (0.70, 0.80, 0.88, 0.84),
    VIT: (0.72, 0.78, 0.80, 0.86),
    DINO: (0.60, 0.70, 0.72, 0.78),
    MM_RESNET: (0.50, 0.60, 0.70, 0.60),
    MM_RESNET_WEIGHTED: (0.55, 0.62, 0.66, 0.58),
    MM_VIT: (0.70, 0.75, 0.80, 0.85),
    MM_VIT_WEIGHTED: (0.66, 0.70, 0.74, 0.70),
}


@pytest.fixture
def results() -> Results:
    return Results(
        {
            (model, resolution): {"auc": Score(value, None if model.scheme == "mm-pt" else 0.01)}
            for model, values in AUC.items()
            for resolution, value in zip((28, 64, 128, 224), values, strict=True)
        }
    )


def check(figure: Figure) -> None:
    """Check that plotly accepts the figure, on pages and in files, and that all table rows match the header."""
    go.Figure(figure.data, figure.layout)
    go.Figure(figure.data, figure.file_layout())
    assert all(len(row) == len(figure.columns) for row in figure.rows)


def test_families_at_a_resolution(results):
    found = findings.compare_families(results, "end-to-end", 224, "auc")
    assert found
    assert (found.ahead.family, found.behind.family) == ("CNN", "ViT")
    assert found.ahead.mean == pytest.approx(0.87)  # (0.90 + 0.84) / 2
    assert found.behind.mean == pytest.approx(0.82)  # (0.86 + 0.78) / 2
    assert found.difference == pytest.approx(0.05)
    assert found.ahead.best[0] == VGG
    assert found.ahead.worst[0] == RESNET
    assert found.overlapping == 1  # ViT-B/16, 0.86, above ResNet-18, 0.84
    assert (found.across, found.resolutions) == (4, 4)
    assert found.deviation == pytest.approx(0.01)

    figure = experiments.families(found, "end-to-end", 224, "auc")
    check(figure)
    cnn, vit, means = figure.data
    assert (cnn["y"], cnn["x"]) == (["VGG16", "ResNet-18"], [0.90, 0.84])
    assert (vit["y"], vit["x"]) == (["ViT-B/16", "DINO ViT-B/16"], [0.86, 0.78])
    assert cnn["marker"]["symbol"] != vit["marker"]["symbol"]
    assert cnn["error_x"]["array"] == [0.01, 0.01]
    assert [x for x in means["x"] if x is not None] == pytest.approx([0.87, 0.87, 0.82, 0.82])
    assert figure.layout["yaxis"]["categoryarray"][-1] == "VGG16"  # at the top
    assert list(figure.rows[0]) == ["VGG16", "CNN", 0.90, 0.01]
    assert figure.rows[-1][:2] == ["Mean of the ViTs", "ViT"]


def test_families_without_deviations_have_no_bars(results):
    found = findings.compare_families(results, "mm-pt", 28, "auc")
    assert found
    assert found.ahead.family == "ViT"
    assert found.overlapping == 0
    figure = experiments.families(found, "mm-pt", 28, "auc")
    check(figure)
    assert not any("error_x" in trace for trace in figure.data)
    assert "No deviations" in figure.note
    assert "ResNet-18, weighted loss" in figure.data[0]["y"]


@pytest.mark.parametrize(
    ("scheme", "metric"), [("knn", "auc"), ("end-to-end", "accuracy"), ("mm-pt", "accuracy")]
)
def test_what_was_not_published_has_no_findings(results, scheme, metric):
    assert findings.compare_families(results, scheme, 224, metric) is None
    assert findings.gains_by_resolution(results, scheme, metric) is None


def test_gains_by_resolution(results):
    found = findings.gains_by_resolution(results, "end-to-end", "auc")
    assert found
    assert [(step.low, step.high) for step in found.steps] == [(28, 64), (64, 128), (128, 224)]
    assert [step.gaining for step in found.steps] == [4, 4, 2]  # VGG16 stays, ResNet-18 falls
    # (0.04 + 0.10 + 0.06 + 0.10) / 4, (0.06 + 0.08 + 0.02 + 0.02) / 4, (0 - 0.04 + 0.06 + 0.06) / 4
    assert [step.mean_gain for step in found.steps] == pytest.approx([0.075, 0.045, 0.02])
    assert (found.models, found.best_at_highest) == (4, 2)
    assert found.largest == DINO
    assert found.largest_gain == pytest.approx(0.18)


def test_lines_over_the_resolutions(results):
    means = experiments.over_resolutions(results, "end-to-end", "auc")
    gains = experiments.gains_over_lowest(results, "end-to-end", "auc")
    for figure in (means, gains):
        check(figure)
        assert [trace["name"] for trace in figure.data] == ["VGG16", "ResNet-18", "ViT-B/16", "DINO ViT-B/16"]
        assert [trace["line"]["dash"] for trace in figure.data] == ["solid", "solid", "dash", "dash"]
        assert figure.data[0]["x"] == ["28", "64", "128", "224"]
    assert means.data[1]["y"] == [0.70, 0.80, 0.88, 0.84]
    assert gains.data[1]["y"] == pytest.approx([0, 0.10, 0.18, 0.14])
    assert means.rows[0] == ["VGG16", 0.80, 0.01, 0.84, 0.01, 0.90, 0.01, 0.90, 0.01]


def test_the_weighted_loss(results):
    pairs = findings.weighting_pairs(results, "auc")
    assert [pair.difference for pair in pairs[:4]] == pytest.approx([0.05, 0.02, -0.04, -0.02])
    resnet, vit = findings.by_architecture(pairs)
    assert (resnet.title, resnet.higher, len(resnet.pairs)) == ("ResNet-18", 2, 4)
    assert resnet.mean == pytest.approx(0.0025)
    assert resnet.largest.resolution == 28
    assert (vit.higher, vit.largest.resolution) == (0, 224)
    assert vit.mean == pytest.approx(-0.075)  # (-0.04 - 0.05 - 0.06 - 0.15) / 4

    figure = experiments.weighting(pairs, "auc")
    check(figure)
    plain, weighted, differences = figure.data
    assert (plain["x"][0], weighted["x"][0]) == (0.50, 0.55)
    assert plain["y"][:2] == ["ResNet-18, 28 px", "ResNet-18, 64 px"]
    assert [text.strip() for text in differences["text"][:3]] == [
        "+0.0500",
        "+0.0200",
        "\N{MINUS SIGN}0.0400",
    ]
    assert len(figure.layout["shapes"]) == 8
    assert figure.rows[0] == ["ResNet-18", 28, 0.50, 0.55, pytest.approx(0.05), None]


def test_each_dataset_alone_and_mm_pt(results):
    pairs = findings.single_and_mm_pt_pairs(results, "auc")
    resnet, vit = findings.by_architecture(pairs)
    assert [pair.difference for pair in resnet.pairs] == pytest.approx([-0.20, -0.20, -0.18, -0.24])
    assert [pair.difference for pair in vit.pairs] == pytest.approx([-0.02, -0.03, 0, -0.01])
    assert vit.higher == 0
    assert vit.smallest.resolution == 128
    figure = experiments.single_and_mm_pt(pairs, "auc")
    check(figure)
    assert figure.data[0]["error_x"]["array"] == [0.01] * 8
    assert "error_x" not in figure.data[1]


def test_places_among_single_models(results):
    resnet, vit = findings.place_among_single(results, 224, "auc")
    assert (resnet.rank, resnet.others, resnet.rank_in_family, resnet.others_in_family) == (5, 4, 3, 2)
    assert (vit.rank, vit.rank_in_family) == (3, 2)  # behind VGG16 and ViT-B/16, before ResNet-18


def test_claims_are_counted_comparison_by_comparison(results):
    weighting = {claim.text: claim for claim in claims(results)["weighting"]}
    vit = weighting["ViT-B/16 is better with the plain loss at every resolution, by every metric."]
    assert (vit.holding, len(vit.comparisons)) == (4, 4)
    (best,) = [c for c in claims(results)["families"] if "best ResNet-18" in c.text]
    assert len(best.comparisons) == 7
    assert [(one.first, one.second) for one in best.exceptions] == [(0.66, 0.70)]
    assert best.exceptions[0].what == "ResNet-18, weighted loss against ResNet-18, 128 × 128, AUC"


def test_claims_without_figures_are_left_out():
    assert all(not of for of in claims(Results({})).values())
