"""Folders of runs: their layout, and checks before a run starts or continues.

A run of mm-PT, or of another scheme on one dataset, has one folder. The other schemes on all datasets have a folder
with one subfolder per run, named as the checkpoints of Doerrich et al.: dataset_resolution_scheme_architecture_sSEED.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from baselines.mmpt.training.config import PLACES, TrainingConfig
from challenge.scoring.benchmark import Benchmark

CONFIG_FILE = "config.json"
METRICS_FILE = "metrics.csv"
#: Checkpoints of the last and of the best epoch.
LAST = "last.pt"
BEST = "best.pt"
#: Folder of TensorBoard files.
BOARD = "tensorboard"

#: Values in the file of the configuration that follow from its settings.
DERIVED = ("backbone_parameters", "backbone_operations")

#: Settings that may differ when a run continues: places of computation, and of files that only the start reads.
_MAY_DIFFER = PLACES | {"weights", "from_run"}


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
    started = {path.parent for path in output.glob(f"**/{CONFIG_FILE}")}
    others = {folder for folder in started if is_begun(folder)} - {folder for _, folder in planned}
    if others:
        raise OutputError(f"{output} holds another run ({min(others)}). Give another folder as --output.")
    for run, folder in planned:
        if not is_begun(folder):
            continue  # nothing to lose; also after a start that was killed
        if not resume:
            raise OutputError(
                f"{folder} holds another run. Give --resume to continue it, or another folder as --output."
            )
        if differences := list(_differences(run, read_config(folder))):
            raise OutputError(
                f"{folder} holds another run: {'; '.join(differences)}. "
                "Give the options of that run to continue it, or another folder as --output."
            )


def is_begun(folder: Path) -> bool:
    """Return True if a folder has a checkpoint: a run has finished an epoch there."""
    return (folder / LAST).exists() or (folder / BEST).exists()


@contextmanager
def claimed(folder: Path, config: TrainingConfig, derived: Mapping[str, int] | None = None) -> Iterator[None]:
    """Make a folder that of a run, for this process alone until the end of the `with` block.

    If the block fails before the first checkpoint, the files of the run are removed, so that the next start finds a
    clean folder. Raises `OutputError` if another process trains there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / CONFIG_FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with the process, however that ends
        except BlockingIOError:
            raise OutputError(
                f"Another process trains in {folder}. Wait for its end, or give another folder as --output."
            ) from None
        except OSError:
            pass  # a file system without locks
        try:
            write_config(folder, config, derived)
            yield
        except BaseException:
            if not is_begun(folder):
                clear(folder)
            raise


def read_config(folder: Path) -> TrainingConfig:
    """Read the configuration of the run in a folder. Raises `OutputError`."""
    return read_config_file(folder / CONFIG_FILE)


def read_config_file(path: Path) -> TrainingConfig:
    """Read the configuration of a run from its file. Raises `OutputError`."""
    try:
        values = json.loads(path.read_text())
        return TrainingConfig.from_dict({n: value for n, value in values.items() if n not in DERIVED})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise OutputError(f"{path} cannot be read ({error}).") from error


def write_config(folder: Path, config: TrainingConfig, derived: Mapping[str, int] | None = None) -> None:
    """Write the configuration of a run, with values that follow from it; the file marks the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG_FILE).write_text(json.dumps(config.to_dict() | dict(derived or {}), indent=2) + "\n")


def clear(folder: Path) -> None:
    """Remove the files of a run that ended before its first checkpoint, and its folder unless it has other files."""
    for name in (CONFIG_FILE, METRICS_FILE):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / BOARD, ignore_errors=True)
    with suppress(OSError):  # it has other files, or was never made, or another process has removed it
        folder.rmdir()


def _differences(asked: TrainingConfig, found: TrainingConfig) -> Iterator[str]:
    """Yield the settings that keep a run from being continued; more epochs are no obstacle."""
    there = found.to_dict()
    for name, value in asked.to_dict().items():
        may_differ = name in _MAY_DIFFER or (name == "epochs" and value > there[name])
        if not may_differ and value != there[name]:
            yield f"{name.replace('_', ' ')} {there[name]}, not {value}"
