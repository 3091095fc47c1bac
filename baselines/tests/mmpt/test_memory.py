"""Memory of training and predicting, measured for whole processes on data of two sizes."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from baselines.mmpt.data import splits
from challenge.scoring.benchmark import MEDMNIST_PLUS

pytestmark = pytest.mark.slow

MB = 2**20

#: Program that trains or predicts, then prints the peak memory of the process.
PROCESS = """
import json, resource, sys, torch
from dataclasses import replace
from pathlib import Path
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training import predict, train
from challenge.scoring.benchmark import MEDMNIST_PLUS
torch.set_num_threads(1)
what, folder, run, n_test, changes = json.loads(sys.argv[1])
datasets = (replace(MEDMNIST_PLUS["pathmnist"], n_test=n_test),)
benchmark = replace(MEDMNIST_PLUS, datasets=datasets)
if what == "train":
    config = TrainingConfig(epochs=1, pretrained=False, device="cpu", **changes)
    train.train(config, Path(folder), Path(run), benchmark=benchmark, write=lambda line: None)
else:
    predict.predict(
        Path(run), Path(folder), Path(run, "test.csv"), benchmark=benchmark, device="cpu", write=lambda line: None
    )
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


#: The batch is small, so images take most of the memory.
AT_224 = {"scheme": "mm-pt", "architecture": "test_resnet", "resolution": 224, "batch_size": 8}
#: 4,096 features of each image, and the smallest inputs of this network.
NEIGHBOURS = {
    "scheme": "knn",
    "architecture": "alexnet",
    "resolution": 28,
    "input_size": 64,
    "dataset": "pathmnist",
}


def make_files(folder: Path, sizes: dict[str, int], resolution: int = 224) -> None:
    """Write compressed files like the official files, which are read into memory, not mapped."""
    folder.mkdir()
    (folder / "synthetic.json").write_text(json.dumps({resolution: {"sizes": {"pathmnist": sizes}}}))
    n_classes = MEDMNIST_PLUS["pathmnist"].n_classes
    path = folder / splits.file_name("pathmnist", resolution)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for split, n_images in sizes.items():
            images = np.zeros((n_images, resolution, resolution, 3), np.uint8)
            images[:] = np.arange(n_images, dtype=np.uint8).reshape(-1, 1, 1, 1)
            labels = np.arange(n_images, dtype=np.uint8)[:, None] % n_classes
            for name, array in ((f"{split}_images", images), (f"{split}_labels", labels)):
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, array)


def peak_memory(what: str, folder: Path, run: Path, n_test: int, changes: dict[str, object] = AT_224) -> int:
    """Return the peak memory of a separate process in bytes."""
    arguments = json.dumps([what, str(folder), str(run), n_test, changes])
    # A shell starts the program, because Linux counts memory from before the start, which is that of the parent.
    command = ["sh", "-c", '"$0" -c "$1" "$2"; true', sys.executable, PROCESS, arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout, done.stderr
    return int(done.stdout.split()[-1])


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """A small collection, one with 100 MB more training images, and one with 300 MB more test images."""
    root = tmp_path_factory.mktemp("memory")
    small = {"train": 64, "val": 18, "test": 128}
    for name, sizes in {
        "small": small,
        "for training": small | {"train": 64 + 700},
        "for testing": small | {"test": 128 + 2000},
    }.items():
        make_files(root / name, sizes)
    return {name: root / name for name in ("small", "for training", "for testing")}


def test_training_holds_its_images_once(folders, tmp_path):
    less, more = (
        peak_memory("train", folders[name], tmp_path / name, 128) for name in ("small", "for training")
    )
    larger = 700 * 224 * 224 * 3
    assert more - less < 1.5 * larger, (less, more)


def test_predicting_reads_its_images_batch_by_batch(folders, tmp_path):
    peak_memory("train", folders["small"], tmp_path, 128)
    less = peak_memory("predict", folders["small"], tmp_path, 128)
    more = peak_memory("predict", folders["for testing"], tmp_path, 128 + 2000)
    assert more - less < 100 * MB, (less, more)
    assert more < 2048 * MB


def test_neighbours_are_found_without_keeping_the_features_of_training_images(tmp_path):
    """Both collections fill a chunk of features; the larger collection has 100 MB more features."""
    n_test, n_less, n_more = 64, 2304, 2304 + 6144
    for name, n_train in (("less", n_less), ("more", n_more)):
        make_files(tmp_path / name, {"train": n_train, "val": 18, "test": n_test}, 28)
    peak_memory("train", tmp_path / "less", tmp_path / "run", n_test, NEIGHBOURS)
    less, more = (
        peak_memory("predict", tmp_path / name, tmp_path / "run", n_test, NEIGHBOURS)
        for name in ("less", "more")
    )
    features = (n_more - n_less) * 4096 * 4
    assert features == 96 * MB
    assert more - less < 0.3 * features, (less, more)
