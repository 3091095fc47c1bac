"""Pages of the datasets, as a reader sees them."""

import pytest

from challenge.content.bibliography import MEDMNIST_PLUS_RECORD, MEDMNIST_V1, MEDMNIST_V2, shipped_works
from challenge.content.datasets import ABOUT_DATASETS
from challenge.models import GroundTruth, Reference
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import ground_truths
from challenge.tests.pages import attribute, element, page_of, region, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_samples(settings, tmp_path):
    settings.SAMPLES_DIR = tmp_path


def test_the_list_has_every_dataset_with_its_numbers(client):
    page = page_of(client, "/datasets/")
    text, links = text_of(page), attribute(page, "a", "href")
    for about in ABOUT_DATASETS.values():
        dataset = about.dataset
        sizes = f"{about.n_train:,} {about.n_val:,} {dataset.n_test:,}"
        row = f"{dataset.title} {dataset.modality} {dataset.task} {dataset.n_classes} {sizes} {about.licence}"
        assert row in text
        assert f"/datasets/{about.name}/" in links
    assert "All datasets 518,175 70,467 119,320" in text


def test_the_totals_agree_with_what_the_paper_prints():
    """MedMNIST v2 counts 708,069 images; 107 blank images were later removed from the organ datasets."""
    removed = (34_581 - 34_561) + (13_000 - 12_975) + (8_268 - 8_216) + (13_940 - 13_932) + (8_829 - 8_827)
    assert sum(about.n_images for about in ABOUT_DATASETS.values()) == 708_069 - removed
    assert 708_069 - removed == 518_175 + 70_467 + 119_320


@pytest.mark.parametrize("about", ABOUT_DATASETS.values(), ids=lambda about: about.name)
def test_a_page_shows_what_is_known(about, client, ground_truth, labels):
    page = page_of(client, f"/datasets/{about.name}/")
    text, links = text_of(page), attribute(page, "a", "href")
    assert f"{about.n_train:,} training images" in text
    assert f"{about.n_val:,} validation images" in text
    assert f"{about.dataset.n_test:,} test images" in text
    for said in (about.summary, about.images, about.splits, about.source, about.licence, about.resizing):
        assert said in text
    for caution in about.cautions:
        assert caution.text in text
        for key in caution.works:
            assert f"/research/#ref-{key}" in links
        for link in caution.links:
            assert link.url in links
    for number, (name, meaning) in enumerate(zip(about.dataset.classes, about.meanings, strict=True)):
        assert f"p{number} {name} {meaning}" in text
    for download in about.downloads:
        assert download.url in links
        assert f"{download.file_name} {download.md5}" in text
    for key in (*about.works, "yang2023medmnist", "yang2024medmnistplus"):
        work = shipped_works()[key]
        assert f"{work['title']}. {work['venue']}" in text
        assert work["url"] in links
    for record in about.records:
        assert record.url in links


@pytest.mark.parametrize("about", ABOUT_DATASETS.values(), ids=lambda about: about.name)
def test_the_bibtex_of_a_dataset_has_its_sources(about, client):
    shown = element(page_of(client, f"/datasets/{about.name}/"), '[aria-label="BibTeX of these works"]')
    entries = [shipped_works()[key]["bibtex"] for key in (*about.works, MEDMNIST_V2, MEDMNIST_PLUS_RECORD)]
    assert text_of(shown) == " ".join(" ".join(entries).split())


def test_the_bibtex_of_medmnist_comes_from_the_bibliography(client):
    shown = element(page_of(client, "/datasets/"), '[aria-label="BibTeX of these works"]')
    entries = [shipped_works()[key]["bibtex"] for key in (MEDMNIST_PLUS_RECORD, MEDMNIST_V2, MEDMNIST_V1)]
    assert text_of(shown) == " ".join(" ".join(entries).split())


def test_a_change_by_organizers_is_shown_on_the_pages_of_datasets(client):
    Reference.objects.filter(key="bilic2023liver").delete()
    work = shipped_works()["bilic2023liver"] | {"venue": "Another journal 1"}
    Reference.objects.create(**work)
    assert "Another journal 1" in text_of(page_of(client, "/datasets/organamnist/"))
    Reference.objects.all().delete()
    assert "Medical Image Analysis 84, 102680" in text_of(page_of(client, "/datasets/organamnist/"))


@pytest.mark.parametrize("dataset", MEDMNIST_PLUS.datasets, ids=lambda dataset: dataset.name)
def test_class_balance_is_that_of_the_loaded_labels(dataset, client, ground_truth, labels):
    loaded = labels.labels[dataset.name]
    text = text_of(page_of(client, f"/datasets/{dataset.name}/"))
    for number, name in enumerate(dataset.classes):
        count = int(loaded[:, number].sum() if loaded.ndim == 2 else (loaded == number).sum())
        assert f"p{number} {name} {count:,} {count / dataset.n_test:.4f}" in text


def test_demo_labels_are_called_synthetic(client, ground_truth):
    text = text_of(page_of(client, "/datasets/octmnist/"))
    assert "Counted in the synthetic labels of this demo" in text
    assert "Test images of each class of OCTMNIST (synthetic labels)" in text


def test_real_labels_are_named_with_their_version(client, labels):
    stored = ground_truths.store_ground_truth(labels, name="MedMNIST+ test labels")
    text = text_of(page_of(client, "/datasets/octmnist/"))
    assert f"MedMNIST+ test labels, version {stored.version}" in text
    assert "synthetic" not in text


def test_without_a_ground_truth_the_page_says_so(client):
    assert not GroundTruth.objects.exists()
    page = page_of(client, "/datasets/chestmnist/")
    text = text_of(page)
    assert "The test labels are not loaded on this site at the moment" in text
    assert "data-figure" not in page
    assert "plotly" not in page
    assert "22,433 test images" in text


def test_multilabel_counts_are_explained(client, ground_truth):
    text = text_of(page_of(client, "/datasets/chestmnist/"))
    assert "An image counts for each label that it carries" in text
    assert "counts for each label" not in text_of(page_of(client, "/datasets/octmnist/"))


@pytest.mark.parametrize("name", ["organcmnist", "organsmnist"])
def test_sizes_that_differ_from_older_documents_are_explained(name, client):
    text = text_of(page_of(client, f"/datasets/{name}/"))
    assert text.count("The sizes here come from today's official files") == 1
    assert "blank images were removed later" in text_of(page_of(client, "/datasets/"))


def test_pages_are_linked_one_after_the_other(client):
    names = [dataset.name for dataset in MEDMNIST_PLUS]
    address, seen = f"/datasets/{names[0]}/", []
    while address:
        seen.append(address)
        page = page_of(client, address)
        assert "/datasets/" in attribute(page, "a", "href")
        assert attribute(page, "a[rel=prev]", "href") == seen[-2:-1]
        address = next(iter(attribute(page, "a[rel=next]", "href")), "")
    assert seen == [f"/datasets/{name}/" for name in names]


@pytest.mark.parametrize("name", ["mnist", "PathMNIST", "pathmnist3d", "nodulemnist3d"])
def test_an_unknown_dataset_is_not_found(name, client):
    assert client.get(f"/datasets/{name}/").status_code == 404


def test_no_label_of_a_row_is_on_a_page(client, ground_truth, labels):
    """Counts reveal how many images a class has, but not which images."""
    page = page_of(client, "/datasets/retinamnist/")
    digits = "".join(map(str, labels.labels["retinamnist"][:30].tolist()))
    assert digits not in "".join(filter(str.isdecimal, page))


def test_the_navigation_leads_there(client):
    for address, current in (("/", None), ("/datasets/octmnist/", "page")):
        link = element(region(page_of(client, address), "Main"), 'a[href="/datasets/"]')
        assert (text_of(link), link.attributes.get("aria-current")) == ("Datasets", current)
