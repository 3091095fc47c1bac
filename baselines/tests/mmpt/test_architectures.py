"""The ten architectures: features, normalisation, a step, a prediction; weights from files; errors."""

from typing import Any
from urllib.error import URLError

import pytest
import safetensors.torch
import torch
from torch import nn

from baselines.mmpt.model import architectures
from baselines.mmpt.model.architectures import (
    ARCHITECTURES,
    ArchitectureError,
    create_backbone,
    load_weights,
    timm,
)
from baselines.mmpt.model.backbone import IMAGENET_MEAN, IMAGENET_STD, AlexNet
from baselines.mmpt.model.losses import loss_for
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.model.torchvision_shim import torchvision
from challenge.content.architectures import ARCHITECTURES as PUBLISHED
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.problems import ProblemLog
from challenge.scoring.reading.values import check_values

SIZE = 64

IMAGENET = (IMAGENET_MEAN, IMAGENET_STD)
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))

TABLE = {
    "vgg16": (4096, IMAGENET),
    "alexnet": (4096, IMAGENET),
    "resnet18": (512, IMAGENET),
    "densenet121": (1024, IMAGENET),
    "efficientnet_b4": (1792, IMAGENET),
    "vit_base_patch16_224": (768, HALF),
    "vit_base_patch16_clip_224": (768, CLIP),
    "eva02_base_patch16_clip_224": (768, CLIP),
    "vit_base_patch16_224.dino": (768, IMAGENET),
    "samvit_base_patch16": (256, IMAGENET),
}


def test_the_ten_architectures_are_those_of_the_published_results():
    assert list(ARCHITECTURES) == list(TABLE)
    assert {a.name: (a.title, a.features) for a in PUBLISHED} == {
        a.name: (a.title, a.n_features) for a in ARCHITECTURES.values()
    }


@pytest.mark.parametrize("name", TABLE)
def test_each_architecture_builds_trains_a_step_and_predicts(name):
    torch.manual_seed(0)
    n_features, (mean, std) = TABLE[name]
    backbone = create_backbone(name, pretrained=False, input_size=SIZE)
    assert (backbone.num_features, backbone.mean, backbone.std) == (n_features, mean, std)
    images = torch.randn(2, 3, SIZE, SIZE)
    dataset = MEDMNIST_PLUS["bloodmnist"]
    model = MultiHeadModel(backbone, [dataset]).train()

    # Plain gradient descent: AdamW, tested elsewhere, would take another gigabyte of memory here.
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    loss = loss_for(dataset)(model(images, "bloodmnist"), torch.tensor([0, 5]))
    loss.backward()
    assert loss.isfinite()
    without_gradient = [key for key, parameter in model.named_parameters() if parameter.grad is None]
    assert without_gradient == []
    first = next(model.parameters())
    before = first.detach().clone()
    optimizer.step()
    assert not torch.equal(first, before)

    with torch.no_grad():
        model.eval()
        assert backbone(images).shape == (2, n_features)
        probabilities = model.probabilities(model(images, "bloodmnist"), dataset)
    problems = ProblemLog()
    check_values(probabilities.double().numpy(), dataset, problems)
    problems.raise_if_any()


def test_any_other_timm_model_works_by_its_name():
    backbone = create_backbone("test_vit", pretrained=False, input_size=32)
    assert backbone(torch.zeros(2, 3, 32, 32)).shape == (2, backbone.num_features)


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("resnet19", 64, r"no architecture 'resnet19'; did you mean .*resnet18"),
        ("?", 64, r"no architecture '\?'; there are: vgg16, alexnet"),
        ("resnet18.of_nobody", 64, "Invalid pretrained tag"),
        ("alexnet", 32, "alexnet cannot be used as a backbone for images of 32 pixels: .*too small"),
    ],
)
def test_impossible_backbones_are_refused(name, size, message):
    with pytest.raises(ArchitectureError, match=message):
        create_backbone(name, pretrained=False, input_size=size)


def with_classifier(name: str, **options: Any) -> Any:
    torch.manual_seed(1)
    return timm.create_model(name, pretrained=False, num_classes=7, **options).eval()


@pytest.mark.parametrize("name", ["test_resnet", "test_vit"])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_weights_of_a_file_with_a_classifier(tmp_path, name, suffix):
    options = {"img_size": 32} if name == "test_vit" else {}
    source = with_classifier(name, **options)
    path = tmp_path / f"weights{suffix}"
    if suffix == ".pth":
        torch.save({"state_dict": source.state_dict()}, path)
    else:
        safetensors.torch.save_file(source.state_dict(), path)
    backbone = create_backbone(name, pretrained=True, weights=path, input_size=32).eval()
    images = torch.randn(2, 3, 32, 32)
    expected = source.forward_head(source.forward_features(images), pre_logits=True)
    torch.testing.assert_close(backbone(images), expected)


def test_weights_of_torchvisions_alexnet(tmp_path):
    source = architectures.torchvision.models.alexnet(weights=None).eval()
    torch.save(source.state_dict(), tmp_path / "alexnet.pth")
    backbone = create_backbone(
        "alexnet", pretrained=False, weights=tmp_path / "alexnet.pth", input_size=64
    ).eval()
    images = torch.randn(1, 3, 64, 64)
    torch.testing.assert_close(source.classifier[6](backbone(images)), source(images))


@pytest.mark.parametrize(("size", "n_pooled"), [(224, 0), (64, 1)])
def test_alexnet_pools_only_maps_of_another_size_than_at_224(size, n_pooled):
    """The features are those of torchvision, which pools always; the gradient of pooling is not deterministic."""
    torch.manual_seed(0)
    whole = torchvision.models.AlexNet().eval()
    whole.classifier[6] = nn.Identity()
    own = AlexNet().eval()
    own.load_state_dict(whole.state_dict())
    pooled: list[object] = []
    own.avgpool.register_forward_hook(lambda *_: pooled.append(None))
    images = torch.randn(2, 3, size, size)
    with torch.no_grad():
        assert torch.equal(own.forward_head(own.forward_features(images)), whole(images))
    assert len(pooled) == n_pooled


def test_weights_without_a_classifier(tmp_path):
    source = timm.create_model("test_resnet", num_classes=0)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    backbone = create_backbone(
        "test_resnet", pretrained=False, weights=tmp_path / "weights.pth", input_size=32
    )
    assert all(
        torch.equal(value, backbone.network.state_dict()[key]) for key, value in source.state_dict().items()
    )


def test_positions_of_another_image_size_are_resampled_as_timm_does_it(tmp_path):
    state = with_classifier("test_vit", img_size=96).state_dict()
    torch.save(state, tmp_path / "weights.pth")
    found = create_backbone("test_vit", pretrained=False, weights=tmp_path / "weights.pth", input_size=32)
    expected = timm.create_model(
        "test_vit", pretrained=True, num_classes=0, img_size=32, pretrained_cfg_overlay={"state_dict": state}
    )
    assert torch.equal(found.network.state_dict()["pos_embed"], expected.state_dict()["pos_embed"])


def test_positions_of_sam_are_resampled_as_sam_does_it():
    """SAM accepts images of other sizes than its own; a network made for such a size must give the same result."""

    def small_sam(size: int) -> Any:
        network: Any = timm.models.vision_transformer_sam.VisionTransformerSAM(
            img_size=size, patch_size=16, embed_dim=32, depth=2, num_heads=2, global_attn_indexes=(1,),
            window_size=3, use_rel_pos=True, neck_chans=8, num_classes=0,
        )  # fmt: skip
        network.pretrained_cfg = {"classifier": "head.fc"}
        return network.eval()

    torch.manual_seed(0)
    large, small = small_sam(160), small_sam(64)
    for key, parameter in large.named_parameters():
        if "pos" in key:
            torch.nn.init.normal_(parameter)
    load_weights(small, large.state_dict(), "the large one")
    assert small.pos_embed.shape == (1, 4, 4, 32)
    images = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(small(images), large(images), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("conv1.0.weight"), r"missing: conv1\.0\.weight"),
        (lambda state: state.update({"conv9.weight": torch.zeros(1)}), r"not expected: conv9\.weight"),
        (
            lambda state: state.update({"conv1.0.weight": torch.zeros(3)}),
            r"of another shape: conv1\.0\.weight",
        ),
        (lambda state: state.clear(), "contains no weights"),
        (lambda state: state.update({"epoch": 3}), "contains no weights"),
    ],
)
def test_weights_that_do_not_fit_are_named(tmp_path, change, message):
    state = with_classifier("test_resnet").state_dict()
    change(state)
    torch.save(dict(state), tmp_path / "weights.pth")
    with pytest.raises(ArchitectureError, match=message) as caught:
        create_backbone("test_resnet", pretrained=False, weights=tmp_path / "weights.pth", input_size=32)
    assert "weights.pth" in str(caught.value)


def test_weights_of_another_architecture_are_reported_briefly(tmp_path):
    torch.save(with_classifier("test_vit").state_dict(), tmp_path / "weights.pth")
    with pytest.raises(ArchitectureError, match=r"missing: .* and \d+ more; not expected: ") as caught:
        create_backbone("test_resnet", pretrained=False, weights=tmp_path / "weights.pth", input_size=32)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
def test_files_without_weights_are_refused(tmp_path, name):
    with pytest.raises(ArchitectureError, match="no such file"):
        create_backbone("test_resnet", pretrained=False, weights=tmp_path / name)
    for content in (b"", b"not a file of weights"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ArchitectureError, match="cannot be read as weights"):
            create_backbone("test_resnet", pretrained=False, weights=tmp_path / name)


def unreachable(*args, **kwargs):
    raise URLError("no network")


def test_pretrained_weights_without_a_network(monkeypatch):
    monkeypatch.setattr(architectures, "try_to_load_from_cache", lambda *args: None)
    monkeypatch.setattr(architectures.HfApi, "model_info", unreachable)
    with pytest.raises(ArchitectureError, match="no network") as caught:
        create_backbone("resnet18", pretrained=True)
    message = str(caught.value)
    assert "model.safetensors of timm/resnet18.a1_in1k" in message
    assert "--weights FILE" in message
    assert "--no-pretrained" in message


def test_pretrained_weights_of_alexnet_without_a_network(monkeypatch):
    monkeypatch.setattr(architectures.torchvision.models._api, "load_state_dict_from_url", unreachable)
    with pytest.raises(ArchitectureError, match=r"alexnet.*no network") as caught:
        create_backbone("alexnet", pretrained=True)
    assert "alexnet-owt-7be5be79.pth" in str(caught.value)
    assert "--weights FILE" in str(caught.value)


def test_pretrained_weights_in_the_cache_need_no_network(monkeypatch, tmp_path):
    source: Any = timm.create_model("test_vit.r160_in1k", pretrained=False).eval()
    safetensors.torch.save_file(source.state_dict(), tmp_path / "model.safetensors")
    monkeypatch.setattr(
        architectures, "try_to_load_from_cache", lambda *args: str(tmp_path / "model.safetensors")
    )
    monkeypatch.setattr(architectures.HfApi, "model_info", unreachable)
    backbone = create_backbone("test_vit.r160_in1k", pretrained=True, input_size=160).eval()
    images = torch.randn(1, 3, 160, 160)
    expected = source.forward_head(source.forward_features(images), pre_logits=True)
    torch.testing.assert_close(backbone(images), expected)
