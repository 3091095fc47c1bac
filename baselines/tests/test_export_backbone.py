"""`export_backbone`: a backbone that timm loads without this project, with the same features."""

import json
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from baselines.mmpt.model.backbone import Backbone  # noqa: E402
from baselines.mmpt.model.normalization import DatasetStatistics  # noqa: E402
from baselines.mmpt.studies import export as exports  # noqa: E402
from baselines.mmpt.training import checkpoint as checkpoints  # noqa: E402
from baselines.mmpt.training import train  # noqa: E402
from baselines.mmpt.training.inference import load_model  # noqa: E402
from baselines.mmpt.training.learner import preprocess_for  # noqa: E402
from baselines.mmpt.training.starting import start_from  # noqa: E402
from baselines.tests.mmpt.small import FOUR, make_collection, small_config  # noqa: E402

torch.set_num_threads(1)

#: With a CPU build of torch, torchvision (which timm imports) needs two operators to be defined.
FRESH = """
import sys
import torch
try:
    import torchvision
except RuntimeError:
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
import timm
from safetensors.torch import load_file, save_file
folder, images, output = sys.argv[1:]
backbone = timm.create_model("local-dir:" + folder, pretrained=True).eval()
with torch.no_grad():
    features = backbone(load_file(images)["images"])
save_file({"features": features.contiguous()}, output)
assert not {"baselines", "challenge", "django"} & set(sys.modules)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("collection")
    return folder, make_collection(folder)


def trained(data, output: Path, **changes) -> Path:
    folder, benchmark = data
    config = small_config(epochs=1, **changes)
    train.train(config, folder, output, benchmark=benchmark, write=lambda line: None)
    return output


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    return trained(data, tmp_path_factory.mktemp("run") / "resnet")


def images(size: int = 32):
    return torch.randn(5, 3, size, size, generator=torch.Generator().manual_seed(0))


def features_in_a_fresh_interpreter(folder: Path, tmp_path: Path, inputs):
    from safetensors.torch import save_file

    save_file({"images": inputs}, tmp_path / "images.safetensors")
    subprocess.run(
        [sys.executable, "-I", "-c", FRESH, folder, tmp_path / "images.safetensors", tmp_path / "features"],
        check=True,
        cwd=tmp_path,
        timeout=300,
    )
    return load_file(tmp_path / "features")["features"]


def backbone_with(run: Path, statistics: str) -> Backbone:
    checkpoint = checkpoints.load(run / "best.pt")
    backbone = load_model(checkpoint, FOUR.datasets).backbone
    start_from(backbone, replace(checkpoint.config, from_run=run, from_statistics=statistics))
    return in_layout_of_timm(backbone)


def in_layout_of_timm(backbone: Backbone) -> Backbone:
    """Training has another memory layout than timm, which rounds differently."""
    return backbone.eval().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]


@pytest.mark.parametrize("statistics", ["pooled", "bloodmnist"])
def test_plain_timm_gives_the_same_features(run, tmp_path, statistics):
    exports.export(run, tmp_path / "out", statistics=statistics, benchmark=FOUR)
    found = features_in_a_fresh_interpreter(tmp_path / "out", tmp_path, images())
    with torch.no_grad():
        expected = backbone_with(run, statistics)(images())
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("architecture", "size", "timm_kwargs"),
    [
        ("test_vit", 64, ""),
        ("test_efficientnet", 32, ""),
        ("resnet18", 32, '{"channels": [8, 8, 16, 16]}'),
    ],
)
def test_other_architectures_and_sizes(data, tmp_path, architecture, size, timm_kwargs):
    run = trained(
        data,
        tmp_path / "run",
        architecture=architecture,
        input_size=size,
        timm_kwargs=timm_kwargs,
        only=("breastmnist",),
    )
    exports.export(run, tmp_path / "out", benchmark=FOUR)
    found = features_in_a_fresh_interpreter(tmp_path / "out", tmp_path, images(size))
    checkpoint = checkpoints.load(run / "best.pt")
    backbone = load_model(checkpoint, (FOUR["breastmnist"],)).backbone
    start_from(backbone, replace(checkpoint.config, from_run=run))
    with torch.no_grad():
        torch.testing.assert_close(found, in_layout_of_timm(backbone)(images(size)), atol=1e-6, rtol=0)


def test_a_head_with_the_statistics_of_its_dataset_gives_the_probabilities_of_the_run(run, tmp_path):
    exports.export(run, tmp_path / "out", benchmark=FOUR)
    heads, statistics = (
        load_file(tmp_path / "out/heads.safetensors"),
        load_file(tmp_path / "out/statistics.safetensors"),
    )
    backbone = backbone_with(run, "pooled")
    mine = {
        name.removeprefix("bloodmnist/"): value
        for name, value in statistics.items()
        if name.startswith("bloodmnist/")
    }
    backbone.network.load_state_dict(mine, strict=False)
    with torch.no_grad():
        found = backbone(images()) @ heads["bloodmnist.weight"].T + heads["bloodmnist.bias"]
        checkpoint = checkpoints.load(run / "best.pt")
        model = load_model(checkpoint, FOUR.datasets)
        its = DatasetStatistics()
        its.load_state_dict(checkpoint.statistics)
        its.apply(model, "bloodmnist")
        torch.testing.assert_close(found, model(images(), "bloodmnist"), atol=1e-5, rtol=1e-5)
    described = json.loads((tmp_path / "out/heads.json").read_text())
    assert list(described) == [dataset.name for dataset in FOUR]
    assert described["chestmnist"]["activation"] == "sigmoid"
    assert described["bloodmnist"] == {
        "task": "multi-class",
        "classes": list(FOUR["bloodmnist"].classes),
        "activation": "softmax",
    }


def test_the_model_card_says_what_was_trained_and_its_code_runs(run, tmp_path, monkeypatch):
    exports.export(run, tmp_path / "out", benchmark=FOUR)
    card = (tmp_path / "out/README.md").read_text()
    assert "# mm-PT test_resnet, 28 px: backbone" in card
    assert "Initial weights: random." in card
    assert "| BloodMNIST | multi-class | 8 | CC BY 4.0 | 0." in card
    assert "these statistics: pooled over 4 datasets" in card
    code = "\n".join(block.partition("```")[0] for block in card.split("```python\n")[1:])
    values: dict = {}
    exec(code.replace("FOLDER", str(tmp_path / "out")), values)  # noqa: S102 - the code of our own card
    assert values["features"].shape == (8, backbone_with(run, "pooled").num_features)
    config = checkpoints.load_config(run / "best.pt")
    zeros = torch.zeros(8, 28, 28, dtype=torch.uint8)
    prepared = preprocess_for(
        config, load_model(checkpoints.load(run / "best.pt"), FOUR.datasets), torch.device("cpu")
    )(zeros)
    with torch.no_grad():
        torch.testing.assert_close(
            values["features"], backbone_with(run, "pooled")(prepared), atol=1e-5, rtol=0
        )


def test_the_command_names_the_files_and_refuses_what_is_not_possible(data, run, tmp_path):
    told = StringIO()
    single = trained(data, tmp_path / "single", scheme="end-to-end", dataset="breastmnist")
    call_command("export_backbone", single, output=tmp_path / "out", statistics="breastmnist", stdout=told)
    assert f"Wrote {tmp_path / 'out/model.safetensors'}." in told.getvalue()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.safetensors", "heads.safetensors", "statistics.safetensors", "config.json", "heads.json", "README.md",
    }  # fmt: skip
    for arguments, message in (
        ({"output": tmp_path / "out"}, "give a new folder"),
        ({"output": tmp_path / "new", "statistics": "octmnist"}, "no BatchNorm statistics of 'octmnist'"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("export_backbone", run, **({"statistics": "pooled"} | arguments))
    with pytest.raises(CommandError, match="there is no run"):
        call_command("export_backbone", tmp_path / "none", output=tmp_path / "new", statistics="pooled")
    assert not (tmp_path / "new").exists()


def test_alexnet_is_not_timms(data, tmp_path):
    run = trained(
        data, tmp_path / "run", architecture="alexnet", input_size=64, only=("breastmnist",), shots=1
    )
    with pytest.raises(exports.ERRORS, match="timm has no AlexNet"):
        exports.export(run, tmp_path / "out", benchmark=FOUR)
    assert not (tmp_path / "out").exists()


def test_without_torch_the_command_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "baselines.mmpt.studies.export", None)
    with pytest.raises(CommandError, match=r"requirements/baselines\.txt"):
        call_command("export_backbone", tmp_path, output=tmp_path / "out")
