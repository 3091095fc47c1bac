"""Conclusions of Bachmeier (2024), each checked against the published means, comparison by comparison.

A claim holds in a comparison if the first value is higher. A comparison uses every metric published for both models.
If both sources give the AUC, it is taken from Doerrich et al. (2025), as everywhere on this site.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from challenge.experiments.results import END_TO_END, METRICS, MM_PT, RESOLUTIONS, Model, Results

RESNET, RESNET_WEIGHTED = Model(MM_PT, "resnet18"), Model(MM_PT, "resnet18", True)
VIT, VIT_WEIGHTED = Model(MM_PT, "vit_base_patch16_224"), Model(MM_PT, "vit_base_patch16_224", True)
SINGLE_VIT = Model(END_TO_END, "vit_base_patch16_224")

Spot = tuple[Model, int]  # a model at a resolution


@dataclass(frozen=True)
class Comparison:
    """Two published means; the claim says that the first is higher."""

    what: str
    first: float
    second: float

    @property
    def holds(self) -> bool:
        """True if the first mean is higher."""
        return self.first > self.second


@dataclass(frozen=True)
class Claim:
    """A conclusion, its section in the thesis, and its comparisons."""

    text: str
    section: str
    comparisons: Sequence[Comparison]

    @property
    def holding(self) -> int:
        """Number of comparisons in which the claim holds."""
        return sum(comparison.holds for comparison in self.comparisons)

    @property
    def exceptions(self) -> list[Comparison]:
        """Comparisons in which the claim does not hold."""
        return [comparison for comparison in self.comparisons if not comparison.holds]


def claims(results: Results) -> dict[str, list[Claim]]:
    """Return the claims with published scores, by the name of their experiment."""
    experiments = {
        "families": _families(results),
        "resolution": _resolution(results),
        "weighting": _weighting(results),
        "mm_pt": _mm_pt(results),
    }
    return {name: [claim for claim in of if claim.comparisons] for name, of in experiments.items()}


def _families(results: Results) -> list[Claim]:
    return [
        Claim(
            "Under mm-PT, ViT-B/16 with the plain loss is ahead of the three other models at every resolution, by "
            "every metric.",
            "4.2",
            _everywhere(results, [(VIT, other) for other in (VIT_WEIGHTED, RESNET, RESNET_WEIGHTED)]),
        ),
        Claim(
            "Under mm-PT, ViT-B/16 with the weighted loss is still ahead of both ResNet-18 models.",
            "4.2",
            _everywhere(results, [(VIT_WEIGHTED, RESNET), (VIT_WEIGHTED, RESNET_WEIGHTED)]),
        ),
        Claim(
            "The best ResNet-18 under mm-PT is the one with the weighted loss at 128 × 128.",
            "4.2",
            _compare(
                results,
                [
                    ((RESNET_WEIGHTED, 128), other)
                    for model in (RESNET, RESNET_WEIGHTED)
                    for r in RESOLUTIONS
                    if (other := (model, r)) != (RESNET_WEIGHTED, 128)
                ],
            ),
        ),
    ]


def _resolution(results: Results) -> list[Claim]:
    up_to_128 = RESOLUTIONS[:3]
    return [
        Claim(
            "Under mm-PT, ViT-B/16 with the plain loss gains with every step of the resolution.",
            "4.3",
            _compare(results, _steps(VIT, RESOLUTIONS)),
        ),
        Claim(
            "With the weighted loss it gains up to 128 × 128, and is slightly worse at 224 × 224.",
            "4.3",
            _compare(results, [*_steps(VIT_WEIGHTED, up_to_128), ((VIT_WEIGHTED, 128), (VIT_WEIGHTED, 224))]),
        ),
        Claim(
            "Under mm-PT, ResNet-18 with the plain loss gains up to 128 × 128, and drops at 224 × 224.",
            "4.3",
            _compare(results, [*_steps(RESNET, up_to_128), ((RESNET, 128), (RESNET, 224))]),
        ),
        Claim(
            "The same holds for ResNet-18 with the weighted loss.",
            "4.3",
            _compare(
                results,
                [*_steps(RESNET_WEIGHTED, up_to_128), ((RESNET_WEIGHTED, 128), (RESNET_WEIGHTED, 224))],
            ),
        ),
        Claim(
            "ViT-B/16 trained on each dataset alone also gains with every step.",
            "5.3",
            _compare(results, _steps(SINGLE_VIT, RESOLUTIONS)),
        ),
    ]


def _weighting(results: Results) -> list[Claim]:
    return [
        Claim(
            "ViT-B/16 is better with the plain loss at every resolution, by every metric.",
            "4.4",
            _everywhere(results, [(VIT, VIT_WEIGHTED)]),
        ),
        Claim(
            "ResNet-18 is better with the weighted loss at 28 × 28 and 64 × 64.",
            "4.4",
            _everywhere(results, [(RESNET_WEIGHTED, RESNET)], (28, 64)),
        ),
        Claim(
            "ResNet-18 is better with the plain loss at 128 × 128 and 224 × 224.",
            "4.4",
            _everywhere(results, [(RESNET, RESNET_WEIGHTED)], (128, 224)),
        ),
    ]


def _mm_pt(results: Results) -> list[Claim]:
    single = {model.architecture: model for metric in METRICS for model in results.models(END_TO_END, metric)}
    clip, eva, sam = (
        Model(END_TO_END, name)
        for name in ("vit_base_patch16_clip_224", "eva02_base_patch16_clip_224", "samvit_base_patch16")
    )
    efficientnet = Model(END_TO_END, "efficientnet_b4")
    better_cnns = [m for m in single.values() if m.family == "CNN" and m != efficientnet]
    return [
        Claim(
            "mm-PT ViT-B/16 surpasses CLIP ViT-B/16 trained on each dataset alone, except in Cohen's kappa at "
            "128 × 128, where CLIP is ahead.",
            "4.5",
            [
                *_everywhere(results, [(VIT, clip)], metrics=[m for m in METRICS if m != "cohen_kappa"]),
                *_everywhere(results, [(VIT, clip)], [r for r in RESOLUTIONS if r != 128], ["cohen_kappa"]),
                *_everywhere(results, [(clip, VIT)], [128], ["cohen_kappa"]),
            ],
        ),
        Claim(
            "mm-PT ViT-B/16 surpasses SAM and EVA-02 by AUC at every resolution.",
            "4.5",
            _everywhere(results, [(VIT, sam), (VIT, eva)], metrics=("auc",)),
        ),
        Claim(
            "Of the CNNs trained on each dataset alone, mm-PT ViT-B/16 reaches only EfficientNet-B4.",
            "4.5",
            _everywhere(results, [(VIT, efficientnet)]),
        ),
        Claim(
            "The four other CNNs stay ahead of mm-PT ViT-B/16.",
            "4.5",
            _everywhere(results, [(cnn, VIT) for cnn in better_cnns]),
        ),
        Claim(
            "mm-PT ResNet-18 is behind every model trained on each dataset alone.",
            "4.5",
            _everywhere(results, [(model, RESNET) for model in single.values()]),
        ),
    ]


def _everywhere(
    results: Results,
    models: Iterable[tuple[Model, Model]],
    resolutions: Sequence[int] = RESOLUTIONS,
    metrics: Iterable[str] = tuple(METRICS),
) -> list[Comparison]:
    """Compare models with each other at the same resolution."""
    return _compare(results, [((one, r), (other, r)) for one, other in models for r in resolutions], metrics)


def _steps(model: Model, resolutions: Sequence[int]) -> Iterator[tuple[Spot, Spot]]:
    """Pair each resolution with the next lower resolution, the higher first."""
    return (((model, high), (model, low)) for low, high in pairwise(resolutions))


def _compare(
    results: Results, spots: Iterable[tuple[Spot, Spot]], metrics: Iterable[str] = tuple(METRICS)
) -> list[Comparison]:
    return [
        Comparison(f"{_name(first, second)}, {METRICS[metric]}", before, after)
        for first, second in spots
        for metric in metrics
        if (before := results.value(*first, metric)) is not None
        and (after := results.value(*second, metric)) is not None
    ]


def _name(first: Spot, second: Spot) -> str:
    """Name a comparison: two resolutions of a model, or two models at a resolution."""
    (one, here), (other, there) = first, second
    if one == other:
        return f"{one.title}, {here} × {here} against {there} × {there}"
    if here == there:
        return f"{one.title} against {other.title}, {here} × {here}"
    return f"{one.title}, {here} × {here} against {other.title}, {there} × {there}"
