"""The README of the package: its lines from a timm model to a rank run as they are written."""

import re
from pathlib import Path

import numpy as np
import pytest

from challenge.tests.bad_files.short_splits import ROWS, SHORT

pytest.importorskip("torch", reason="torch is not installed (make test installs it)")
import baselines.mmpt.model.torchvision_shim  # noqa: F401 - before timm, for CPU builds of torch

README = Path(__file__).parents[1] / "README.md"
SIZE = 224
#: The model of the README, and one of timm's smallest, which takes its place here.
MODEL, SMALL_MODEL = '"resnet18"', '"test_resnet"'


def lines_of_readme() -> str:
    block = re.search(r"```python\n(import medmnist, timm\n.*?)```", README.read_text(), re.DOTALL)
    assert block
    return block[1]


@pytest.fixture
def home(short_labels, tmp_path, monkeypatch) -> Path:
    """Home and current folder of a participant: MedMNIST's files in their place, and weights of trained models."""
    import medmnist
    import timm
    import torch

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    data, weights = tmp_path / ".medmnist", tmp_path / "weights"
    data.mkdir()
    weights.mkdir()
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    for dataset in SHORT:
        images = rng.integers(0, 256, (ROWS, SIZE, SIZE, 3), dtype=np.uint8)
        labels = short_labels.labels[dataset.name].reshape(ROWS, -1)
        monkeypatch.setitem(medmnist.INFO[dataset.name]["n_samples"], "test", ROWS)
        np.savez(data / f"{dataset.name}_{SIZE}.npz", test_images=images, test_labels=labels)
        model = timm.create_model(SMALL_MODEL.strip('"'), num_classes=dataset.n_classes)
        torch.save(model.state_dict(), weights / f"{dataset.name}.pth")
    return tmp_path


def test_ten_lines_lead_from_a_timm_model_to_a_rank(home, site_of_few_rows, capsys):
    lines = lines_of_readme()
    assert sum(bool(line.strip()) for line in lines.splitlines()) <= 10
    assert MODEL in lines
    exec(lines.replace(MODEL, SMALL_MODEL), {"__name__": "readme"})  # noqa: S102 - the README of this checkout
    assert capsys.readouterr().out.splitlines()[-1] == "1 (1, 1)"


def test_the_other_blocks_are_python_that_compiles():
    for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
        compile(block, str(README), "exec")
