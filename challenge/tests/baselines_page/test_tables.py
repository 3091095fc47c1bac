"""Tables on the page of the baselines: every number equals the number in the source files."""

import csv
from itertools import product

import pytest
from django.urls import reverse

from challenge.content.architectures import ARCHITECTURES
from challenge.models import ARCHITECTURE_TITLES, Metric, PublishedMethod
from challenge.tests.baselines_page.conftest import REPORTED
from challenge.tests.pages import attribute, page_of, table_of, text_of

#: Bachmeier (2024), Table 1, transcribed: model, parameters (M), activations (M), GMACs, output dimension.
TABLE_1 = """
VGG16,138.4,13.6,15.5,4096
AlexNet,62.3,0.6,0.36,4096
ResNet-18,11.7,2.5,1.8,512
DenseNet-121,8,6.9,2.9,1024
EfficientNet-B4,19.3,34.8,3.1,1792
ViT-B/16,86.6,16.5,16.9,768
CLIP ViT-B/16,86.6,16.5,16.9,768
EVA-02 ViT-B/16,86.3,16.5,16.9,768
DINO ViT-B/16,85.8,16.5,16.9,768
SAM ViT-B/16,89.7,1343.3,486.4,256
"""
CNNS = ["vgg16", "alexnet", "resnet18", "densenet121", "efficientnet_b4"]

pytestmark = pytest.mark.django_db


def test_the_architectures_are_those_of_table_1():
    rows = [line.split(",") for line in TABLE_1.strip().splitlines()]
    facts = [
        (a.title, *(f"{n:g}" for n in (a.parameters, a.activations, a.gmacs, a.features)))
        for a in ARCHITECTURES
    ]
    assert facts == [tuple(row) for row in rows]
    assert {a.name: a.title for a in ARCHITECTURES} == ARCHITECTURE_TITLES
    assert [a.name for a in ARCHITECTURES if a.family == "CNN"] == CNNS


def test_the_architectures_are_on_the_page(page):
    shown = page()
    for architecture in ARCHITECTURES:
        assert architecture.title in shown
        assert f"{architecture.authors} ({architecture.year})" in shown
        assert architecture.name in shown
    assert "1,343.3" in shown


def test_every_cell_of_the_table_is_that_of_the_files(imported, client, printed):
    columns = [
        ("end-to-end", False),
        ("linear-probing", False),
        ("knn", False),
        ("mm-pt", False),
        ("mm-pt", True),
    ]
    for resolution, metric in product((28, 64, 128, 224), Metric.values):
        html = page_of(client, reverse("baselines"), {"resolution": resolution, "metric": metric})
        shown = table_of(html, "All results")
        for name, title in ARCHITECTURE_TITLES.items():
            expected = []
            for scheme, weighted in columns:
                mean, std = printed.get((scheme, name, weighted, resolution, metric), (None, None))
                cell = "–" if mean is None else f"{mean:.4f}"
                expected.append(f"{cell} ± {std:.4f}" if std is not None else cell)
            assert shown[title] == expected, (title, resolution, metric)


#: Values printed in Bachmeier (2024), Tables 5 and 6: query, architecture, column, value.
KNOWN = [
    ("?resolution=28&metric=balanced_accuracy", "VGG16", 0, "0.7263 ± 0.0142"),
    ("?resolution=224&metric=cohen_kappa", "EVA-02 ViT-B/16", 0, "0.6785 ± 0.0245"),
    ("?resolution=64&metric=auc", "ResNet-18", 3, "0.8154"),
    ("?resolution=64&metric=auc", "ResNet-18", 4, "0.8573"),
    ("?resolution=224&metric=balanced_accuracy", "ViT-B/16", 3, "0.7545"),
    ("?resolution=128&metric=cohen_kappa", "ViT-B/16", 4, "0.5735"),
]


def test_known_figures_of_the_thesis(imported, client):
    for query, title, column, expected in KNOWN:
        html = page_of(client, f"{reverse('baselines')}{query}")
        assert table_of(html, "All results")[title][column] == expected


def test_a_figure_leads_to_its_method(imported, client):
    method = PublishedMethod.objects.get(scheme="knn", architecture="alexnet", resolution=64)
    html = page_of(client, f"{reverse('baselines')}?resolution=64&metric=accuracy")
    assert method.get_absolute_url() in attribute(html, "a", "href")


def test_means_are_drawn_by_the_parameters_of_the_backbones(imported, client, printed):
    with (REPORTED / "facts.csv").open(encoding="utf-8", newline="") as file:
        millions = {row["architecture"]: row["parameters_millions"] for row in csv.DictReader(file)}
    html = page_of(client, f"{reverse('baselines')}?resolution=64&metric=auc")
    rows = table_of(
        html,
        "Area under the ROC curve (AUC) of the published methods at 64 × 64 against the number of parameters",
    )
    labels = {"end-to-end": "end-to-end", "linear-probing": "linear probing", "mm-pt": "mm-PT"}
    expected = {}
    for (scheme, name, weighted, resolution, metric), (mean, _) in printed.items():
        if (resolution, metric) == (64, "auc"):
            label = f"{ARCHITECTURE_TITLES[name]}, {labels[scheme]}{', weighted loss' if weighted else ''}"
            expected[label] = [f"{float(millions[name]):.5g}", f"{mean:.4f}"]
    assert {label: [cells[0], cells[2]] for label, cells in rows.items()} == expected
    assert rows["SAM ViT-B/16, end-to-end"][1] == "486.4"
    assert "ViT-B/16, mm-PT, weighted loss" in rows
    assert "GMACs are those of that table" in text_of(html)


def test_no_figure_by_parameters_if_no_method_states_them(imported, client):
    PublishedMethod.objects.update(parameters_millions=None)
    shown = text_of(page_of(client, reverse("baselines")))
    assert "against the number of parameters" not in shown
    assert "All results" in shown


def test_a_query_that_makes_no_sense_means_the_default(page):
    assert page("?metric=beauty&resolution=29&scheme=wish") == page()


def test_the_pretraining_of_every_architecture_is_shown(page):
    shown = page()
    assert shown.count("Supervised, on ImageNet") == 6
    for one in ARCHITECTURES:
        assert one.pretraining in shown


def test_nothing_imported_yet(client):
    html = page_of(client, reverse("baselines"))
    shown = text_of(html)
    assert "manage.py import_reported_baselines" in shown
    assert "Four experiments" not in shown
    assert "VGG16" in shown
    assert "plotly" not in html


def test_as_few_queries_as_without_results(imported, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(
        3
    ):  # the ground truth for the demo's banner, all averages, the sources
        client.get(reverse("baselines"))
