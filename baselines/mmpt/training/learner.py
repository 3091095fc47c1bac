"""Learner: a model with the optimizers of its parts, and one optimization step."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from baselines.mmpt.data import sampler
from baselines.mmpt.data.images import Inputs, Source
from baselines.mmpt.data.preprocess import Preprocess
from baselines.mmpt.model.architectures import classifier_of_timm, create_backbone, share_batch_norm
from baselines.mmpt.model.losses import Loss, loss_for, loss_weights
from baselines.mmpt.model.multi_head import MultiHeadModel, n_outputs
from baselines.mmpt.model.normalization import batch_norm_layers
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import DeviceError, autocast, cudnn_tuning
from baselines.mmpt.training.distributed import ALONE, World
from baselines.mmpt.training.log import Write
from baselines.mmpt.training.starting import describe_start, start_from
from baselines.mmpt.training.validation import weights_of_datasets
from challenge.scoring.benchmark import Dataset

BACKBONE = "backbone"

#: Memory format of images and weights, which makes convolutions faster on GPUs and on CPUs.
MEMORY_FORMAT = torch.channels_last


@dataclass(frozen=True, slots=True)
class Learner:
    """A model with its optimizers, losses and weights.

    Attributes:
        model: the backbone and the heads.
        backbone: maps prepared images to features (b, n_features): the model's own backbone, a compiled version, or
            the identity if features are fixed, so that they are the inputs.
        optimizers: one for `BACKBONE`, unless its weights are fixed, and one for each head, by dataset. A single AdamW
            would give the same weights: it skips heads that take no part in a step, as long as their gradients are
            None. Gradients of zero would move these heads, by momentum and weight decay.
        losses: loss function of each dataset.
        weights: weight of each dataset's loss in training.
        precision: "fp32" or "bf16".
        full_batch: number of images of this process in a full batch.
        world: the processes that train together.

    """

    model: MultiHeadModel
    backbone: Callable[[Tensor], Tensor]
    optimizers: dict[str, torch.optim.Optimizer]
    losses: dict[str, Loss]
    weights: dict[str, float]
    precision: str
    full_batch: int
    world: World = ALONE

    def logits(self, images: Tensor, dataset_name: str) -> Tensor:
        """Compute the logits (b, k) of one dataset's images, float32."""
        with autocast(images.device, self.precision), cudnn_tuning(len(images) == self.full_batch):
            return self.model.heads[dataset_name](self.backbone(images)).float()


def step(learner: Learner, inputs: Inputs) -> dict[str, tuple[Tensor, Tensor]]:
    """Update the backbone and the heads of the datasets in the batch: one dataset, unless batches are mixed.

    The loss of a dataset is weighted by its fraction of the images. Returns the logits and the mean, unweighted loss
    of each dataset; they stay on the device.
    """
    images = _together([images for images, _ in inputs.values()])
    with cudnn_tuning(len(images) == learner.full_batch):
        outputs, total = _forward(learner, images, inputs)
        total.backward()
    for name in (BACKBONE, *inputs):
        if name in learner.optimizers:
            learner.optimizers[name].step()
            learner.optimizers[name].zero_grad(set_to_none=True)
    return outputs


def _forward(
    learner: Learner, images: Tensor, inputs: Inputs
) -> tuple[dict[str, tuple[Tensor, Tensor]], Tensor]:
    """Return the logits and the loss of each dataset, and the loss to minimise."""
    sizes = [len(labels) for _, labels in inputs.values()]
    outputs: dict[str, tuple[Tensor, Tensor]] = {}
    with autocast(images.device, learner.precision):
        features = learner.world.gather(learner.backbone(images), sum(sizes))
        logits = {
            name: learner.model.heads[name](part)
            for name, part in zip(inputs, features.split(sizes), strict=True)
        }
    total = features.new_zeros((), dtype=torch.float32)
    for (name, (_, labels)), size in zip(inputs.items(), sizes, strict=True):
        loss = learner.losses[name](logits[name].float(), labels)
        total = total + loss * (learner.weights[name] * size / sum(sizes))
        outputs[name] = logits[name].detach(), loss.detach()
    return outputs, total


def _together(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def build_model(
    config: TrainingConfig,
    datasets: tuple[Dataset, ...],
    *,
    initial: bool = True,
    write: Write = lambda line: None,
) -> MultiHeadModel:
    """Build the model for the start of training or, if not `initial`, with arbitrary weights."""
    is_fresh = initial and config.from_run is None
    backbone = create_backbone(
        config.architecture,
        pretrained=config.pretrained and is_fresh,
        weights=config.weights if is_fresh else None,
        input_size=config.input_size,
        timm_kwargs=config.timm_kwargs,
    )
    if initial and config.from_run is not None:
        describe_start(start_from(backbone, config), write)
    heads = datasets if config.has_epochs else ()
    model = MultiHeadModel(backbone, heads, config.ordinal_loss)
    if initial and config.head_init == "timm":
        for dataset in heads:
            size = n_outputs(dataset, config.ordinal_loss)
            classifier = classifier_of_timm(config.architecture, size, config.input_size, config.timm_kwargs)
            model.heads[dataset.name].load_state_dict(classifier.state_dict())
    return model.to(memory_format=MEMORY_FORMAT)  # type: ignore[call-overload]


def preprocess_for(config: TrainingConfig, model: MultiHeadModel, device: torch.device) -> Preprocess:
    """Return the preparation of images for a model on a device."""
    return Preprocess(model.backbone.mean, model.backbone.std, config.input_size, MEMORY_FORMAT).to(device)


def make_learner(
    config: TrainingConfig, model: MultiHeadModel, sources: Mapping[str, Source], world: World = ALONE
) -> Learner:
    """Make the optimizer of each part of a model, and the loss and weight of each dataset. Raises `DeviceError`."""
    parts: dict[str, nn.Module] = dict(model.heads.items())
    backbone: Callable[[Tensor], Tensor] = nn.Identity()
    full_batch = world.n_own(config.batch_size)
    if config.trains_backbone:
        parts[BACKBONE] = model.backbone
    if not config.has_fixed_features:
        backbone = spread(model, world)
        if config.compile:
            backbone = compiled(backbone, full_batch)
    n_batches = sampler.n_batches({name: len(source) for name, source in sources.items()}, config.batch_size)
    return Learner(
        model=model,
        backbone=backbone,
        optimizers={
            name: torch.optim.AdamW(
                part.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
            )
            for name, part in parts.items()
        },
        losses={name: loss_for(source.dataset, config.ordinal_loss) for name, source in sources.items()},
        weights=_weights(config, sources, n_batches),
        precision=config.precision,
        full_batch=full_batch,
        world=world,
    )


def _weights(
    config: TrainingConfig, sources: Mapping[str, Source], n_batches: Mapping[str, int]
) -> dict[str, float]:
    """Return the weight of each dataset's loss: of the weighted loss, times the weight that was given for it."""
    weights = (
        loss_weights(n_batches, config.weighting_excludes)
        if config.weighted_loss
        else dict.fromkeys(sources, 1.0)
    )
    given = weights_of_datasets(config.dataset_weights, (source.dataset for source in sources.values()))
    return {name: weight * given[name] for name, weight in weights.items()}


def spread(model: MultiHeadModel, world: World) -> Callable[[Tensor], Tensor]:
    """Return the backbone, distributed over the processes if there are several. Raises `DeviceError`."""
    if world.size > 1 and (layers := batch_norm_layers(model.backbone)):
        if not next(iter(layers.values())).weight.is_cuda:
            raise DeviceError(
                "Several processes can share BatchNorm's statistics on GPUs only: on a CPU, train this "
                "architecture in one process."
            )
        share_batch_norm(model.backbone)
    return world.spread(model.backbone)


def takes_lone_images(backbone: nn.Module, images: Tensor) -> bool:
    """Return True if a backbone can be trained on a single image (1, 3, height, width).

    BatchNorm cannot, if small images give feature maps of one pixel: a single value has no variance.
    """
    trial = deepcopy(backbone).train()
    try:
        with torch.no_grad(), torch.random.fork_rng():
            trial(images)
    except ValueError:
        return False
    return True


def compiled(backbone: Callable[[Tensor], Tensor], batch_size: int) -> Callable[[Tensor], Tensor]:
    """Compile a backbone for full batches; smaller batches, of many sizes, use the backbone uncompiled."""
    fast = torch.compile(backbone, dynamic=False)
    return lambda images: (fast if len(images) == batch_size else backbone)(images)
