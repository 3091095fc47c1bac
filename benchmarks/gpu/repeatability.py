"""Deterministic trainings: two runs, and a killed and continued run, must give the same weights, bit for bit."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Setting

#: A run to do in a process: configuration, and name of its folder.
Run = tuple[dict[str, object], str]


def measure(setting: Setting, report: Report) -> None:
    """Train each network twice in one process; kill and continue the first network in two others."""
    runs = planned(setting)
    done = _process(setting, report, runs)
    for first, second in zip(runs[::2], runs[1::2], strict=True):
        report.attempt(f"repeatability, {first[1]}", _compare, setting, report, first, second)
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    killed = _process(setting, report, [(runs[0][0], "killed")], kill_after=20 if setting.tiny else 45)
    resumed = _process(setting, report, [(runs[0][0], "killed")])
    if killed.returncode != -signal.SIGKILL or resumed.returncode:
        raise RuntimeError(f"{killed.returncode} {killed.stderr[-3000:]} {resumed.stdout[-3000:]}")
    report.add(
        run=f"{setting.cnn}, killed in epoch 2 and continued",
        differing_values=len(differences(*_last(setting, runs[0][1], "killed"))),
        continued="Continuing after epoch 1" in resumed.stdout,
    )


def _compare(setting: Setting, report: Report, first: Run, second: Run) -> None:
    differing = differences(*_last(setting, first[1], second[1]))
    report.add(run=f"{first[0]['architecture']}, twice in a process", differing_values=len(differing))


def planned(setting: Setting) -> list[Run]:
    """Return the runs of the first process: two of each network."""
    changes: dict[str, dict[str, object]] = {
        setting.cnn: {},
        setting.vit: {"epochs": 1},
        "alexnet": {"epochs": 1, "input_size": 64 if setting.tiny else 224},
    }
    return [
        (setting.config(name, deterministic=True, **options).to_dict(), f"{name}-{number}")
        for name, options in changes.items()
        for number in range(2)
    ]


def _process(
    setting: Setting, report: Report, runs: list[Run], kill_after: int = 0
) -> subprocess.CompletedProcess[str]:
    folder, _ = setting.collection()
    given = [(config, str(setting.folder / name)) for config, name in runs]
    command = [sys.executable, "-m", "benchmarks.gpu.deterministic_run"]
    arguments = json.dumps([given, str(folder), kill_after])
    seconds = None if setting.tiny else max(1, report.seconds_left())
    return subprocess.run([*command, arguments], capture_output=True, text=True, timeout=seconds)


def _last(setting: Setting, *runs: str) -> list[Path]:
    return [setting.folder / run / "last.pt" for run in runs]


def differences(one: Path, other: Path) -> list[str]:
    """Return the names of the values that differ between two checkpoints."""
    states = [_values(torch.load(checkpoint, weights_only=True)) for checkpoint in (one, other)]
    return [
        name
        for name in states[0].keys() | states[1].keys()
        if name not in states[0] or name not in states[1] or not _equal(states[0][name], states[1][name])
    ]


def _values(nested: dict[str, Any]) -> dict[str, Any]:
    """Return the values of nested dictionaries by their paths."""
    found: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, dict):
            found |= {f"{key}/{name}": each for name, each in _values(value).items()}
        else:
            found[str(key)] = value
    return found


def _equal(one: object, other: object) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return torch.equal(one, other)
    return bool(one == other)
