"""Pages of the baselines and of published methods: every number equals the number in the source files."""

import csv
import re
from itertools import product
from pathlib import Path
from statistics import fmean

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from challenge.content.architectures import ARCHITECTURE_BY_NAME, ARCHITECTURES
from challenge.models import ARCHITECTURE_TITLES, Metric, PublishedMethod
from challenge.tests.pages import attribute, page_of, region, table_of, text_of

REPORTED = Path(settings.BASE_DIR) / "baselines" / "reported"

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

DOERRICH_SCALE = 0.01  # percent in that file
STEPS = ((28, 64), (64, 128), (128, 224))
CNNS = ["vgg16", "alexnet", "resnet18", "densenet121", "efficientnet_b4"]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def printed() -> dict[tuple, tuple[float, float | None]]:
    """Means and deviations from the files, by (scheme, architecture, weighted, resolution, metric)."""
    found: dict[tuple, tuple[float, float | None]] = {}
    for name, scale in (
        ("thesis2024", 1.0),
        ("doerrich2024", DOERRICH_SCALE),
    ):  # if both files have a value, Doerrich's counts
        with (REPORTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["dataset"] == "average":
                    weighted = row.get("weighted_loss") == "true"
                    key = (
                        row["scheme"],
                        row["architecture"],
                        weighted,
                        int(row["resolution"]),
                        row["metric"],
                    )
                    std = float(row["std"]) * scale if row["std"] else None
                    found[key] = (round(float(row["mean"]) * scale, 6), std)
    return found


@pytest.fixture
def imported() -> None:
    call_command("import_reported_baselines", verbosity=0)


@pytest.fixture
def page(imported, client):
    """Return a function that gives the words of the page for a query, without the tables of its figures."""
    return lambda query="": text_of(page_of(client, f"{reverse('baselines')}{query}"), without="details")


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


@pytest.mark.parametrize(
    ("scheme", "metric", "resolution"),
    [("end-to-end", "cohen_kappa", 28), ("linear-probing", "auc", 224), ("knn", "accuracy", 64)],
)
def test_the_sentences_on_families(scheme, metric, resolution, page, printed):
    def values(r: int, family: str) -> dict[str, float]:
        names = [a.name for a in ARCHITECTURES if a.family == family]
        return {ARCHITECTURE_TITLES[n]: printed[scheme, n, False, r, metric][0] for n in names}

    ahead, behind = sorted(("CNN", "ViT"), key=lambda family: -fmean(values(resolution, family).values()))
    first, second = values(resolution, ahead), values(resolution, behind)
    across = sum(
        fmean(values(r, ahead).values()) > fmean(values(r, behind).values()) for r in (28, 64, 128, 224)
    )
    shown = page(f"?scheme={scheme}&metric={metric}&resolution={resolution}")
    mean, other = fmean(first.values()), fmean(second.values())
    assert f"of {mean:.4f} and the 5 {behind}s have {other:.4f}" in shown
    lead = f"The {ahead}s are ahead by {mean - other:.4f} here, and are ahead at {across} of 4 resolutions"
    assert lead in shown
    for group in (first, second):
        low, high = min(group, key=group.__getitem__), max(group, key=group.__getitem__)
        assert f"from {group[low]:.4f} ({low}) to {group[high]:.4f} ({high})" in shown
    above = sum(value > min(first.values()) for value in second.values())
    assert f"{above} of the 5 {behind}s" in shown
    stds = [printed[scheme, n, False, resolution, metric][1] for n in ARCHITECTURE_TITLES]
    if None in stds:
        assert "published standard deviation over seeds" not in shown
    else:
        assert f"standard deviation over seeds is {fmean(stds):.4f} on average" in shown


@pytest.mark.parametrize(("scheme", "metric"), [("end-to-end", "auc"), ("linear-probing", "accuracy")])
def test_the_sentences_on_resolution(scheme, metric, page, printed):
    shown = page(f"?scheme={scheme}&metric={metric}")
    by_name = {
        n: {r: printed[scheme, n, False, r, metric][0] for r in (28, 64, 128, 224)}
        for n in ARCHITECTURE_TITLES
    }
    for low, high in STEPS:
        gains = [of[high] - of[low] for of in by_name.values()]
        gaining = sum(gain > 0 for gain in gains)
        assert re.search(
            rf"{gaining} of 10 models gain [\w ]+ from {low} × {low} to {high} × {high} "
            rf"\(on average {re.escape(signed(fmean(gains)))}\)",
            shown,
        )
    best = sum(of[224] == max(of.values()) for of in by_name.values())
    assert f"{best} of 10 ha" in shown
    largest = max(by_name, key=lambda n: by_name[n][224] - by_name[n][28])
    most = f"{ARCHITECTURE_TITLES[largest]} gains most from the lowest to the highest resolution: "
    assert most + signed(by_name[largest][224] - by_name[largest][28]) in shown


def signed(value: float) -> str:
    return f"{value:+.4f}".replace("-", "−")  # noqa: RUF001


@pytest.mark.parametrize("metric", ["auc", "balanced_accuracy", "cohen_kappa"])
def test_the_sentences_on_weights_and_on_mm_pt(metric, page, printed):
    shown = page(f"?metric={metric}&resolution=128")
    for name in ("resnet18", "vit_base_patch16_224"):
        plain, weighted, single = (
            {r: printed[scheme, name, w, r, metric][0] for r in (28, 64, 128, 224)}
            for scheme, w in (("mm-pt", False), ("mm-pt", True), ("end-to-end", False))
        )
        added = {r: weighted[r] - plain[r] for r in plain}
        higher, most = sum(d > 0 for d in added.values()), max(added, key=lambda r: abs(added[r]))
        title = ARCHITECTURE_TITLES[name]
        assert re.search(
            rf"With {title}, the weighted loss gives the higher [\w' ]+ at {higher} of 4 resolutions: "
            + re.escape(f"{signed(fmean(added.values()))} on average, and {signed(added[most])} ")
            + rf"where the two differ most \({most} × {most}\)",
            shown,
        )
        differences = {r: plain[r] - single[r] for r in plain}
        least = min(differences, key=lambda r: abs(differences[r]))
        most = max(differences, key=lambda r: abs(differences[r]))
        assert (
            f"{signed(fmean(differences.values()))} on average, from {signed(differences[least])} ({least} × {least}) "
            f"to {signed(differences[most])} ({most} × {most})"
        ) in shown
        others = {n: printed["end-to-end", n, False, 128, metric][0] for n in ARCHITECTURE_TITLES}
        kin = {
            n: v
            for n, v in others.items()
            if ARCHITECTURE_BY_NAME[n].family == ARCHITECTURE_BY_NAME[name].family
        }
        rank, in_family = (1 + sum(v > plain[128] for v in group.values()) for group in (others, kin))
        assert (
            f"Added to the 10 single-dataset models at 128 × 128, mm-PT {title} would have rank {rank} of 11, "
            f"and rank {in_family} of 6 among the" in shown
        )


#: Counted by hand in Tables 5 and 6.
CONCLUSIONS = [
    "ViT-B/16 is better with the plain loss at every resolution, by every metric. Section 4.4 Holds in all 12",
    "ResNet-18 is better with the plain loss at 128 × 128 and 224 × 224. Section 4.4 Holds in 5 of 6 comparisons; "
    "the exceptions: ResNet-18 against ResNet-18, weighted loss, 128 × 128, Cohen's kappa: 0.3099 against 0.3163",
    "and is slightly worse at 224 × 224. Section 4.3 Holds in 8 of 9 comparisons; the exceptions: "
    "ViT-B/16, weighted loss, 128 × 128 against 224 × 224, Cohen's kappa: 0.5735 against 0.5785",
    "The same holds for ResNet-18 with the weighted loss. Section 4.3 Holds in 6 of 9",
    "except in Cohen's kappa at 128 × 128, where CLIP is ahead. Section 4.5 Holds in all 12 comparisons.",
    "ViT-B/16 against EfficientNet-B4, 128 × 128, Cohen's kappa: 0.6355 against 0.6363",
    "ResNet-18, weighted loss, 128 × 128 against 64 × 64, AUC: 0.8257 against 0.8573",
]


def test_each_conclusion_is_listed_and_checked(page):
    shown = page()
    for conclusion in CONCLUSIONS:
        assert conclusion in shown


def test_it_says_what_was_not_published(page):
    shown = page("?scheme=knn&metric=auc")
    assert "AUC was not published for k-NN. Published for it: Accuracy." in shown
    shown = page("?scheme=mm-pt&metric=accuracy")
    assert (
        "Accuracy was not published for mm-PT. Published for it: AUC, Balanced accuracy, Cohen's kappa."
        in shown
    )


def test_a_query_that_makes_no_sense_means_the_default(page):
    assert page("?metric=beauty&resolution=29&scheme=wish") == page()


DOERRICH = "Scientific Reports 15(1), 7669"
THESIS = "Designing a benchmark and leaderboard system"


@pytest.mark.parametrize(
    ("scheme", "doerrich", "thesis"),
    [(None, True, True), ("knn", True, False), ("linear-probing", True, False), ("mm-pt", False, True)],
)
def test_sources_are_cited_where_they_give_a_score(imported, client, scheme, doerrich, thesis):
    method = PublishedMethod.objects.filter(scheme=scheme, architecture="resnet18", resolution=28).first()
    html = page_of(client, method.get_absolute_url() if method else reverse("baselines"))
    shown = text_of(html)
    assert (DOERRICH in shown) == doerrich
    assert ("https://doi.org/10.1038/s41598-025-92156-9" in attribute(html, "a", "href")) == doerrich
    assert ("https://arxiv.org/abs/2404.15786" in attribute(html, "a", "href")) == doerrich
    assert (f"{THESIS} for assessing" in shown) == thesis
    assert ("(Tables 5 and 6)" in shown) == thesis
    assert "Doerrich et al. (2024)" not in shown


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


def test_a_method_shows_its_other_resolutions(imported, client, printed):
    method = PublishedMethod.objects.get(scheme="linear-probing", architecture="alexnet", resolution=128)
    html = page_of(client, method.get_absolute_url())
    means = region(html, "Means at all resolutions")
    for resolution in (28, 64, 128, 224):
        mean, std = printed["linear-probing", "alexnet", False, resolution, "accuracy"]
        assert f"{mean:.4f} ± {std:.4f}" in text_of(means)
        other = PublishedMethod.objects.get(
            scheme="linear-probing", architecture="alexnet", resolution=resolution
        )
        assert (other.get_absolute_url() in attribute(means, "a", "href")) == (resolution != 128)
    assert f"{reverse('compare')}?e=p{method.pk}&resolution=128" in attribute(html, "a", "href")
    assert "62.3 million parameters" in text_of(html, without="details")
    assert "name in torchvision" in text_of(html, without="details")


def test_a_method_without_datasets_says_so(imported, client):
    method = PublishedMethod.objects.get(
        scheme="mm-pt", architecture="resnet18", weighted_loss=True, resolution=64
    )
    html = page_of(client, method.get_absolute_url())
    assert "Only the means above were published for this method" in html
    assert "0.8573" in html
    assert "data-figure" not in html


def test_a_method_of_an_architecture_without_facts_has_a_page(client):
    method = PublishedMethod.objects.create(scheme="end-to-end", architecture="new_net", resolution=28)
    assert client.get(method.get_absolute_url()).status_code == 200
    assert client.get(reverse("baselines")).status_code == 200
