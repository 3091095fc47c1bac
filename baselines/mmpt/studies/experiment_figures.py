"""Figures of the experiments of the thesis: the scores of their trainings against the parameters of the backbones."""

from collections.abc import Iterator
from dataclasses import replace

from baselines.mmpt.data.splits import read_marker
from baselines.mmpt.model.cost import count_operations, count_parameters
from baselines.mmpt.studies import experiments
from baselines.mmpt.studies.experiment_tables import METRICS, Averages, Published, averages, training_title
from baselines.mmpt.studies.experiments import PlannedRun, Study
from challenge.figures.figure import Figure
from challenge.figures.over_parameters import SizedScore, score_over_parameters
from challenge.results.score import Score

HERE, THESIS = "Here", "Thesis"
_MARKERS = {HERE: "circle", THESIS: "circle-open"}

#: Parameters in millions, and GMACs.
Size = tuple[float, float]


def figures(study: Study, thesis: Published) -> list[Figure]:
    """Draw each metric at each resolution: the finished trainings, and the same trainings in the thesis.

    Networks of one size have no figure.
    """
    planned = experiments.plan(study)
    here = averages(planned)
    sizes = {one.training.architecture: _size(one) for one in planned}
    if len(set(sizes.values())) == 1:
        return []
    images = ", synthetic images," if read_marker(study.data) else ""
    drawn = []
    for resolution in study.resolutions:
        for metric in METRICS:
            scores = list(_scores(resolution, metric, here, thesis, sizes))
            if not scores:
                continue
            scores.sort(key=lambda one: -one.score.value)
            figure = score_over_parameters(
                scores,
                metric,
                0,
                groups=_MARKERS,
                of_what=f" at {resolution} × {resolution}{images}",
                head="Training",
            )
            drawn.append(replace(figure, name=f"{figure.name}-{resolution}"))
    return drawn


def _scores(
    resolution: int, metric: str, here: Averages, thesis: Published, sizes: dict[str, Size]
) -> Iterator[SizedScore]:
    """Yield our score of each finished training, and that of the thesis if it prints one."""
    for training, of_training in here.items():
        average = of_training.get(metric)
        if average is None or training.resolution != resolution:
            continue
        millions, gmacs = sizes[training.architecture]
        title = training_title(training)
        yield SizedScore(title, millions, Score(average.mean, average.std), HERE, gmacs)
        if printed := thesis.get(training, {}).get(metric):
            yield SizedScore(f"{title} (thesis)", millions, Score(printed), THESIS, gmacs)


def _size(planned: PlannedRun) -> Size:
    """Return parameters and multiply-accumulate operations of the backbone of a training."""
    config = planned.config
    asked = config.architecture, config.input_size, config.timm_kwargs
    return count_parameters(*asked) / 1e6, round(count_operations(*asked) / 2e9, 3)
