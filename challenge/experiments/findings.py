"""What the numbers of each experiment show: the figures that the Baselines page puts into its sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from challenge.content.architectures import Family
from challenge.experiments.results import END_TO_END, MM_PT, RESOLUTIONS, Model, Results
from challenge.results.score import Score


@dataclass(frozen=True)
class FamilyMeans:
    """One family under one scheme, at one resolution by one metric."""

    family: Family
    scores: Sequence[tuple[Model, Score]]

    @property
    def mean(self) -> float:
        """The unweighted mean over its models."""
        return fmean(score.value for _, score in self.scores)

    @property
    def best(self) -> tuple[Model, Score]:
        """Its model with the highest mean."""
        return max(self.scores, key=lambda item: item[1].value)

    @property
    def worst(self) -> tuple[Model, Score]:
        """Its model with the lowest mean."""
        return min(self.scores, key=lambda item: item[1].value)


@dataclass(frozen=True)
class FamilyComparison:
    """Experiment 1: the family with the higher mean, the other, and how far they are apart.

    `across` counts the resolutions at which the same family has the higher mean, of `resolutions`; `deviation` is the
    mean of the published deviations, None where there is none.
    """

    ahead: FamilyMeans
    behind: FamilyMeans
    across: int
    resolutions: int
    deviation: float | None

    @property
    def difference(self) -> float:
        """How far the families' means are apart."""
        return self.ahead.mean - self.behind.mean

    @property
    def overlapping(self) -> int:
        """How many of the family behind are above the lowest of the family ahead."""
        return sum(score.value > self.ahead.worst[1].value for _, score in self.behind.scores)


def compare_families(results: Results, scheme: str, resolution: int, metric: str) -> FamilyComparison | None:
    """Compare CNNs with ViTs; None where the scheme lacks the metric for one of them."""
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
    """Return both families, the one with the higher mean first; nothing if one is missing."""
    scored = [(model, results.score(model, resolution, metric)) for model in results.models(scheme, metric)]
    families: tuple[Family, ...] = ("CNN", "ViT")
    means = [
        FamilyMeans(family, [(model, score) for model, score in scored if score and model.family == family])
        for family in families
    ]
    return sorted(means, key=lambda one: -one.mean) if all(one.scores for one in means) else []


@dataclass(frozen=True)
class Step:
    """From one resolution to the next: how many models gain, of how many, and how much on average."""

    low: int
    high: int
    gaining: int
    models: int
    mean_gain: float


@dataclass(frozen=True)
class ResolutionGains:
    """Experiment 2: the steps, and how many models have their highest mean at the highest resolution."""

    steps: Sequence[Step]
    models: int
    best_at_highest: int
    highest: int
    largest: Model
    largest_gain: float


def gains_by_resolution(results: Results, scheme: str, metric: str) -> ResolutionGains | None:
    """Follow the models of a scheme over the resolutions; None where the metric was not published."""
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
        """What the second way adds to the first."""
        return self.after.value - self.before.value


@dataclass(frozen=True)
class PairedDifferences:
    """The pairs of one architecture: experiments 3 and 4 in a line each."""

    title: str
    pairs: Sequence[Pair]

    @property
    def higher(self) -> int:
        """At how many resolutions the second way is the better."""
        return sum(pair.difference > 0 for pair in self.pairs)

    @property
    def mean(self) -> float:
        """The mean difference."""
        return fmean(pair.difference for pair in self.pairs)

    @property
    def largest(self) -> Pair:
        """The pair that is furthest apart."""
        return max(self.pairs, key=lambda pair: abs(pair.difference))

    @property
    def smallest(self) -> Pair:
        """The pair that is closest."""
        return min(self.pairs, key=lambda pair: abs(pair.difference))


def weighting_pairs(results: Results, metric: str) -> list[Pair]:
    """Experiment 3: every model of mm-PT with the plain and with the weighted loss."""
    plain = [model for model in results.models(MM_PT, metric) if not model.weighted_loss]
    return _pairs(results, metric, [(model, Model(MM_PT, model.architecture, True)) for model in plain])


def single_and_mm_pt_pairs(results: Results, metric: str) -> list[Pair]:
    """Experiment 4: architectures trained on each dataset alone, and on all of them by mm-PT with the plain loss."""
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
    """Gather pairs by their architecture."""
    titles = dict.fromkeys(pair.first.title for pair in pairs)
    return [PairedDifferences(title, [p for p in pairs if p.first.title == title]) for title in titles]


@dataclass(frozen=True)
class Placing:
    """Where a model of mm-PT would stand among those trained on each dataset alone, at one resolution."""

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
