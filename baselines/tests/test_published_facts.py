"""Facts of the published methods: which are stated, for which methods, and how a site gets them."""

import csv

import pytest
from django.core.management import call_command

from baselines.facts import published_facts
from baselines.published import REPORTED_DIR
from challenge.models import ARCHITECTURE_TITLES, FACT_FIELDS, PublishedMethod
from challenge.services.published import PublishedResult, publish_results

Scheme = PublishedMethod.Scheme


@pytest.fixture
def imported(db) -> None:
    call_command("import_reported_baselines", verbosity=0)


def test_each_line_names_its_source_and_is_for_one_architecture_or_one_scheme():
    with (REPORTED_DIR / "facts.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert set(lines[0]) <= {"scheme", "architecture", "source", *FACT_FIELDS}
    assert all(line["source"] for line in lines)
    assert [line["architecture"] for line in lines if not line["scheme"]] == list(ARCHITECTURE_TITLES)
    assert {line["scheme"] for line in lines if not line["architecture"]} == set(Scheme.values)
    assert all(bool(line["scheme"]) != bool(line["architecture"]) for line in lines)


def test_every_published_method_states_what_its_sources_tell(imported):
    for method in PublishedMethod.objects.all():
        method.clean_fields()
        assert method.parameters_millions
        assert method.family == ("vit" if "ViT" in method.title else "cnn")
        assert (method.pretraining, method.n_networks) == ("natural", 1)
        assert method.pretraining_name
        assert method.training_hours is None, "no source prints it"


def test_one_model_serves_all_datasets_in_mm_pt_only(imported):
    found = set(PublishedMethod.objects.values_list("scheme", "sharing").order_by())
    assert found == {("mm-pt", "one"), ("end-to-end", "each"), ("linear-probing", "each"), ("knn", "each")}


def test_hardware_and_licence_are_those_of_the_paper_that_names_them(imported):
    found = set(PublishedMethod.objects.values_list("scheme", "hardware", "code_licence").order_by())
    assert found == {
        ("mm-pt", "1 NVIDIA RTX A5000", ""),
        ("end-to-end", "", "Apache-2.0"),
        ("linear-probing", "", "Apache-2.0"),
        ("knn", "", "Apache-2.0"),
    }


def test_a_known_method():
    assert published_facts("mm-pt", "vit_base_patch16_224") == {
        "parameters_millions": 85.7987,
        "family": "vit",
        "pretraining": "natural",
        "pretraining_name": "ImageNet-21k, then ImageNet-1k",
        "n_networks": 1,
        "sharing": "one",
        "hardware": "1 NVIDIA RTX A5000",
    }


def test_importing_again_gives_the_methods_of_an_earlier_version_their_facts(imported):
    stated = list(PublishedMethod.objects.values("pk", *FACT_FIELDS))
    PublishedMethod.objects.update(parameters_millions=None, family="", sharing="", hardware="a mistake")
    for _ in range(2):
        call_command("import_reported_baselines", verbosity=0)
        assert list(PublishedMethod.objects.values("pk", *FACT_FIELDS)) == stated


def test_methods_that_no_paper_reports_keep_their_facts(imported):
    result = PublishedResult(
        source="reevaluated",
        scheme="end-to-end",
        architecture="resnet50",
        weighted_loss=False,
        resolution=28,
        dataset="average",
        metric="auc",
        mean=0.9,
        std=None,
    )
    (method,) = publish_results("reevaluated", [result])
    PublishedMethod.objects.filter(pk=method.pk).update(family="cnn", training_hours=3)
    call_command("import_reported_baselines", verbosity=0)
    method.refresh_from_db()
    assert (method.family, method.training_hours, method.code_licence) == ("cnn", 3, "")
