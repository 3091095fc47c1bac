"""Tables of an experiment as CSV and Markdown: our scores compared with those of Bachmeier (2024)."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baselines.mmpt.data.splits import read_marker
from baselines.mmpt.studies import experiments
from baselines.mmpt.studies.experiment_scores import Average, read_averages
from baselines.mmpt.studies.experiments import EXPERIMENTS, PlannedRun, Study, Training
from baselines.mmpt.training import protocols
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.history import title

#: The metrics that the thesis prints.
METRICS = {"auc": "AUC", "balanced_accuracy": "Balanced accuracy", "cohen_kappa": "Cohen's kappa"}

#: Our averages over datasets and seeds, by training and metric.
Averages = Mapping[Training, Mapping[str, Average]]
#: The means over the datasets that the thesis prints, by training and metric.
Published = Mapping[Training, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One metric of a training, or the difference of two trainings: our value and the value of the thesis.

    `std` is the deviation of our value over the seeds; None for one seed, and for differences.
    """

    what: str
    metric: str
    here: float | None
    thesis: float | None
    std: float | None = None

    @property
    def difference(self) -> float | None:
        """Our value minus the value of the thesis."""
        return _minus(self.here, self.thesis)


@dataclass(frozen=True)
class Table:
    """Results of an experiment and their conditions."""

    experiment: int
    values: Sequence[Line]
    comparisons: Sequence[Line]
    conditions: Sequence[str]


def write_tables(study: Study, thesis: Published) -> list[Path]:
    """Write the tables of a study with the trainings done so far. Returns the Markdown files."""
    planned, synthetic = experiments.plan(study), bool(read_marker(study.data))
    here = averages(planned)
    study.output.mkdir(parents=True, exist_ok=True)
    written = []
    for number in study.experiments:
        asked = (number, study.architectures, study.resolutions)
        mine = [one for one in planned if number in one.experiments]
        table = make_table(
            number,
            experiments.trainings(*asked),
            list(experiments.comparisons(*asked)),
            here,
            thesis,
            conditions(
                replace(mine[0].config, weights=study.common.weights),
                study.seeds,
                sum(one.is_done for one in mine),
                len(mine),
                synthetic=synthetic,
            ),
        )
        path = study.output / f"experiment-{number}.md"
        path.write_text(as_markdown(table), encoding="utf-8")
        path.with_suffix(".csv").write_text(as_csv(table.values, study.common), encoding="utf-8")
        path.with_name(f"experiment-{number}-comparisons.csv").write_text(
            as_csv(table.comparisons, study.common), encoding="utf-8"
        )
        written.append(path)
    return written


def averages(planned: Sequence[PlannedRun]) -> Averages:
    """Read the averages of the trainings done so far; empty for a training that is not done with any seed."""
    folders: dict[Training, list[Path]] = {}
    for one in planned:
        folders.setdefault(one.training, []).append(one.folder)
    return {training: read_averages(of_training) for training, of_training in folders.items()}


def make_table(
    experiment: int,
    trained: Sequence[Training],
    compared: Sequence[tuple[Training, Training]],
    here: Averages,
    thesis: Published,
    conditions: Sequence[str],
) -> Table:
    """Compare our means with the thesis; values that are not trained or not printed are None."""
    values = [
        Line(
            training_title(training),
            metric,
            *_both(training, metric, here, thesis),
            std=None if average is None else average.std,
        )
        for training in trained
        for metric in METRICS
        for average in [here.get(training, {}).get(metric)]
    ]
    differences = []
    for first, second in compared:
        for metric in METRICS:
            before, after = (_both(one, metric, here, thesis) for one in (first, second))
            gains = (_minus(later, earlier) for earlier, later in zip(before, after, strict=True))
            differences.append(Line(f"{training_title(second)} - {training_title(first)}", metric, *gains))
    return Table(experiment, values, differences, conditions)


def _both(
    training: Training, metric: str, here: Averages, thesis: Published
) -> tuple[float | None, float | None]:
    average = here.get(training, {}).get(metric)
    mean = None if average is None else average.mean
    return mean, thesis.get(training, {}).get(metric)


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def training_title(training: Training) -> str:
    """Return a training in words."""
    config = TrainingConfig(
        training.scheme,
        training.architecture,
        training.resolution,
        weighted_loss=training.weighted_loss,
    )
    return title(config)


def conditions(
    config: TrainingConfig, seeds: Sequence[int], n_done: int, n_planned: int, *, synthetic: bool
) -> list[str]:
    """Describe in sentences the training conditions that affect the comparison; `config` is one of the trainings."""
    listed = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(map(str, seeds))}"
    sentences = [
        f"Trainings done: {n_done} of {n_planned}, with {listed}; at most {config.epochs} epochs.",
        protocols.title(config),
        "Values are means over the test splits of the datasets."
        if len(seeds) == 1
        else "Values are means over the test splits of the datasets and over the seeds that are done; ± is the mean "
        "over the datasets of the standard deviation over the seeds (ddof 0).",
    ]
    if synthetic:
        sentences.append("The images are synthetic: nothing here says anything about MedMNIST.")
    if config.training_share < 1:
        sentences.append(
            f"A trial with {100 * config.training_share:g} % of the training images: the differences say nothing "
            "about the methods."
        )
    if config.weights is not None:
        sentences.append(f"Training starts from the weights in {config.weights}.")
    elif not config.pretrained:
        sentences.append("Training starts from scratch; in the thesis it starts from pretrained weights.")
    if config.batch_norm == "per-dataset":
        sentences.append("BatchNorm has statistics for each dataset; in the thesis the datasets share them.")
    sentences.append(
        "The values of the thesis are from Tables 5 and 6; for end-to-end training they are means over three seeds."
    )
    return sentences


def as_csv(lines: Sequence[Line], config: TrainingConfig) -> str:
    """Format lines as CSV, each with the fraction of the training images that was used."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("what", "metric", "here", "here_std", "thesis", "difference", "training_share"))
    for line in lines:
        numbers = (_rounded(value) for value in (line.here, line.std, line.thesis, line.difference))
        writer.writerow((line.what, line.metric, *numbers, config.training_share))
    return text.getvalue()


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def as_markdown(table: Table) -> str:
    """Format a table as Markdown, with the comparisons below."""
    parts = [
        f"# Experiment {table.experiment}: {EXPERIMENTS[table.experiment]}",
        "\n".join(f"- {condition}" for condition in table.conditions),
        "\n".join(_rows("Training", table.values, "{:.4f}")),
    ]
    if table.comparisons:
        parts += ["## Comparisons", "\n".join(_rows("Comparison", table.comparisons, "{:+.4f}"))]
    return "\n\n".join(parts) + "\n"


def _rows(heading: str, lines: Sequence[Line], number_format: str) -> Iterator[str]:
    """Yield the lines of a Markdown table with three columns for each metric."""
    heads = [text for name in METRICS.values() for text in (name, "thesis", "difference")]
    yield f"| {' | '.join((heading, *heads))} |"
    yield f"| --- |{' ---: |' * len(heads)}"
    by_place = {(line.what, line.metric): line for line in lines}
    for what in dict.fromkeys(line.what for line in lines):
        cells = [
            _cell(value, its_format)
            for metric in METRICS
            for line in [by_place[what, metric]]
            for value, its_format in (
                (line.here, number_format + ("" if line.std is None else f" ± {line.std:.4f}")),
                (line.thesis, number_format),
                (line.difference, "{:+.4f}"),
            )
        ]
        yield f"| {' | '.join((what, *cells))} |"


def _cell(value: float | None, number_format: str) -> str:
    return "–" if value is None else number_format.format(value)
