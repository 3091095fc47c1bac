"""Sample images on the pages of datasets."""

from pathlib import Path

import pytest
from PIL import Image

from challenge.content.samples import sample_path
from challenge.tests.dataset_samples.montages import GREY, run, write
from challenge.tests.pages import attribute, element, elements, page_of

pytestmark = pytest.mark.django_db
ADDRESS = "/datasets/octmnist/samples/28.png"


@pytest.fixture
def montage(folder) -> Path:
    write(folder, GREY)
    run(folder)
    return sample_path(GREY.name, 28)


def test_a_montage_is_served_to_be_kept(client, montage):
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "public, max-age=2592000"
    assert response.getvalue() == montage.read_bytes()
    assert "Set-Cookie" not in response.headers
    again = client.get(ADDRESS, headers={"if-modified-since": response["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "address",
    [
        "/datasets/octmnist/samples/64.png",
        "/datasets/octmnist/samples/29.png",
        "/datasets/pathmnist/samples/28.png",
        "/datasets/nodulemnist3d/samples/28.png",
        "/datasets/octmnist/samples/" + "9" * 5000 + ".png",
        "/datasets/octmnist/samples/../../octmnist_28.png",
        "/datasets/..%2fsamples%2foctmnist/samples/28.png",
    ],
)
def test_nothing_else_is(address, client, montage):
    assert client.get(address).status_code == 404


def test_a_file_next_to_the_montages_is_not_served(client, montage):
    montage.with_name("private_28.png").write_bytes(b"private")
    montage.with_name("octmnist_7.png").write_bytes(b"private")
    assert client.get("/datasets/private/samples/28.png").status_code == 404
    assert client.get("/datasets/octmnist/samples/7.png").status_code == 404


def test_the_page_shows_it_and_says_what_is_seen(client, montage):
    page = page_of(client, "/datasets/octmnist/")
    image = element(page, "img.montage").attributes
    with Image.open(montage) as picture:
        assert (image["width"], image["height"]) == (str(picture.width), str(picture.height))
    assert image["src"] == f"{ADDRESS}?v={int(montage.stat().st_mtime)}"
    classes = "choroidal neovascularization; diabetic macular edema; drusen; normal"
    assert f"2 of each class: {classes}" in str(image["alt"])
    assert "montage-none" not in page


def test_the_list_shows_it_and_patterns_for_the_others(client, montage):
    page = page_of(client, "/datasets/")
    assert attribute(page, "img.montage", "alt") == ["Training images of OCTMNIST at 28 × 28 pixels"]
    assert len(elements(page, ".montage-none")) == 11


def test_without_any_the_pages_are_whole(client, db):
    page = page_of(client, "/datasets/octmnist/")
    assert element(page, ".montage-none")
    assert "No sample images on this site" in page
    assert "make_dataset_samples" not in page
    assert "montage" not in page_of(client, "/datasets/")


def test_a_damaged_montage_is_none(client, samples):
    samples.mkdir()
    sample_path("octmnist", 28).write_bytes(b"nonsense")
    assert "No sample images on this site" in page_of(client, "/datasets/octmnist/")
