"""Case of the benchmarks of scoring: labels of the official sizes, and predictions in all layouts."""

import zipfile
from pathlib import Path

import numpy as np

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.reading.files import Limits
from challenge.scoring.reading.predictions import write_predictions

#: File of each layout. "evaluator" is a zip with the files of MedMNIST's evaluator.
FILES = {
    "canonical": "canonical.csv",
    "thesis": "thesis.csv",
    "evaluator": "evaluator.zip",
    "hostile": "hostile.csv",
}


def make_case(folder: Path) -> None:
    """Write labels, and the same predictions in all layouts."""
    rng = np.random.default_rng(0)
    labels = {dataset.name: make_labels(dataset, rng) for dataset in MEDMNIST_PLUS}
    predictions = {d.name: make_predictions(d, labels[d.name], rng) for d in MEDMNIST_PLUS}
    np.savez(folder / "labels.npz", **labels)  # type: ignore[arg-type]  # the stub takes names for options
    write_predictions(folder / "canonical.csv", predictions, MEDMNIST_PLUS)
    with (folder / "thesis.csv").open("w") as file:
        file.write("dataset_name,truth,prediction,probability\n")
        for name, values in predictions.items():
            for truth, row in zip(labels[name].tolist(), values.tolist(), strict=True):
                stated = f'"{truth}"' if isinstance(truth, list) else truth
                file.write(f'{name},{stated},{int(np.argmax(row))},"{row}"\n')
    with zipfile.ZipFile(folder / FILES["evaluator"], "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in predictions.items():
            rows = (",".join(map(str, [index, *row])) for index, row in enumerate(values))
            archive.writestr(f"{name}_224_test.csv", "\n".join(rows) + "\n")


def make_hostile_file(folder: Path) -> None:
    """Write the worst file that is read to its end: the most lines, the most bytes, and an error in each line."""
    header = (folder / "canonical.csv").read_text().split("\n", 1)[0]
    n_lines = MEDMNIST_PLUS.n_rows * 3 // 2
    row = "organamnist,x" + 14 * ",y"
    longest = (Limits().decompressed_bytes - len(header) - 1) // n_lines - 1
    row += (longest - len(row)) * "z" + "\n"
    (folder / "hostile.csv").write_text(f"{header}\n" + row * n_lines)


def make_labels(dataset: Dataset, rng: np.random.Generator) -> np.ndarray:
    """Return random labels in which every class occurs."""
    if dataset.task is not Task.MULTILABEL:
        return rng.permutation(np.arange(dataset.n_test) % dataset.n_classes)
    labels = (rng.random((dataset.n_test, dataset.n_classes)) < 0.05).astype(np.int64)
    labels[:2] = [[0], [1]]
    return labels


def make_predictions(dataset: Dataset, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return float32 probabilities of a model that is better than chance."""
    logits = rng.normal(size=(dataset.n_test, dataset.n_classes))
    if dataset.task is Task.MULTILABEL:
        return (1 / (1 + np.exp(2 - logits - 2 * labels))).astype(np.float32)
    logits[np.arange(dataset.n_test), labels] += 2
    exponentials = np.exp(logits)
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)
