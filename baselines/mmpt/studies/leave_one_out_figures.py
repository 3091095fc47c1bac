"""Figures of experiment 5: few-shot curves, and the AUC on each left-out dataset by start."""

from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import Any

from baselines.mmpt.studies.leave_one_out import STARTS, shots_title
from baselines.mmpt.studies.leave_one_out_tables import (
    Score,
    Setting,
    complete,
    dataset_title,
    setting_title,
    settings_of,
    starts_of,
)
from challenge.figures.figure import Figure
from challenge.figures.themes import DASHES, MARKERS, theme

_COLOURS = theme("file")["layout"]["colorway"]
_BARS = "Bars are ± one standard deviation over the seeds."


def figures(scores: Sequence[Score]) -> list[Figure]:
    """Make all figures: curves where there are several numbers of shots, and each setting by dataset."""
    settings = [each for each in settings_of(scores) if complete(scores, each, "auc")]
    groups = list(dict.fromkeys((each.architecture, each.resolution) for each in settings))
    curves = []
    for architecture, resolution in groups:
        mine = [
            each for each in settings if (each.architecture, each.resolution) == (architecture, resolution)
        ]
        if len(mine) > 1:
            curves.append(few_shot_curves(scores, mine))
    return [*curves, *(by_dataset(scores, setting) for setting in settings)]


def few_shot_curves(scores: Sequence[Score], settings: Sequence[Setting]) -> Figure:
    """Draw the mean AUC over the datasets by the number of shots, a line for each start."""
    # all images are at the right end
    ordered = sorted(settings, key=lambda each: (each.shots is None, each.shots or 0))
    ticks = [shots_title(each.shots) for each in ordered]
    data, rows = [], []
    for number, start in enumerate(starts_of(scores)):
        means, deviations = zip(*(_over_datasets(scores, each, start) for each in ordered), strict=True)
        data.append(
            _trace(number, STARTS[start], ticks, means)
            | {"mode": "lines+markers", "error_y": {"array": deviations, "thickness": 1.2}}
        )
        rows += [[STARTS[start], *line] for line in zip(ticks, means, deviations, strict=True)]
    first = ordered[0]
    return Figure(
        name=f"few-shot-{_file_name(first.architecture)}-{first.resolution}",
        title=f"AUC after fine-tuning {first.architecture} on a left-out dataset, mean over the datasets",
        data=data,
        layout={
            "xaxis": {"type": "category", "title": {"text": "Training images of each class"}},
            "yaxis": {"title": {"text": "AUC (test)"}},
        },
        columns=["Start", "Training images", "AUC", "±"],
        rows=rows,
        note=_BARS,
        height=400,
    )


def _over_datasets(scores: Sequence[Score], setting: Setting, start: str) -> tuple[float, float]:
    """Return the mean of the AUC over datasets and seeds, and the deviation of the seeds' means."""
    values = [of_start[start].values for of_start in complete(scores, setting, "auc").values()]
    by_seed = [fmean(of_seed) for of_seed in zip(*values, strict=False)]
    return fmean(by_seed), pstdev(by_seed)


def by_dataset(scores: Sequence[Score], setting: Setting) -> Figure:
    """Draw the AUC on each left-out dataset, a mark for each start."""
    found = complete(scores, setting, "auc")
    titles = [dataset_title(name) for name in found]
    data: list[dict[str, Any]] = []
    columns = []
    for number, start in enumerate(starts_of(scores)):
        means = [of_start[start].mean for of_start in found.values()]
        deviations = [pstdev(of_start[start].values) for of_start in found.values()]
        columns += [means, deviations]
        data.append(
            _trace(number, STARTS[start], means, titles)
            | {"mode": "markers", "error_x": {"array": deviations, "thickness": 1.2}}
        )
    heads = [head for start in starts_of(scores) for head in (STARTS[start], "±")]
    shots = "all" if setting.shots is None else setting.shots
    return Figure(
        name=f"left-out-{_file_name(setting.architecture)}-{setting.resolution}-{shots}",
        title=f"AUC on each left-out dataset: {setting_title(setting)}",
        data=data,
        layout={
            "xaxis": {"title": {"text": "AUC (test)"}, "nticks": 6},
            "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": titles[::-1]},
        },
        columns=["Dataset", *heads],
        rows=[list(line) for line in zip(titles, *columns, strict=True)],
        note=_BARS,
        height=160 + 26 * len(titles),
    )


def _trace(number: int, name: str, x: Sequence[Any], y: Sequence[Any]) -> dict[str, Any]:
    colour = _COLOURS[number]
    return {
        "type": "scatter",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": {"dash": DASHES[number], "width": 1.8, "color": colour},
        "marker": {"symbol": MARKERS[number], "size": 9, "color": colour},
    }


def _file_name(architecture: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in architecture)
