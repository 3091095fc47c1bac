"""Scores of predictions, to look at, to save and to submit."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medbig.board import METRICS
from medbig.client import Client, Progress
from medbig.errors import MedbigError, needs_score
from medbig.notebook import html_table
from medbig.scoring.benchmark import MEDMNIST_PLUS
from medbig.submission import Submission

if TYPE_CHECKING:
    import pandas

AVERAGE = "average"


@dataclass(frozen=True)
class Result:
    """Scores on the datasets that were given, with 95 % intervals, and their mean.

    `values` are the probabilities by dataset, `scores` and `estimates` those of the site's code.
    """

    size: int
    values: dict[str, np.ndarray] = field(repr=False)
    scores: Any = field(repr=False)
    estimates: Any = field(repr=False)
    warnings: list[str]
    split: str = "test"

    @property
    def missing(self) -> list[str]:
        """Datasets without predictions; a submission needs all."""
        return [dataset.name for dataset in MEDMNIST_PLUS if dataset.name not in self.values]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row for each dataset and metric, then for the average: dataset, metric, score, low, high."""
        found = []
        for name, of_name in [*self.scores.datasets.items(), (AVERAGE, self.scores.average)]:
            for metric in METRICS:
                low, high = self._interval(name, metric)
                found.append(
                    {
                        "dataset": name,
                        "metric": metric,
                        "score": getattr(of_name, metric),
                        "low": low,
                        "high": high,
                    }
                )
        return found

    @property
    def results(self) -> "pandas.DataFrame":
        """`rows` as a data frame."""
        try:
            import pandas
        except ImportError as error:
            raise needs_score(error) from error
        return pandas.DataFrame(self.rows)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the predictions as a file that the site takes: `.csv` or `.csv.gz`.

        Values of a network in single precision take half of the space of others.

        Raises:
            MedbigError: datasets are missing, or the name has another end.

        """
        self._refuse_parts()
        from medbig.scoring.reading.predictions import write_predictions

        target = Path(path)
        if not target.name.endswith((".csv", ".csv.gz")):
            raise MedbigError(f"{target}: the name must end in .csv or .csv.gz.")
        write_predictions(target, self.values, MEDMNIST_PLUS, precision=_precision(self.values))
        return target

    def submit(
        self,
        *,
        model_name: str,
        description: str,
        client: Client | None = None,
        progress: Progress | None = None,
        **statements: object,
    ) -> Submission:
        """Send the predictions; arguments are those of `Client.submit`.

        Raises:
            MedbigError: datasets are missing.

        """
        import tempfile

        self._refuse_parts()
        with tempfile.TemporaryDirectory() as folder:
            file = self.save(Path(folder) / "predictions.csv.gz")
            return (client or Client()).submit(
                file,
                model_name=model_name,
                description=description,
                resolution=self.size,
                progress=progress,
                **statements,
            )

    def _repr_html_(self) -> str:
        """Return a table for notebooks: means, datasets, and what is missing."""
        found = {(row["dataset"], row["metric"]): row for row in self.rows}
        n = len(self.scores.datasets)
        names = {AVERAGE: f"{AVERAGE} of {n}", **{name: name for name in self.scores.datasets}}
        rows = [[shown, *(_cell(found[name, metric]) for metric in METRICS)] for name, shown in names.items()]
        missing = [f"Missing: {', '.join(self.missing)}."] if self.missing else []
        warnings = [f"Warning: {warning}" for warning in self.warnings]
        return html_table(["dataset", *METRICS.values()], rows, missing + warnings)

    def _interval(self, name: str, metric: str) -> tuple[float | None, float | None]:
        if self.estimates is None:
            return None, None
        low, high = self.estimates.intervals[name][metric]
        return low, high

    def _refuse_parts(self) -> None:
        if self.split != "test":
            raise MedbigError(
                f"These are predictions of the {self.split} split; a submission is for the test split."
            )
        if self.missing:
            raise MedbigError(
                f"A submission needs all datasets; there are no predictions for {', '.join(self.missing)}."
            )


def _cell(row: Mapping[str, Any]) -> str:
    interval = "" if row["low"] is None else f"\n[{row['low']:.4f}, {row['high']:.4f}]"
    return f"{row['score']:.4f}{interval}"


def _precision(values: Mapping[str, np.ndarray]) -> type[np.floating]:
    """Return the precision in which the values are written without a change."""
    is_single = all(np.array_equal(array, array.astype(np.float32)) for array in values.values())
    return np.float32 if is_single else np.float64
