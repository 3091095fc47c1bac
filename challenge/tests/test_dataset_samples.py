"""Sample images: `manage.py make_dataset_samples`, and the pages that show them."""

import io
import re
import tracemalloc
import zipfile
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from challenge.content.samples import images_per_class, make_montage, sample_path
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.tests.pages import attribute, element, elements, page_of

TILE = {28: 1, 64: 2, 128: 4, 224: 8}  # the gap between tiles

GREY = MEDMNIST_PLUS["octmnist"]
COLOUR = MEDMNIST_PLUS["pathmnist"]
MULTILABEL = MEDMNIST_PLUS["chestmnist"]


@pytest.fixture(autouse=True)
def samples(settings, tmp_path) -> Path:
    settings.SAMPLES_DIR = tmp_path / "samples"
    return settings.SAMPLES_DIR


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "medmnist"
    folder.mkdir()
    return folder


def labels_of(dataset, n: int) -> np.ndarray:
    """Return each class in turn; for a multi-label dataset, each single label in turn."""
    numbers = np.arange(n) % dataset.n_classes
    if dataset.task is Task.MULTILABEL:
        return np.eye(dataset.n_classes, dtype=np.uint8)[numbers]
    return numbers.astype(np.uint8)[:, None]


def shade(number: int) -> int:
    """Return the shade of all images of a class, by which a test recognizes the class in a montage."""
    return 10 + 15 * number


def write(folder: Path, dataset, resolution: int = 28, *, n: int = 60, save=np.savez_compressed) -> Path:
    """Write a file like MedMNIST's, with images in the shade of their class (in the red channel of colour images)."""
    numbers = np.arange(n) % dataset.n_classes
    square = (resolution, resolution)
    images = np.zeros((n, *square, 3) if dataset is COLOUR else (n, *square), np.uint8)
    shades = np.array([shade(k) for k in numbers], np.uint8)
    if dataset is COLOUR:
        images[..., 0] = shades[:, None, None]
    else:
        images[:] = shades[:, None, None]
    path = folder / f"{dataset.name}{'' if resolution == 28 else f'_{resolution}'}.npz"
    save(path, train_images=images, train_labels=labels_of(dataset, n), test_labels=np.zeros((3, 1)))
    return path


def run(folder: Path, *options: object) -> str:
    output = StringIO()
    call_command("make_dataset_samples", str(folder), *map(str, options), stdout=output)
    return output.getvalue()


def tiles_of(dataset, resolution: int) -> list[np.ndarray]:
    """Cut a montage into its tiles."""
    with Image.open(sample_path(dataset.name, resolution)) as image:
        pixels = np.asarray(image)
    n_tiles = images_per_class(dataset) * dataset.n_classes
    columns = -(-n_tiles // 2)
    step = resolution + TILE[resolution]
    assert pixels.shape[:2] == (2 * step - TILE[resolution], columns * step - TILE[resolution])
    corners = [(row * step, column * step) for row in range(2) for column in range(columns)][:n_tiles]
    return [pixels[y : y + resolution, x : x + resolution] for y, x in corners]


# --- The command ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", [GREY, COLOUR, MULTILABEL], ids=lambda dataset: dataset.name)
@pytest.mark.parametrize("resolution", [28, 64])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_montage_shows_every_class_in_order(dataset, resolution, save, folder):
    write(folder, dataset, resolution, save=save)
    run(folder)
    tiles = tiles_of(dataset, resolution)
    expected = [shade(k) for k in range(dataset.n_classes) for _ in range(images_per_class(dataset))]
    assert [int(tile[0, 0, 0]) for tile in tiles] == expected
    for tile in tiles:
        assert (tile == tile[0, 0]).all(), "a whole image and nothing of its neighbours"
        assert tile[0, 0, -1] == 255, "opaque"


def test_gaps_let_the_page_show_through(folder):
    write(folder, GREY)
    run(folder)
    with Image.open(sample_path(GREY.name, 28)) as image:
        assert image.mode == "LA"
        assert image.getpixel((28, 0)) == (0, 0)


def test_it_is_the_same_each_time_and_the_same_images_at_each_resolution(folder):
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (60, 28, 28), np.uint8)
    labels = labels_of(GREY, 60)
    np.savez(folder / "octmnist.npz", train_images=small, train_labels=labels)
    large = np.zeros((60, 64, 64), np.uint8)
    large[:, :28, :28] = small
    np.savez(folder / "octmnist_64.npz", train_images=large, train_labels=labels)
    run(folder)
    first = sample_path("octmnist", 28).read_bytes()
    run(folder)
    assert sample_path("octmnist", 28).read_bytes() == first
    pairs = zip(tiles_of(GREY, 28), tiles_of(GREY, 64), strict=True)
    assert all((a[..., 0] == b[:28, :28, 0]).all() for a, b in pairs)


def test_what_is_there_is_made_and_what_is_missing_is_named(folder):
    write(folder, GREY)
    write(folder, COLOUR, 64)
    output = run(folder)
    assert "octmnist.npz ... octmnist_28.png" in output
    assert "pathmnist_64.npz ... pathmnist_64.png" in output
    assert re.search(r"Not in .*: pathmnist\.npz, chestmnist\.npz,.* octmnist_224\.npz", output)
    assert "2 montages" in output


def test_resolutions_can_be_chosen(folder, samples):
    write(folder, GREY)
    write(folder, GREY, 64)
    with pytest.raises(CommandError, match="11 of the files asked for are missing"):
        run(folder, "--resolution", 64)
    assert [file.name for file in samples.iterdir()] == ["octmnist_64.png"]


def test_a_complete_folder_is_a_success(folder, samples):
    for dataset in MEDMNIST_PLUS:
        n = 2 * dataset.n_classes * images_per_class(dataset)
        images = np.zeros((n, 28, 28), np.uint8)
        np.savez(folder / f"{dataset.name}.npz", train_images=images, train_labels=labels_of(dataset, n))
    output = run(folder, "--resolution", 28)
    assert "12 montages" in output
    assert "Not in" not in output
    assert len(list(samples.iterdir())) == 12


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 - 200 : len(content) // 2] = b"\xff" * 200
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def without_images(path: Path) -> None:
    np.savez(path, train_labels=labels_of(GREY, 60))


def of_another_resolution(path: Path) -> None:
    np.savez(path, train_images=np.zeros((60, 64, 64), np.uint8), train_labels=labels_of(GREY, 60))


def of_another_type(path: Path) -> None:
    np.savez(path, train_images=np.zeros((60, 28, 28)), train_labels=labels_of(GREY, 60))


def with_fewer_images_than_labels(path: Path) -> None:
    np.savez(path, train_images=np.zeros((9, 28, 28), np.uint8), train_labels=labels_of(GREY, 600))


def with_a_class_missing(path: Path) -> None:
    labels = labels_of(GREY, 60).clip(max=2)
    np.savez(path, train_images=np.zeros((60, 28, 28), np.uint8), train_labels=labels)


def with_labels_of_another_dataset(path: Path) -> None:
    np.savez(path, train_images=np.zeros((60, 28, 28), np.uint8), train_labels=labels_of(MULTILABEL, 60))


def with_pickled_labels(path: Path) -> None:
    labels = np.array([[None]] * 60, dtype=object)
    np.savez(path, train_images=np.zeros((60, 28, 28), np.uint8), train_labels=labels)


def with_images_that_end_early(path: Path) -> None:
    """The header of the array promises more images than the file has."""
    content = io.BytesIO()
    np.save(content, np.zeros((60, 28, 28), np.uint8))
    labels = io.BytesIO()
    np.save(labels, labels_of(GREY, 60))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("train_images.npy", content.getvalue()[:2000])
        archive.writestr("train_labels.npy", labels.getvalue())


DAMAGE = {
    truncated: "damaged or unreadable",
    flipped: "damaged or unreadable",
    empty: "damaged or unreadable",
    without_images: "no training images",
    of_another_resolution: r"shape \(60, 64, 64\)",
    of_another_type: "float64",
    with_fewer_images_than_labels: r"shape \(9, 28, 28\)",
    with_a_class_missing: "no training image of the class normal",
    with_labels_of_another_dataset: r"expected \(n, 1\)",
    with_pickled_labels: "damaged or unreadable",
    with_images_that_end_early: "damaged: `train_images` has",
}


@pytest.mark.parametrize(
    ("damage", "problem"), DAMAGE.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_file_that_cannot_be_used_is_named_and_the_others_are_made(damage, problem, folder, samples):
    rng = np.random.default_rng(0)
    path = folder / "octmnist.npz"
    images = rng.integers(0, 256, (60, 28, 28), np.uint8)
    np.savez_compressed(path, train_images=images, train_labels=labels_of(GREY, 60))
    damage(path)
    write(folder, COLOUR)
    write(folder, MULTILABEL)
    with pytest.raises(CommandError, match=rf"octmnist\.npz: .*{problem}"):
        run(folder)
    assert sorted(file.name for file in samples.iterdir()) == ["chestmnist_28.png", "pathmnist_28.png"]


def test_a_failure_keeps_the_montage_that_was_there(folder, samples):
    path = write(folder, GREY)
    run(folder)
    before = sample_path(GREY.name, 28).read_bytes()
    truncated(path)
    with pytest.raises(CommandError):
        run(folder)
    assert sample_path(GREY.name, 28).read_bytes() == before
    assert len(list(samples.iterdir())) == 1


def test_an_empty_folder_is_a_failure(folder):
    with pytest.raises(CommandError, match="holds no MedMNIST files"):
        run(folder)


def test_no_folder_is_a_failure(tmp_path):
    with pytest.raises(CommandError, match="is not a folder"):
        run(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_written_to_is_said(folder, settings, tmp_path):
    write(folder, GREY)
    settings.SAMPLES_DIR = tmp_path / "a file"
    settings.SAMPLES_DIR.write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        run(folder)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_memory_does_not_grow_with_the_file(save, folder):
    """An array at 224 pixels has several GB. Of the 70 MB here, only pieces of zipfile's size are in memory."""
    path = write(folder, MULTILABEL, 224, n=1400, save=save)
    tracemalloc.start()
    try:
        make_montage(path, MULTILABEL, 224)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 45e6


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit):
        call_command("make_dataset_samples", "--help")
    assert "manage.py make_dataset_samples ~/.medmnist --resolution 28 64" in capsys.readouterr().out


# --- Pages and images -------------------------------------------------------------------------------

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
