"""One backbone and a head for each dataset: changes by a step, and predictions."""

import pytest
import torch

from baselines.mmpt.model.architectures import create_backbone
from baselines.mmpt.model.losses import loss_for
from baselines.mmpt.model.multi_head import MultiHeadModel
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.problems import ProblemLog
from challenge.scoring.reading.values import check_values


@pytest.fixture
def model() -> MultiHeadModel:
    torch.manual_seed(0)
    return MultiHeadModel(
        create_backbone("test_resnet", pretrained=False, input_size=32), MEDMNIST_PLUS, ordinal_loss=True
    )


def snapshot(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def labels_of(dataset, n: int) -> torch.Tensor:
    shape = (n, dataset.n_classes) if dataset.name == "chestmnist" else (n,)
    return torch.ones(shape, dtype=torch.int64)


def test_each_head_has_the_outputs_of_its_task(model):
    images = torch.randn(2, 3, 32, 32)
    for dataset in MEDMNIST_PLUS:
        n_outputs = 4 if dataset.name == "retinamnist" else dataset.n_classes
        assert model(images, dataset.name).shape == (2, n_outputs)


def test_retina_has_a_logit_for_each_grade_without_corn():
    backbone = create_backbone("test_resnet", pretrained=False, input_size=32)
    model = MultiHeadModel(backbone, [MEDMNIST_PLUS["retinamnist"]])
    assert model.heads["retinamnist"].out_features == 5


def test_a_step_changes_the_backbone_and_exactly_one_head(model):
    parts = {"backbone": model.backbone, **model.heads}
    optimizers = {
        name: torch.optim.AdamW(part.parameters(), lr=1e-3, weight_decay=0.01) for name, part in parts.items()
    }
    model.train()
    # In the second round, momentum and weight decay from the first could move other heads.
    for name in ("chestmnist", "retinamnist", "breastmnist", "chestmnist"):
        before = snapshot(model)
        dataset = MEDMNIST_PLUS[name]
        loss = loss_for(dataset, ordinal_loss=True)(
            model(torch.randn(4, 3, 32, 32), name), labels_of(dataset, 4)
        )
        loss.backward()
        for part in ("backbone", name):
            optimizers[part].step()
        for optimizer in optimizers.values():
            optimizer.zero_grad(set_to_none=True)
        changed = {key for key, value in snapshot(model).items() if not torch.equal(value, before[key])}
        assert any(key.startswith("backbone.") for key in changed)
        heads = {key for key in changed if key.startswith("heads.")}
        assert heads == {f"heads.{name}.weight", f"heads.{name}.bias"}


@pytest.mark.parametrize("scale", [1, 100])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_probabilities_follow_the_rules_of_submissions(model, scale, dtype):
    for dataset in MEDMNIST_PLUS:
        logits = (torch.randn(50, model.heads[dataset.name].out_features) * scale).to(dtype)
        probabilities = model.probabilities(logits, dataset)
        assert probabilities.dtype == torch.float32
        assert probabilities.shape == (50, dataset.n_classes)
        problems = ProblemLog()
        check_values(probabilities.numpy().astype(float), dataset, problems)
        problems.raise_if_any()
        if dataset.name != "chestmnist":
            torch.testing.assert_close(probabilities.sum(1), torch.ones(50))


def test_probabilities_of_a_multi_label_dataset_are_independent(model):
    probabilities = model.probabilities(torch.zeros(1, 14), MEDMNIST_PLUS["chestmnist"])
    assert probabilities.eq(0.5).all()
