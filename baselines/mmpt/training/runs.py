"""Folders of runs: their layout, and checks before a run starts or continues.

A run of mm-PT, or of another scheme on one dataset, has one folder. The other schemes on all datasets have a folder
with one subfolder per run, named as the checkpoints of Doerrich et al.: dataset_resolution_scheme_architecture_sSEED.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from baselines.mmpt.training.config import PLACES, TrainingConfig
from challenge.scoring.benchmark import Benchmark

CONFIG_FILE = "config.json"
#: Folder of TensorBoard files.
BOARD = "tensorboard"

#: Settings that may differ when a run continues: places of computation, and of a file that only the start reads.
_MAY_DIFFER = PLACES | {"weights"}


class OutputError(Exception):
    """A folder has unexpected content; the message says what to do."""


def folders(
    config: TrainingConfig, output: Path, benchmark: Benchmark
) -> Iterator[tuple[TrainingConfig, Path]]:
    """Yield the runs of a configuration, each with its folder."""
    if config.is_multi_domain or config.dataset is not None:
        yield config, output
        return
    for dataset in config.datasets(benchmark):
        yield replace(config, dataset=dataset.name), output / folder_name(config, dataset.name)


def folder_name(config: TrainingConfig, dataset_name: str) -> str:
    """Return the folder name of one dataset's run."""
    return "_".join(
        (dataset_name, str(config.resolution), config.scheme, config.architecture, f"s{config.seed}")
    )


def check_output(config: TrainingConfig, output: Path, benchmark: Benchmark, *, resume: bool) -> None:
    """Raise `OutputError` if a run would overwrite another run, or continue a run with other settings."""
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is a file; give a folder as --output.")
    planned = list(folders(config, output, benchmark))
    others = {path.parent for path in output.glob(f"**/{CONFIG_FILE}")} - {folder for _, folder in planned}
    if others:
        raise OutputError(f"{output} holds another run ({min(others)}). Give another folder as --output.")
    for run, folder in planned:
        if not (folder / CONFIG_FILE).exists():
            continue
        if not resume:
            raise OutputError(
                f"{folder} holds another run. Give --resume to continue it, or another folder as --output."
            )
        if differences := list(_differences(run, read_config(folder))):
            raise OutputError(
                f"{folder} holds another run: {'; '.join(differences)}. "
                "Give the options of that run to continue it, or another folder as --output."
            )


def read_config(folder: Path) -> TrainingConfig:
    """Read the configuration of the run in a folder. Raises `OutputError`."""
    path = folder / CONFIG_FILE
    try:
        return TrainingConfig.from_dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise OutputError(f"{path} cannot be read ({error}).") from error


def write_config(folder: Path, config: TrainingConfig) -> None:
    """Mark a folder as the folder of a run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG_FILE).write_text(json.dumps(config.to_dict(), indent=2) + "\n")


def clear(folder: Path) -> None:
    """Remove the files of a run that ended before its first checkpoint, and its folder unless it has other files."""
    (folder / CONFIG_FILE).unlink(missing_ok=True)
    shutil.rmtree(folder / BOARD, ignore_errors=True)
    with suppress(OSError):  # it has other files, or was never made, or another process has removed it
        folder.rmdir()


def _differences(asked: TrainingConfig, found: TrainingConfig) -> Iterator[str]:
    there = found.to_dict()
    for name, value in asked.to_dict().items():
        if name not in _MAY_DIFFER and value != there[name]:
            yield f"{name.replace('_', ' ')} {there[name]}, not {value}"
