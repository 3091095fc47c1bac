"""Findings of each experiment: the numbers in the sentences of the Baselines page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from challenge.content.architectures import Family
from challenge.experiments.results import END_TO_END, MM_PT, RESOLUTIONS, Model, Results
from challenge.results.score import Score


@dataclass(frozen=True)
class FamilyMeans:
    """Scores of one family under one scheme, at one resolution by one metric."""

    family: Family
    scores: Sequence[tuple[Model, Score]]

    @property
    def mean(self) -> float:
        """Unweighted mean over its models."""
        return fmean(score.value for _, score in self.scores)

    @property
    def best(self) -> tuple[Model, Score]:
        """Model with the highest mean."""
        return max(self.scores, key=lambda item: item[1].value)

    @property
    def worst(self) -> tuple[Model, Score]:
        """Model with the lowest mean."""
        return min(self.scores, key=lambda item: item[1].value)


@dataclass(frozen=True)
class FamilyComparison:
    """Experiment 1: the family with the higher mean, the other family, and their distance.

    `across` counts the resolutions, out of `resolutions`, at which the same family has the higher mean. `deviation` is
    the mean of the published standard deviations; None if there are none.
    """

    ahead: FamilyMeans
    behind: FamilyMeans
    across: int
    resolutions: int
    deviation: float | None

    @property
    def difference(self) -> float:
        """Difference of the families' means."""
        return self.ahead.mean - self.behind.mean

    @property
    def overlapping(self) -> int:
        """Number of models of the family behind that are above the lowest model of the family ahead."""
        return sum(score.value > self.ahead.worst[1].value for _, score in self.behind.scores)


def compare_families(results: Results, scheme: str, resolution: int, metric: str) -> FamilyComparison | None:
    """Compare CNNs with ViTs; None if the metric is missing for one family under this scheme."""
    ranked = _families(results, scheme, resolution, metric)
    if not ranked:
        return None
    at_others = [families for r in RESOLUTIONS if (families := _families(results, scheme, r, metric))]
    deviations = [
        score.std for family in ranked for _, score in family.scores if score.std is not None
    ]  # fmt: skip
    return FamilyComparison(
        ahead=ranked[0],
        behind=ranked[1],
        across=sum(families[0].family == ranked[0].family for families in at_others),
        resolutions=len(at_others),
        deviation=fmean(deviations) if deviations else None,
    )


def _families(results: Results, scheme: str, resolution: int, metric: str) -> list[FamilyMeans]:
    """Return both families, the higher mean first; empty if one is missing."""
    scored = [(model, results.score(model, resolution, metric)) for model in results.models(scheme, metric)]
    families: tuple[Family, ...] = ("CNN", "ViT")
    means = [
        FamilyMeans(family, [(model, score) for model, score in scored if score and model.family == family])
        for family in families
    ]
    return sorted(means, key=lambda one: -one.mean) if all(one.scores for one in means) else []


@dataclass(frozen=True)
class Step:
    """Step from one resolution to the next: number of models that gain, number of models, and mean gain."""

    low: int
    high: int
    gaining: int
    models: int
    mean_gain: float


@dataclass(frozen=True)
class ResolutionGains:
    """Experiment 2: the steps, and the number of models with their highest mean at the highest resolution."""

    steps: Sequence[Step]
    models: int
    best_at_highest: int
    highest: int
    largest: Model
    largest_gain: float


def gains_by_resolution(results: Results, scheme: str, metric: str) -> ResolutionGains | None:
    """Compare the models of a scheme across resolutions; None if the metric was not published."""
    rows = {model: _over_resolutions(results, model, metric) for model in results.models(scheme, metric)}
    rows = {model: values for model, values in rows.items() if len(values) == len(RESOLUTIONS)}
    if not rows:
        return None
    steps = []
    for low, high in pairwise(RESOLUTIONS):
        gains = [values[high] - values[low] for values in rows.values()]
        steps.append(Step(low, high, sum(gain > 0 for gain in gains), len(gains), fmean(gains)))
    lowest, highest = RESOLUTIONS[0], RESOLUTIONS[-1]
    total = {model: values[highest] - values[lowest] for model, values in rows.items()}
    largest = max(total, key=lambda model: total[model])
    return ResolutionGains(
        steps=steps,
        models=len(rows),
        best_at_highest=sum(max(values, key=lambda r: values[r]) == highest for values in rows.values()),
        highest=highest,
        largest=largest,
        largest_gain=total[largest],
    )


def _over_resolutions(results: Results, model: Model, metric: str) -> dict[int, float]:
    values = {r: results.value(model, r, metric) for r in RESOLUTIONS}
    return {r: value for r, value in values.items() if value is not None}


@dataclass(frozen=True)
class Pair:
    """The same architecture at the same resolution, trained in two ways."""

    first: Model
    second: Model
    resolution: int
    before: Score
    after: Score

    @property
    def difference(self) -> float:
        """Gain of the second training over the first."""
        return self.after.value - self.before.value


@dataclass(frozen=True)
class PairedDifferences:
    """Pairs of one architecture: one line of experiment 3 or 4."""

    title: str
    pairs: Sequence[Pair]

    @property
    def higher(self) -> int:
        """Number of resolutions at which the second training is better."""
        return sum(pair.difference > 0 for pair in self.pairs)

    @property
    def mean(self) -> float:
        """Mean difference."""
        return fmean(pair.difference for pair in self.pairs)

    @property
    def largest(self) -> Pair:
        """Pair with the largest absolute difference."""
        return max(self.pairs, key=lambda pair: abs(pair.difference))

    @property
    def smallest(self) -> Pair:
        """Pair with the smallest absolute difference."""
        return min(self.pairs, key=lambda pair: abs(pair.difference))


def weighting_pairs(results: Results, metric: str) -> list[Pair]:
    """Return the pairs of experiment 3: every model of mm-PT with the plain and with the weighted loss."""
    plain = [model for model in results.models(MM_PT, metric) if not model.weighted_loss]
    return _pairs(results, metric, [(model, Model(MM_PT, model.architecture, True)) for model in plain])


def single_and_mm_pt_pairs(results: Results, metric: str) -> list[Pair]:
    """Return the pairs of experiment 4: architectures trained on each dataset alone, and by plain mm-PT."""
    joint = [model for model in results.models(MM_PT, metric) if not model.weighted_loss]
    return _pairs(results, metric, [(Model(END_TO_END, model.architecture), model) for model in joint])


def _pairs(results: Results, metric: str, models: Sequence[tuple[Model, Model]]) -> list[Pair]:
    return [
        Pair(first, second, resolution, before, after)
        for first, second in models
        for resolution in RESOLUTIONS
        if (before := results.score(first, resolution, metric))
        and (after := results.score(second, resolution, metric))
    ]


def by_architecture(pairs: Sequence[Pair]) -> list[PairedDifferences]:
    """Group pairs by architecture."""
    titles = dict.fromkeys(pair.first.title for pair in pairs)
    return [PairedDifferences(title, [p for p in pairs if p.first.title == title]) for title in titles]


@dataclass(frozen=True)
class Placing:
    """Rank of a model of mm-PT among the models trained on each dataset alone, at one resolution."""

    model: Model
    rank: int
    rank_in_family: int
    others: int
    others_in_family: int


def place_among_single(results: Results, resolution: int, metric: str) -> list[Placing]:
    """Place each model of mm-PT with the plain loss among the end-to-end models."""
    others = [
        (model, value)
        for model in results.models(END_TO_END, metric)
        if (value := results.value(model, resolution, metric)) is not None
    ]
    placings = []
    for model in results.models(MM_PT, metric):
        mine = results.value(model, resolution, metric)
        if model.weighted_loss or mine is None or not others:
            continue
        kin = [value for other, value in others if other.family == model.family]
        rank = 1 + sum(value > mine for _, value in others)
        placings.append(Placing(model, rank, 1 + sum(value > mine for value in kin), len(others), len(kin)))
    return placings
