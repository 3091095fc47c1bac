"""Texts of the page on the submission format: rules with their error messages, and code to copy."""

from dataclasses import dataclass

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the format (HTML), and the beginning of the message for a file that breaks it."""

    rule: str
    error: str


def canonical_rules(benchmark: Benchmark) -> tuple[Rule, ...]:
    """Return the rules of the layout, which name the number of columns and of datasets."""
    n_columns, last = benchmark.max_classes + 2, benchmark.max_classes - 1
    return (
        Rule(
            f"The file has exactly these {n_columns} columns, in any order.",
            f"the column 'p{last}' is missing",
        ),
        *_RULES_OF_ROWS,
        Rule(
            f"Nothing is missing: one file contains all {benchmark.n_datasets} datasets.",
            "1 row is missing: index 7",
        ),
        *_RULES_OF_VALUES,
    )


_RULES_OF_ROWS = (
    Rule(
        "No labels and no predicted classes: the site has the labels and derives the classes.",
        "the column 'truth' is not allowed",
    ),
    Rule(
        "Every row has as many cells as the header, including blank cells.",
        "the row has 15 cells, but the header has 16",
    ),
    Rule(
        "<code>dataset</code> is the MedMNIST name, in lower case. The 3D datasets are not scored.",
        "the dataset 'PathMNIST' must be written exactly 'pathmnist'",
    ),
    Rule(
        "<code>index</code> is the row of the test split, a whole number from 0.",
        "the index '7180' is past the end of the test split",
    ),
    Rule(
        "Each pair of dataset and index occurs once. The rows may be in any order.",
        "line 5 already has this index",
    ),
)

_RULES_OF_VALUES = (
    Rule(
        "Each row has a probability for each class of its dataset.",
        "p8 is blank; expected a value for each of the 9 classes",
    ),
    Rule("Cells beyond the classes of the dataset are blank.", "p9 is '0', but the dataset has 9 classes"),
    Rule("Probabilities are plain decimal numbers.", "p0 is '12%'; expected a plain decimal number"),
    Rule("Probabilities are finite.", "p0 is 'nan'; expected a finite number from 0 to 1"),
    Rule(
        "Probabilities are between 0 and 1. Values outside by at most 0.000001 are taken as 0 or 1.",
        "the probability of class 0 is -3.2; expected a value from 0 to 1",
    ),
    Rule(
        "The probabilities of an image sum to 1 within 0.01, so logits are refused. "
        "The 14 probabilities of <code>chestmnist</code> are independent.",
        "the probabilities sum to 0.8; expected 1 within 0.01",
    ),
)

THESIS_RULES = (
    Rule(
        "<code>probability</code> is a bracketed list in one quoted cell, with commas between the values.",
        "probability is '[0.1 0.9]'; separate the values by commas",
    ),
    Rule(
        "The list has a value for each class: two values for the binary datasets.",
        "probability has 1 value, but the dataset has 2 classes; write both",
    ),
    Rule(
        "The values are numbers, not expressions.",
        "probability is '[np.float32(0.1), 0.9]', a Python expression; write plain numbers",
    ),
    Rule(
        "The rows of a dataset are in the order of the test split. The datasets may be in any order, even mixed.",
        "the dataset has 7,179 rows, but its test split has 7,180",
    ),
    Rule(
        "<code>truth</code> is optional and only checks the order of the rows. It is a class number, or a list of "
        "14 values for <code>chestmnist</code>. A blank cell is not checked.",
        "truth is not the label of this test image; are the rows in the order of the test split?",
    ),
)

EVALUATOR_RULES = (
    Rule(
        f"The zip holds one file for the test split of each of the {MEDMNIST_PLUS.n_datasets} datasets, under the name "
        "that the evaluator gives it. The files may be in folders.",
        "The zip archive has no file of organsmnist",
    ),
    Rule(
        "The names state one resolution, which is that of your submission, or none.",
        "The files are for images of 64 pixels by their names, but the submission is for 28 pixels",
    ),
    Rule("The files are of one run.", "the zip archive has two files of the dataset"),
    Rule(
        "A file has no header. Each row is the index, then the scores.",
        "the file begins with a line that is not an index and scores",
    ),
    Rule(
        "The scores are the probabilities of all classes. The binary datasets may have one score, that of class 1.",
        "the row has 2 cells; expected 10: the index and 9 scores",
    ),
    Rule(
        "Files for training and validation splits, 3D datasets, hidden files and folders are ignored. Nothing else is "
        "in the zip.",
        "The zip archive holds a file that MedMNIST's evaluator does not write ('notes.txt')",
    ),
)


def from_arrays(benchmark: Benchmark) -> str:
    """Return code that writes a file from arrays with pandas."""
    return f"""\
import pandas as pd

# predictions["pathmnist"], ...: an array of shape (test images, classes) for each dataset
columns = ["dataset", "index", *(f"p{{j}}" for j in range({benchmark.max_classes}))]
frames = []
for name, values in predictions.items():
    frame = pd.DataFrame(values, columns=columns[2 : 2 + values.shape[1]])
    frames.append(frame.assign(dataset=name, index=range(len(frame))))
pd.concat(frames)[columns].to_csv("predictions.csv.gz", index=False)
"""


FROM_EVALUATOR = """\
import shutil
from pathlib import Path

from medmnist import Evaluator

Path("results").mkdir()
for name, values in predictions.items():
    Evaluator(name, "test", size=224).evaluate(values, save_folder="results", run="run1")
shutil.make_archive("predictions", "zip", "results")
"""

IN_THE_ORDER_OF_MEDMNIST = """\
import medmnist
import torch
from torch.utils.data import DataLoader

predictions = {}
for name, model in models.items():
    info = medmnist.INFO[name]
    dataset_class = getattr(medmnist, info["python_class"])
    test_split = dataset_class(split="test", size=224, transform=transform, download=True)
    with torch.inference_mode():  # shuffle=False keeps the order of the test split
        logits = torch.cat([model(images) for images, _ in DataLoader(test_split, 256, shuffle=False)])
    is_multi_label = info["task"] == "multi-label, binary-class"
    predictions[name] = (logits.sigmoid() if is_multi_label else logits.softmax(dim=1)).numpy()
"""
