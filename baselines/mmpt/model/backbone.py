"""Networks without a classifier, with a common interface."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from baselines.mmpt.model.torchvision_shim import torchvision

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class ArchitectureError(ValueError):
    """Error when creating a backbone; the message says why and what to do."""


@contextmanager
def used_as_backbone(name: str, input_size: int) -> Iterator[None]:
    """Turn an error of a network that cannot compute features of such images into an `ArchitectureError`."""
    try:
        yield
    except (AssertionError, AttributeError, RuntimeError, TypeError) as error:
        raise ArchitectureError(
            f"{name} cannot be used as a backbone for images of {input_size} pixels: {error}"
        ) from error


class AlexNet(torchvision.models.AlexNet):
    """torchvision's AlexNet without its last layer, with the interface of timm's models."""

    pretrained_cfg = {"mean": IMAGENET_MEAN, "std": IMAGENET_STD, "classifier": "classifier.6"}
    num_features = 4096

    def __init__(self) -> None:
        super().__init__()
        self.classifier[6] = nn.Identity()

    def forward_features(self, images: Tensor) -> Tensor:
        """Map images (b, 3, size, size) to feature maps (b, 256, h, w); size must be 63 or more."""
        return self.features(images)

    def forward_head(self, maps: Tensor, pre_logits: bool = False) -> Tensor:
        """Map feature maps to features (b, 4096); there are no logits."""
        # Maps of 224 pixels have the pooled size already. Pooling would not change them, but its gradient is not
        # deterministic on a GPU.
        pooled = maps if maps.shape[2:] == self.avgpool.output_size else self.avgpool(maps)
        return self.classifier(torch.flatten(pooled, 1))


class Backbone(nn.Module):
    """timm network without classifier: images (b, 3, size, size) to features (b, num_features).

    Attributes:
        network: has timm's `forward_features`, and `forward_head` with `pre_logits`.
        num_features: number of features of an image.
        mean: mean of each colour in the images that the network expects, for pixels in [0, 1].
        std: standard deviation of each colour.
        is_frozen: set by `freeze`.

    """

    def __init__(
        self,
        network: nn.Module,
        num_features: int,
        mean: tuple[float, ...] = IMAGENET_MEAN,
        std: tuple[float, ...] = IMAGENET_STD,
    ) -> None:
        super().__init__()
        self.network = network
        self.num_features = num_features
        self.mean = tuple(mean)
        self.std = tuple(std)
        self.is_frozen = False

    def forward(self, images: Tensor) -> Tensor:
        """Return the features before the classifier ("pre-logits")."""
        return self.network.forward_head(self.network.forward_features(images), pre_logits=True)  # type: ignore[operator]

    def freeze(self) -> None:
        """Freeze the backbone: no gradients, and evaluation mode even after `train`."""
        self.is_frozen = True
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> "Backbone":
        """Switch between training and evaluation; a frozen backbone stays in evaluation."""
        super().train(mode and not self.is_frozen)
        return self
