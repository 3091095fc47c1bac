"""Output of a run: lines of progress, `metrics.csv` and TensorBoard files.

`metrics.csv` has a row per epoch, dataset and split (train, val): `epoch,dataset,split,batches,loss`, and the metrics
of the challenge. A loss is the mean over the dataset's batches and never weighted. With `batches`, readers can compute
the mean over the batches of all datasets. An undefined metric is blank. If there are several datasets, the rows of the
dataset `average` have the means over them.
"""

import csv
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from baselines.mmpt.training.evaluate import Result, mean_loss, mean_over_datasets
from baselines.mmpt.training.history import AVERAGE, COLUMNS
from baselines.mmpt.training.runs import BOARD, METRICS_FILE
from challenge.formats.atomic import atomic_write
from challenge.scoring.metrics.ranked import METRICS

#: Minimum time between two lines of progress, because reading losses waits for the device.
SECONDS_BETWEEN_LINES = 5.0
#: Number of steps at the start that estimates of the time leave out: they compile the network and choose algorithms.
WARM_UP = 3

Write = Callable[[str], object]


class RunLog:
    """The files of a run. Rows after `epoch` belong to an unfinished epoch and are dropped."""

    def __init__(self, folder: Path, epoch: int) -> None:
        self._path = folder / METRICS_FILE
        self._rows = [row for row in _read(self._path) if int(row["epoch"]) <= epoch]
        self._board = SummaryWriter(str(folder / BOARD), purge_step=epoch + 1)

    def epoch(
        self, epoch: int, results: Mapping[str, Mapping[str, Result]], learning_rate: float | None
    ) -> None:
        """Write the results of an epoch by split and dataset; `learning_rate` is None if nothing was trained."""
        for split, by_dataset in results.items():
            for name, result in with_average(by_dataset).items():
                self._rows.append(_row(epoch, name, split, result))
                self._to_board(epoch, f"{split}/{name}", result)
            if learning_rate is not None:
                for over in ("batches", "datasets"):
                    self._board.add_scalar(
                        f"loss/{split}/mean over {over}", mean_loss(by_dataset, over), epoch
                    )
        if learning_rate is not None:
            self._board.add_scalar("learning rate", learning_rate, epoch)
        self._board.flush()
        self._write()

    def close(self) -> None:
        """Close the TensorBoard files."""
        self._board.close()

    def _to_board(self, epoch: int, place: str, result: Result) -> None:
        for what in ("loss", *METRICS):
            value = getattr(result, what)
            if not math.isnan(value):
                self._board.add_scalar(f"{what}/{place}", value, epoch)

    def _write(self) -> None:
        with atomic_write(self._path) as draft, draft.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self._rows)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _row(epoch: int, dataset: str, split: str, result: Result) -> dict[str, str]:
    values = {what: getattr(result, what) for what in ("loss", *METRICS)}
    return {
        "epoch": str(epoch),
        "dataset": dataset,
        "split": split,
        "batches": str(result.n_batches),
    } | {what: "" if math.isnan(value) else repr(float(value)) for what, value in values.items()}


class Progress:
    """Lines of progress of an epoch, every few seconds."""

    def __init__(self, write: Write, epoch: int, epochs: int, n_steps: int) -> None:
        self._write = write
        self._heading = f"epoch {epoch}/{epochs}"
        self._epochs_after = epochs - epoch
        self._n_steps = n_steps
        self._step = 0
        self._images = 0
        self._warm_images = 0
        self._trained = math.inf
        self._start = self._last = self._warm = time.monotonic()

    def step(self, n_images: int, losses: Callable[[], Mapping[str, float]]) -> None:
        """Count a step; `losses` gives the mean losses so far, and is called only if a line is due."""
        self._step += 1
        self._images += n_images
        now = time.monotonic()
        self._trained = now - self._start
        if self._step == WARM_UP:
            self._warm, self._warm_images = now, self._images
        if now - self._last < SECONDS_BETWEEN_LINES:
            return
        self._last = now
        self._write(
            f"{self._heading}, step {self._step:,}/{self._n_steps:,}: {self._speed(now)}; "
            f"loss: {', '.join(f'{_short(name)} {loss:.3f}' for name, loss in losses().items())}"
        )

    def _speed(self, now: float) -> str:
        """Describe the speed since the first steps, and the time that is left."""
        n_measured, seconds = self._step - WARM_UP, now - self._warm
        if n_measured <= 0:
            return "the first steps, which take longer"
        left = seconds / n_measured * (self._n_steps - self._step)
        whole = seconds / n_measured * self._n_steps
        return (
            f"{(self._images - self._warm_images) / seconds:,.0f} images/s; "
            f"left: {duration(left)} of this epoch, {duration(left + self._epochs_after * whole)} at most"
        )

    def finish(self, results: Mapping[str, Mapping[str, Result]], note: str) -> None:
        """Write a summary of the epoch with its validation."""
        seconds = time.monotonic() - self._start
        self._write(
            f"{self._heading}: {self._step:,} steps, {self._images / self._trained:,.0f} images/s; "
            f"{duration(seconds)} with validation; {note}"
        )
        of_training = with_average(results["train"])
        for name, result in with_average(results["val"]).items():
            self._write(
                f"  {name:15} loss {of_training[name].loss:.3f}, validation {result.loss:.3f}; "
                f"AUC {result.auc:.3f}, balanced accuracy {result.balanced_accuracy:.3f}, "
                f"kappa {result.cohen_kappa:.3f}, accuracy {result.accuracy:.3f}"
            )


def with_average(results: Mapping[str, Result]) -> dict[str, Result]:
    """Return results by dataset with their average, if there are several datasets."""
    return dict(results) | ({AVERAGE: mean_over_datasets(results)} if len(results) > 1 else {})


def _short(name: str) -> str:
    return name.removesuffix("mnist")


def duration(seconds: float) -> str:
    """Format seconds as hours, minutes and seconds: 1:02:03 or 2:03."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
