"""Tables of experiment 5: scores on each left-out dataset by start and number of shots, as CSV and Markdown."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

from baselines.mmpt.data.splits import read_marker
from baselines.mmpt.studies.experiment_scores import read_scores
from baselines.mmpt.studies.leave_one_out import STARTS, TITLE, FineTuning, LeaveOneOut, Shots, shots_title
from baselines.mmpt.training import protocols
from challenge.content.datasets import ABOUT_DATASETS
from challenge.scoring.metrics.ranked import METRICS

#: Metrics of the overview, with their titles.
SHOWN = {"auc": "AUC", "balanced_accuracy": "balanced accuracy"}


@dataclass(frozen=True, slots=True)
class Setting:
    """Fine-tunings that a table compares: all datasets and starts of one of these."""

    architecture: str
    resolution: int
    shots: Shots


@dataclass(frozen=True, slots=True)
class Score:
    """A metric on the test split of a left-out dataset; one value for each finished seed."""

    setting: Setting
    dataset: str
    start: str
    metric: str
    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return fmean(self.values)


def read_results(planned: Sequence[FineTuning]) -> list[Score]:
    """Read the scores of the finished fine-tunings. Raises `HistoryError` if a file is damaged."""
    found: dict[tuple[Setting, str, str, str], list[float]] = {}
    for one in planned:
        config = one.config
        setting = Setting(config.architecture, config.resolution, config.shots)
        for metric, value in read_scores(one.folder).get(one.dataset, {}).items():
            found.setdefault((setting, one.dataset, one.start, metric), []).append(value)
    return [Score(*key, tuple(values)) for key, values in found.items()]


def select(scores: Sequence[Score], **wanted: object) -> list[Score]:
    """Return the scores that have these values."""
    return [score for score in scores if all(getattr(score, name) == value for name, value in wanted.items())]


def complete(scores: Sequence[Score], setting: Setting, metric: str) -> dict[str, dict[str, Score]]:
    """Return the scores of a setting by dataset and start, of datasets that have them for all starts."""
    by_dataset: dict[str, dict[str, Score]] = {}
    for score in select(scores, setting=setting, metric=metric):
        by_dataset.setdefault(score.dataset, {})[score.start] = score
    starts = {"scratch", "mm-pt", *(score.start for score in scores)}
    return {dataset: of_start for dataset, of_start in by_dataset.items() if of_start.keys() == starts}


def settings_of(scores: Sequence[Score]) -> list[Setting]:
    """Return the settings of scores in their order."""
    return list(dict.fromkeys(score.setting for score in scores))


def write_tables(study: LeaveOneOut, planned: Sequence[FineTuning]) -> Path:
    """Write the tables with the fine-tunings done so far. Returns the Markdown file."""
    scores = read_results(planned)
    study.output.mkdir(parents=True, exist_ok=True)
    path = study.output / "experiment-5.md"
    path.write_text(as_markdown(scores, conditions(study, planned)), encoding="utf-8")
    path.with_suffix(".csv").write_text(as_csv(scores), encoding="utf-8")
    return path


def conditions(study: LeaveOneOut, planned: Sequence[FineTuning]) -> list[str]:
    """Describe in sentences the conditions of the trainings."""
    n_done = sum(one.is_done for one in planned)
    source = next(one.source for one in planned if one.source is not None)
    fine = planned[0].config
    sentences = [
        f"Fine-tunings done: {n_done} of {len(planned)}, with seeds {', '.join(map(str, study.seeds))}; at most "
        f"{source.epochs} epochs of pre-training and {fine.epochs} of fine-tuning.",
        f"Pre-training: {protocols.title(source)}",
        f"Fine-tuning: {protocols.title(fine)}",
        "Values are means over the test splits of the left-out datasets and over the seeds; ± is the mean over the "
        "datasets of the standard deviation over the seeds (ddof 0).",
    ]
    if "published" in study.starts:
        sentences.append("Pre-training by mm-PT starts from the published weights, too.")
    else:
        sentences.append("Pre-training by mm-PT starts from scratch.")
    if not source.uses_all_images:
        sentences.append(
            f"A trial: pre-training with {100 * source.training_share:g} % of the training images."
        )
    if read_marker(study.data):
        sentences.append("The images are synthetic: nothing here says anything about MedMNIST.")
    return sentences


def as_csv(scores: Sequence[Score]) -> str:
    """Format all scores as CSV, a line for each dataset, start and metric."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ("architecture", "resolution", "shots", "start", "dataset", "metric", "mean", "std", "n_seeds")
    )
    for score in scores:
        setting = score.setting
        std = f"{pstdev(score.values):.6f}" if len(score.values) > 1 else ""
        writer.writerow((
            setting.architecture, setting.resolution, "all" if setting.shots is None else setting.shots, score.start,
            score.dataset, score.metric, f"{score.mean:.6f}", std, len(score.values),
        ))  # fmt: skip
    return text.getvalue()


def as_markdown(scores: Sequence[Score], conditions: Sequence[str]) -> str:
    """Format the overview, and a table of each setting by dataset."""
    parts = [
        f"# Experiment 5: {TITLE}",
        "\n".join(f"- {condition}" for condition in conditions),
        *tables(scores),
    ]
    return "\n\n".join(parts) + "\n"


def tables(scores: Sequence[Score]) -> Iterator[str]:
    """Yield the Markdown tables: the overview, then the AUC on each dataset."""
    if not scores:
        return
    yield "\n".join(_overview(scores))
    for setting in settings_of(scores):
        yield f"## AUC by dataset: {setting_title(setting)}"
        yield "\n".join(_by_dataset(scores, setting))


def _overview(scores: Sequence[Score]) -> Iterator[str]:
    yield f"| training | start | datasets | {' | '.join(SHOWN.values())} | better than from scratch (AUC) |"
    yield f"| --- | --- | ---: |{' ---: |' * len(SHOWN)} ---: |"
    for setting in settings_of(scores):
        found = {metric: complete(scores, setting, metric) for metric in METRICS}
        datasets = found["auc"]
        for start in starts_of(scores):
            cells = [_mean([of[start] for of in found[metric].values()]) for metric in SHOWN]
            better = sum(of[start].mean > of["scratch"].mean for of in datasets.values())
            wins = "" if start == "scratch" else f"{better} of {len(datasets)}"
            title = f"{setting_title(setting)} | {STARTS[start]} | {len(datasets)}"
            yield f"| {title} | {' | '.join(cells)} | {wins} |"


def _by_dataset(scores: Sequence[Score], setting: Setting) -> Iterator[str]:
    starts = starts_of(scores)
    yield f"| dataset | {' | '.join(STARTS[start] for start in starts)} | mm-PT - scratch |"
    yield f"| --- |{' ---: |' * (len(starts) + 1)}"
    for dataset, of_start in complete(scores, setting, "auc").items():
        cells = [_mean([of_start[start]]) for start in starts]
        gain = of_start["mm-pt"].mean - of_start["scratch"].mean
        yield f"| {dataset_title(dataset)} | {' | '.join(cells)} | {gain:+.3f} |"


def starts_of(scores: Sequence[Score]) -> list[str]:
    """Return the starts of scores in the order of `STARTS`."""
    there = {score.start for score in scores}
    return [start for start in STARTS if start in there]


def dataset_title(name: str) -> str:
    """Return the name of a dataset for readers."""
    about = ABOUT_DATASETS.get(name)
    return about.dataset.title if about else name


def setting_title(setting: Setting) -> str:
    """Return a setting in words."""
    return f"{setting.architecture}, {setting.resolution} px, {shots_title(setting.shots)}"


def _mean(scores: Sequence[Score]) -> str:
    """Return a mean over datasets, with the mean of the deviations over the seeds if there are several."""
    if not scores:
        return "–"
    text = f"{fmean(score.mean for score in scores):.3f}"
    if all(len(score.values) > 1 for score in scores):
        text += f" ± {fmean(pstdev(score.values) for score in scores):.3f}"
    return text
