"""Published means over the 12 datasets, by architecture and training."""

from collections.abc import Mapping
from dataclasses import dataclass

from challenge.content.architectures import ARCHITECTURE_BY_NAME, ARCHITECTURES, Family
from challenge.results.score import Score
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import RANKED

RESOLUTIONS = MEDMNIST_PLUS.resolutions
#: Names of the metrics within sentences.
METRICS = {name: about.name for name, about in RANKED.items()}

END_TO_END, MM_PT = "end-to-end", "mm-pt"


@dataclass(frozen=True)
class Model:
    """An architecture and its training: a published method without its resolution."""

    scheme: str
    architecture: str
    weighted_loss: bool = False

    @property
    def title(self) -> str:
        """Title, without the scheme."""
        return ARCHITECTURE_BY_NAME[self.architecture].title + (
            ", weighted loss" if self.weighted_loss else ""
        )

    @property
    def family(self) -> Family:
        """Convolutional network or vision transformer."""
        return ARCHITECTURE_BY_NAME[self.architecture].family


class Results:
    """Means of models at resolutions; architectures unknown to the site are left out."""

    def __init__(self, scores: Mapping[tuple[Model, int], Mapping[str, Score]]) -> None:
        self._scores = {key: of for key, of in scores.items() if key[0].architecture in ARCHITECTURE_BY_NAME}

    def score(self, model: Model, resolution: int, metric: str) -> Score | None:
        """Return a mean, if it was published."""
        return self._scores.get((model, resolution), {}).get(metric)

    def value(self, model: Model, resolution: int, metric: str) -> float | None:
        """Return a mean without its deviation, if it was published."""
        score = self.score(model, resolution, metric)
        return score.value if score else None

    def models(self, scheme: str, metric: str) -> list[Model]:
        """Return the models of a scheme that have the metric, in the order of `ARCHITECTURES`."""
        there = {
            model
            for (model, _), scores in self._scores.items()
            if model.scheme == scheme and metric in scores
        }
        return [
            model
            for architecture in ARCHITECTURES
            for weighted in (False, True)
            if (model := Model(scheme, architecture.name, weighted)) in there
        ]

    def metrics(self, scheme: str) -> list[str]:
        """Return the metrics published for a scheme."""
        return [metric for metric in METRICS if self.models(scheme, metric)]
