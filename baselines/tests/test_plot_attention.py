"""`plot_attention`: the attention roll-out of a ViT, and the refusals of other networks."""

import csv
import json
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

torch = pytest.importorskip("torch")

from baselines.mmpt.data import synthetic  # noqa: E402
from baselines.mmpt.model.architectures import ArchitectureError, create_backbone  # noqa: E402
from baselines.mmpt.model.rollout import patch_weights, rollout  # noqa: E402
from baselines.mmpt.studies.attention import RollOut  # noqa: E402
from baselines.mmpt.training import train  # noqa: E402
from baselines.tests.mmpt.small import small_config  # noqa: E402
from challenge.content.architectures import ARCHITECTURES  # noqa: E402

torch.set_num_threads(1)

#: A ViT of 0.3 million parameters with 16 patches.
PATCHES = '{"patch_size": 8}'
VIT = {"architecture": "test_vit", "input_size": 32, "timm_kwargs": PATCHES}
NAMES = ("pathmnist", "chestmnist")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    synthetic.make_collection(folder, scale=0.0005)
    return folder


@pytest.fixture(scope="module")
def run(data, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("run") / "two"
    train.train(small_config(**VIT, epochs=1, only=NAMES), data, output, write=lambda line: None)
    return output


def draw(run: Path, data: Path, output: Path, **options) -> str:
    told = StringIO()
    given = {"split": "val", "images": 3, "device": "cpu"} | options
    call_command("plot_attention", run, data=data, output=output, stdout=told, **given)
    return told.getvalue()


def table(folder: Path, dataset: str) -> list[dict[str, str]]:
    with (folder / f"csv/attention-{dataset}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def plain_rollout(network: Any, image: Any) -> np.ndarray:
    """Compute the roll-out matrix from the weights of a plain ViT: LayerNorm, queries and keys, softmax, by numpy."""
    tokens = network.norm_pre(network.patch_drop(network._pos_embed(network.patch_embed(image))))
    product = np.eye(tokens.shape[1])
    for block in network.blocks:
        attention, normed = block.attn, block.norm1(tokens)[0].numpy()
        weight, bias = attention.qkv.weight.numpy(), attention.qkv.bias.numpy()
        width = weight.shape[1]
        queries, keys = ((normed @ weight.T + bias)[:, at * width : (at + 1) * width] for at in (0, 1))
        size = width // attention.num_heads
        heads = []
        for head in range(attention.num_heads):
            own = slice(head * size, (head + 1) * size)
            scores = np.exp(queries[:, own] @ keys[:, own].T / np.sqrt(size))
            heads.append(scores / scores.sum(axis=1, keepdims=True))
        layer = 0.5 * np.mean(heads, axis=0) + 0.5 * np.eye(len(normed))
        layer /= layer.sum(axis=1, keepdims=True)
        product = layer @ product
        tokens = block(tokens)
    return product


@pytest.mark.parametrize(("architecture", "rows"), [("test_vit", slice(0, 1)), ("test_vit2", slice(1, None))])
@torch.no_grad()
def test_the_weights_are_those_of_a_plain_computation(architecture, rows):
    torch.manual_seed(0)
    backbone = create_backbone(architecture, pretrained=False, input_size=32, timm_kwargs=PATCHES).eval()
    network: Any = backbone.network
    for block in network.blocks:  # far from uniform attention
        block.attn.qkv.weight.mul_(20)
    image = torch.randn(1, 3, 32, 32)
    expected = plain_rollout(network, image)[rows, 1:].mean(axis=0)
    before = backbone(image)
    found = patch_weights(network, image)
    np.testing.assert_allclose(found.numpy(), (expected / expected.sum()).reshape(4, 4), atol=1e-6)
    assert found.max() > 1.2 * found.mean()
    torch.testing.assert_close(backbone(image), before)
    assert not any(module._forward_hooks for module in network.modules())


@pytest.mark.parametrize("architecture", [one.name for one in ARCHITECTURES if one.family == "ViT"])
def test_the_published_vits_have_a_roll_out(architecture):
    backbone = create_backbone(architecture, pretrained=False, timm_kwargs='{"depth": 1}').eval()
    weights = patch_weights(backbone.network, torch.zeros(1, 3, 224, 224))
    assert weights.shape == (14, 14)
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0))


def test_uniform_and_absent_attention_have_known_roll_outs():
    identity, uniform = torch.eye(5).expand(2, 5, 5), torch.full((2, 5, 5), 0.2)
    torch.testing.assert_close(rollout([identity] * 3), torch.eye(5))
    torch.testing.assert_close(rollout([uniform]), 0.5 * torch.eye(5) + 0.1)


def test_the_share_on_the_image_is_that_of_its_pixels():
    weights = np.zeros((4, 4))
    weights[1, 1], weights[0, 0] = 0.75, 0.25
    image = RollOut(0, "", np.zeros((32, 32, 3), np.uint8), weights, 8)
    assert image.inside(32) == 1
    assert image.inside(16) == 0.75
    assert image.inside(8) == 0.75 / 4
    larger = RollOut(
        0, "", np.zeros((36, 36, 3), np.uint8), weights, 8
    )  # the last 4 pixels belong to no patch
    assert larger.inside(20) == 0.75


def test_figures_of_each_dataset_of_a_run(run, data, tmp_path, settings):
    settings.CHROMIUM = ""
    told = draw(run, data, tmp_path / "plots")
    assert f"2 figures are in {tmp_path / 'plots'}." in told
    assert "on the image, which fills 76.6% of the input" in told
    for name in NAMES:
        rows = table(tmp_path / "plots", name)
        assert len(rows) == 3 * 16
        weights = np.array([float(row["Weight (mean = 1)"]) for row in rows]).reshape(3, 16)
        np.testing.assert_allclose(weights.mean(axis=1), 1, rtol=1e-5)
        page = (tmp_path / f"plots/html/attention-{name}.html").read_text()
        assert page.count("png;base64,iVBOR") == 2 * 3


@pytest.mark.parametrize("scheme", ["end-to-end", "linear-probing", "knn"])
def test_runs_on_one_dataset(scheme, data, tmp_path, settings):
    settings.CHROMIUM = ""
    config = small_config(**VIT, epochs=1, scheme=scheme, dataset="breastmnist")
    train.train(config, data, tmp_path / "run", write=lambda line: None)
    assert "1 figures are in" in draw(tmp_path / "run", data, tmp_path / "plots", images=1, split="test")
    assert len(table(tmp_path / "plots", "breastmnist")) == 16


def test_networks_without_such_attention_are_refused(data, tmp_path):
    config = small_config(epochs=1, scheme="end-to-end", dataset="breastmnist")
    train.train(config, data, tmp_path / "cnn", write=lambda line: None)
    with pytest.raises(CommandError, match=r"^ResNet has no attention roll-out, .*: give a run of a ViT$"):
        draw(tmp_path / "cnn", data, tmp_path / "plots")
    assert not (tmp_path / "plots").exists()


@pytest.mark.parametrize(
    ("architecture", "kwargs", "why"),
    [
        (
            "swin_tiny_patch4_window7_224",
            {"depths": [1, 1], "embed_dim": 24, "num_heads": [1, 2]},
            "between all",
        ),
        ("test_vit", {"global_pool": "max"}, "neither its class token"),
    ],
)
def test_other_attention_is_refused(architecture, kwargs, why):
    size = 224 if "swin" in architecture else 32
    backbone = create_backbone(
        architecture, pretrained=False, input_size=size, timm_kwargs=json.dumps(kwargs)
    ).eval()
    with pytest.raises(ArchitectureError, match=why):
        patch_weights(backbone.network, torch.zeros(1, 3, size, size))


def test_attention_that_stays_fused_is_refused():
    network: Any = create_backbone("test_vit", pretrained=False, input_size=32).network
    network.blocks[2].attn.forward = lambda tokens, **options: tokens  # passes no attention on
    with pytest.raises(ArchitectureError, match=r"timm fuses the attention of 1 of its layers"):
        patch_weights(network, torch.zeros(1, 3, 32, 32))


def test_bad_input_is_reported(run, data, tmp_path):
    for given, options, message in (
        (tmp_path / "none", {}, "there is no run"),
        (run, {"images": 0}, "images is 0; it must be 1 to 8"),
        (run, {"images": 9}, "images is 9; it must be 1 to 8"),
        (run, {"data": tmp_path}, "2 of 2 files are missing"),
    ):
        with pytest.raises(CommandError, match=message):
            draw(given, options.pop("data", data), tmp_path / "plots", **options)
    assert not (tmp_path / "plots").exists()


def test_without_torch_the_command_says_what_to_install(data, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "baselines.mmpt.studies.attention", None)
    with pytest.raises(CommandError, match=r"requirements/baselines\.txt"):
        draw(tmp_path, data, tmp_path / "plots")
