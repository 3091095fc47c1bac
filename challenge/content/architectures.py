"""The ten architectures of the published methods, as their sources describe them.

Sizes come from Bachmeier (2024), Table 1, which adapts them from Doerrich et al. (2025). Families and pre-training
follow section 2.2 there. That section names no pre-training of the CNNs and of ViT-B/16. For these, `pretraining`
describes the weights that timm and torchvision load by the name; `train.py` of Doerrich et al. starts from them.
Years and works come from the papers of the architectures.
"""

from dataclasses import dataclass
from typing import Literal

Family = Literal["CNN", "ViT"]

_IMAGENET = "Supervised, on ImageNet"


@dataclass(frozen=True)
class Architecture:
    """An architecture; `name` equals `PublishedMethod.architecture`.

    Attributes:
        name: timm name; the torchvision name if timm does not have it.
        title: name for the pages.
        family: convolutional network or vision transformer.
        parameters: in millions.
        activations: in millions.
        gmacs: billions of multiply-accumulate operations.
        features: number of features that the backbone returns.
        authors: authors of its paper, as cited in a text.
        year: year of its paper.
        work: title and place of its paper.
        url: address of its paper.
        pretraining: data and supervision of the pre-training.
        in_timm: whether timm has it.

    """

    name: str
    title: str
    family: Family
    parameters: float
    activations: float
    gmacs: float
    features: int
    authors: str
    year: int
    work: str
    url: str
    pretraining: str = _IMAGENET
    in_timm: bool = True


ARCHITECTURES = (
    Architecture(
        name="vgg16",
        title="VGG16",
        family="CNN",
        parameters=138.4,
        activations=13.6,
        gmacs=15.5,
        features=4096,
        authors="Simonyan and Zisserman",
        year=2014,
        work="Very deep convolutional networks for large-scale image recognition, arXiv 1409.1556",
        url="https://arxiv.org/abs/1409.1556",
    ),
    Architecture(
        name="alexnet",
        title="AlexNet",
        family="CNN",
        parameters=62.3,
        activations=0.6,
        gmacs=0.36,
        features=4096,
        authors="Krizhevsky, Sutskever and Hinton",
        year=2012,
        work="ImageNet classification with deep convolutional neural networks, NeurIPS 25",
        url="https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html",
        in_timm=False,
    ),
    Architecture(
        name="resnet18",
        title="ResNet-18",
        family="CNN",
        parameters=11.7,
        activations=2.5,
        gmacs=1.8,
        features=512,
        authors="He et al.",
        year=2016,
        work="Deep residual learning for image recognition, CVPR, arXiv 1512.03385",
        url="https://arxiv.org/abs/1512.03385",
    ),
    Architecture(
        name="densenet121",
        title="DenseNet-121",
        family="CNN",
        parameters=8,
        activations=6.9,
        gmacs=2.9,
        features=1024,
        authors="Huang et al.",
        year=2017,
        work="Densely connected convolutional networks, CVPR, arXiv 1608.06993",
        url="https://arxiv.org/abs/1608.06993",
    ),
    Architecture(
        name="efficientnet_b4",
        title="EfficientNet-B4",
        family="CNN",
        parameters=19.3,
        activations=34.8,
        gmacs=3.1,
        features=1792,
        authors="Tan and Le",
        year=2019,
        work="EfficientNet: rethinking model scaling for convolutional neural networks, ICML, arXiv 1905.11946",
        url="https://arxiv.org/abs/1905.11946",
    ),
    Architecture(
        name="vit_base_patch16_224",
        title="ViT-B/16",
        family="ViT",
        parameters=86.6,
        activations=16.5,
        gmacs=16.9,
        features=768,
        authors="Dosovitskiy et al.",
        year=2021,
        work="An image is worth 16x16 words: transformers for image recognition at scale, ICLR, arXiv 2010.11929",
        url="https://arxiv.org/abs/2010.11929",
        pretraining="Supervised, on ImageNet-21k, then on ImageNet",
    ),
    Architecture(
        name="vit_base_patch16_clip_224",
        title="CLIP ViT-B/16",
        family="ViT",
        parameters=86.6,
        activations=16.5,
        gmacs=16.9,
        features=768,
        authors="Radford et al.",
        year=2021,
        work="Learning transferable visual models from natural language supervision, ICML, arXiv 2103.00020",
        url="https://arxiv.org/abs/2103.00020",
        pretraining="Contrastive, on pairs of images and texts",
    ),
    Architecture(
        name="eva02_base_patch16_clip_224",
        title="EVA-02 ViT-B/16",
        family="ViT",
        parameters=86.3,
        activations=16.5,
        gmacs=16.9,
        features=768,
        authors="Fang et al.",
        year=2024,
        work="EVA-02: a visual representation for neon genesis, Image and Vision Computing 149, 105171, "
        "arXiv 2303.11331",
        url="https://arxiv.org/abs/2303.11331",
        pretraining="Masked image modelling, from EVA-CLIP",
    ),
    Architecture(
        name="vit_base_patch16_224.dino",
        title="DINO ViT-B/16",
        family="ViT",
        parameters=85.8,
        activations=16.5,
        gmacs=16.9,
        features=768,
        authors="Caron et al.",
        year=2021,
        work="Emerging properties in self-supervised vision transformers, ICCV, arXiv 2104.14294",
        url="https://arxiv.org/abs/2104.14294",
        pretraining="Self-distillation on ImageNet, without its labels",
    ),
    Architecture(
        name="samvit_base_patch16",
        title="SAM ViT-B/16",
        family="ViT",
        parameters=89.7,
        activations=1343.3,
        gmacs=486.4,
        features=256,
        authors="Kirillov et al.",
        year=2023,
        work="Segment anything, ICCV, arXiv 2304.02643",
        url="https://arxiv.org/abs/2304.02643",
        pretraining="Promptable segmentation",
    ),
)

ARCHITECTURE_BY_NAME = {architecture.name: architecture for architecture in ARCHITECTURES}
