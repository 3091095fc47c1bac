"""Odd files that people really make, each of one cause, as writers of the text for any predictions.

Each case is a function from predictions (lists of probabilities by dataset) to the content of a file.
"""

# ruff: noqa: E501 - a case is a line

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

Predictions = Mapping[str, np.ndarray]
Case = Callable[[Predictions], str | bytes]


def cells_of(values: Iterable[float]) -> list[str]:
    return [repr(float(value)) for value in values]


def canonical(
    predictions: Predictions,
    row: Callable[[str, np.ndarray], list[str]] = lambda name, p: cells_of(p),
    *,
    name: Callable[[str], str] = str,
    index: Callable[[int], str] = str,
    head: list[str] | None = None,
    separator: str = ",",
    end: str = "",
    pad: str = "",
) -> str:
    """Return the canonical layout, with a change of its cells, its separator or its line ends."""
    width = max(values.shape[1] for values in predictions.values())
    columns = ["dataset", "index", *(f"p{j}" for j in range(width))] if head is None else head
    lines = [separator.join(columns) + end]
    for dataset, values in predictions.items():
        for i, p in enumerate(values):
            cells = row(dataset, p)
            padding = [pad] * (width - len(cells))
            lines.append(separator.join([name(dataset), index(i), *cells, *padding]) + end)
    return "\n".join(lines) + "\n"


def listed(values: Iterable[float]) -> str:
    return "[" + ", ".join(cells_of(values)) + "]"


def thesis(
    predictions: Predictions,
    cell: Callable[[np.ndarray], str] = listed,
    *,
    head: str = "dataset_name,probability",
    separator: str = ",",
    quote: str = '"',
) -> str:
    """Return the layout of the thesis, with a change of its cells or its separator."""
    lines = [head]
    for dataset, values in predictions.items():
        lines += [f"{dataset}{separator}{quote}{cell(p)}{quote}" for p in values]
    return "\n".join(lines) + "\n"


def evaluator_file(values: np.ndarray) -> str:
    """Return a file of MedMNIST's evaluator: no header; the index, then the scores."""
    return "".join(f"{i}," + ",".join(cells_of(p)) + "\n" for i, p in enumerate(values))


def printed_by_numpy(p: np.ndarray) -> str:
    """Return an array as NumPy prints it on narrow lines."""
    cells = cells_of(p)
    return "[" + "\n ".join(" ".join(cells[i : i + 2]) for i in range(0, len(cells), 2)) + "]"


def below_header(text: str) -> str:
    return text.split("\n", 1)[1]


def first(predictions: Predictions) -> np.ndarray:
    return next(iter(predictions.values()))


def numbered(text: str, head: str = "") -> str:
    """Return the lines with a label before each, and `head` before the header."""
    header, *rows = text.splitlines()
    return "\n".join([f"{head}{header}", *(f"{i},{row}" for i, row in enumerate(rows))]) + "\n"


def with_decimal_commas(p: np.ndarray) -> list[str]:
    return [cell.replace(".", ",") for cell in cells_of(p)]


def logits(p: np.ndarray) -> np.ndarray:
    return np.log(p + 1e-9) + 1


#: Files that must be taken as if they were plain.
TAKEN: dict[str, Case] = {
    "sep line": lambda p: "sep=,\n" + canonical(p),
    "sep line in capitals, quoted, with CRLF": lambda p: '"SEP=,"\r\n' + canonical(p).replace("\n", "\r\n"),
    "byte order mark and sep line": lambda p: "\ufeffsep=,\n" + canonical(p),
    "sep line as wide as the table": lambda p: "sep=,,,,,,\n" + canonical(p),
    "sep line above the thesis layout": lambda p: "sep=,\n" + thesis(p),
    "a blank after each comma": lambda p: canonical(p).replace(",", ", "),
    "a tab before each comma": lambda p: canonical(p).replace(",", "\t,"),
    "blanks around quoted cells": lambda p: canonical(
        p, lambda name, row: [f' "{cell}" ' for cell in cells_of(row)]
    ),
    "a blank before quoted lists": lambda p: thesis(p, separator=", "),
    "tabs around lists": lambda p: thesis(p, separator="\t,\t").replace('"\n', '"\t\n'),
    "blanks in the header": lambda p: "\t dataset_name\t , probability \n" + below_header(thesis(p)),
    "a carriage return at the end": lambda p: canonical(p).replace("\n", "\r\n") + "\r",
    "no line feed after the last line": lambda p: canonical(p).replace("\n", "\r\n").removesuffix("\n"),
    "values with exponents, in quotes": lambda p: canonical(
        p, lambda name, row: [f'"{value:+.17E}"' for value in row]
    ),
    "negative zeros": lambda p: canonical(p).replace(",0.0,", ",-0.0,"),
    "labels printed by NumPy": lambda p: thesis(p, head="truth,dataset_name,probability").replace(
        "\nmanymnist", "\n[0 1 0 1],manymnist"
    ).replace("\ntripmnist", "\n,tripmnist").replace("\npairmnist", "\n,pairmnist"),
}  # fmt: skip

_ARABIC = str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10)))
_SEPARATED = "separate them by commas, and write 0.5, not 0,5."
_PRINTED = "line 2: the cells hold arrays as NumPy or PyTorch prints them; write lists with commas between the values"
_LINES = "line 2: the cells hold arrays over several lines, as NumPy or PyTorch prints them; write each list on one line"
_NO_HEADER = "line 1: there is no header: the line is already a row; begin the file with the header dataset, index, p0 to p3."
_EVALUATOR = (
    "line 1: this is one dataset's file of MedMNIST's evaluator; send the files of all 3 datasets in one zip."
)
_UTF_16 = "The file is not CSV: it seems to be UTF-16 text; save it as UTF-8."
_UTF_32 = "The file is not CSV: it seems to be UTF-32 text; save it as UTF-8."
_COMMENT = "begin the file with the header (numpy.savetxt: `comments=''`)."
_ALL = "datasets (tripmnist, pairmnist, manymnist) have this problem"

#: Files of the benchmark in conftest.py, and the beginning of their only problem.
REFUSED: dict[str, tuple[Case, str]] = {
    "comment": (lambda p: "# ResNet-18\n" + canonical(p), f"line 1: the line begins with '#', like a comment; {_COMMENT}"),
    "header as a comment": (lambda p: "# " + canonical(p), f"line 1: the line begins with '#', like a comment; {_COMMENT}"),
    "slashes": (lambda p: "// run 1\n" + thesis(p), f"line 1: the line begins with '//', like a comment; {_COMMENT}"),
    "per cent sign": (lambda p: " % run 1\n" + canonical(p), f"line 1: the line begins with '%', like a comment; {_COMMENT}"),
    "title": (lambda p: "Predictions, run 1\n\n" + canonical(p), "line 1: the line is above the header; begin the file with the header."),
    "another sep line": (lambda p: "sep=;\n" + canonical(p, separator=";"), "line 1: the line names another separator than the comma"),
    "sep line of tabs": (lambda p: "Sep=\t\n" + canonical(p, separator="\t"), "line 1: the line names another separator than the comma"),
    "no header": (lambda p: below_header(canonical(p)), _NO_HEADER),
    "no header, quoted": (lambda p: below_header(canonical(p)).replace("tripmnist", '"tripmnist"'), _NO_HEADER),
    "no header, other names": (lambda p: below_header(canonical(p, name=lambda n: n.upper() + "_28")), _NO_HEADER),
    "no header, row labels": (lambda p: below_header(numbered("\n" + below_header(canonical(p)))), _NO_HEADER),
    "no header of the thesis": (lambda p: below_header(thesis(p)), _NO_HEADER.replace("dataset, index, p0 to p3", "dataset_name,probability")),
    "only numbers": (lambda p: "0.5,0.5\n0.4,0.6\n", "line 1: there is no header: the line has only numbers; begin the file with the header dataset"),
    "evaluator": (lambda p: evaluator_file(first(p)), _EVALUATOR),
    "evaluator, one score": (lambda p: evaluator_file(p["pairmnist"][:, 1:]), _EVALUATOR),
    "evaluator, with numbers of columns": (lambda p: ",0,1,2\n" + evaluator_file(first(p)), _EVALUATOR),
    "evaluator, old function": (lambda p: "\ufeffid,true_0,score_0,score_1\n0,1,0.1,0.9\n", _EVALUATOR),
    "semicolons": (lambda p: canonical(p, separator=";"), f"line 1: the columns are separated by semicolons; {_SEPARATED}"),
    "semicolons, decimal commas": (lambda p: canonical(p, lambda n, row: with_decimal_commas(row), separator=";"), f"line 1: the columns are separated by semicolons; {_SEPARATED}"),
    "semicolons in the thesis layout": (lambda p: thesis(p, head="dataset_name;probability", separator=";"), f"line 1: the columns are separated by semicolons; {_SEPARATED}"),
    "tabs, decimal commas": (lambda p: canonical(p, lambda n, row: with_decimal_commas(row), separator="\t"), f"line 1: the columns are separated by tabs; {_SEPARATED}"),
    "bars": (lambda p: canonical(p, separator="|"), f"line 1: the columns are separated by bars; {_SEPARATED}"),
    "blanks": (lambda p: canonical(p, separator="  "), f"line 1: the columns are separated by blanks; {_SEPARATED}"),
    "rows with semicolons": (lambda p: "dataset,index,p0,p1,p2,p3\n" + below_header(canonical(p, separator=";")), f"line 2: the header is separated by commas, but the rows by semicolons; {_SEPARATED}"),
    "rows with tabs": (lambda p: "dataset,index,p0,p1,p2,p3\n" + below_header(canonical(p, separator="\t")), f"line 2: the header is separated by commas, but the rows by tabs; {_SEPARATED}"),
    "header with semicolons": (lambda p: canonical(p).replace(",", ";", 5), "line 1: the header is separated by semicolons, but the rows by commas; separate the header by commas."),
    "header with tabs": (lambda p: thesis(p, head="dataset_name\tprobability"), "line 1: the header is separated by tabs, but the rows by commas"),
    "quoted decimal commas": (lambda p: canonical(p, lambda n, row: [f'"{c}"' for c in with_decimal_commas(row)]), "tripmnist, line 2, index 0: p0 is '0,2'; write decimals with a point, such as 0.25. 15 lines of 3 " + _ALL),
    "decimal commas": (lambda p: canonical(p, lambda n, row: with_decimal_commas(row)), "line 2: the row has 9 cells, but the header has 6 columns; write decimals with a point"),
    "decimal commas in lists": (lambda p: thesis(p, lambda row: listed(row).replace(".", ",")), "tripmnist, line 2, index 0: probability has 6 values, but the dataset has 3 classes; write decimals with a point"),
    "commas at all ends": (lambda p: canonical(p, head=["dataset", "index", "p0", "p1", "p2", "p3"], end=","), "line 1: every line ends with a comma too many; remove it."),
    "three commas at all ends": (lambda p: canonical(p, end=",,,"), "line 1: every line ends with a comma too many; remove it."),
    "commas at the ends of rows": (lambda p: "dataset,index,p0,p1,p2,p3\n" + below_header(canonical(p, end=",")), "line 2: every row ends with a comma too many; remove it."),
    "commas at the ends of one dataset": (lambda p: canonical(p).replace(",,\n", ",,,\n"), "line 7: the row has 7 cells, but the header has 6 columns; write decimals with a point, and no comma at the end. 4 lines have this problem"),
    "only a sep line": (lambda p: "sep=,", "The file is empty."),
    "comma at the end of the header": (lambda p: "dataset,index,p0,p1,p2,p3,\n" + below_header(canonical(p)), "line 1: the header ends with a comma too many; remove it."),
    "commas at all ends of the thesis layout": (lambda p: thesis(p).replace("\n", ",\n"), "line 1: every line ends with a comma too many; remove it."),
    "row labels": (lambda p: numbered(canonical(p), ","), "line 1: column 1 has no name; write the file without row labels (pandas: `index=False`)."),
    "row labels, read and written": (lambda p: numbered(canonical(p), "Unnamed: 0,"), "line 1: column 1 is 'Unnamed: 0'; write the file without row labels (pandas: `index=False`)."),
    "row labels without a name": (lambda p: numbered(canonical(p)), "line 2: every row begins with a row label; write the file without row labels"),
    "CR alone": (lambda p: canonical(p).replace("\n", "\r"), "The lines end with a carriage return (CR) alone; end each line with a line feed (LF or CRLF)."),
    "CR alone below the header": (lambda p: canonical(p).replace("\n", "\r").replace("\r", "\n", 1), "The lines end with a carriage return (CR) alone"),
    "CR CR LF": (lambda p: canonical(p).replace("\n", "\r\r\n"), "line 2: the line ends with two carriage returns (Python: open the file with `newline=''`). 15 lines have this problem"),
    "UTF-16": (lambda p: canonical(p).encode("utf-16"), _UTF_16),
    "UTF-16 LE without a mark": (lambda p: canonical(p).encode("utf-16-le"), _UTF_16),
    "UTF-16 BE without a mark": (lambda p: canonical(p).encode("utf-16-be"), _UTF_16),
    "UTF-32": (lambda p: canonical(p).encode("utf-32"), _UTF_32),
    "UTF-32 LE without a mark": (lambda p: canonical(p).encode("utf-32-le"), _UTF_32),
    "UTF-32 BE without a mark": (lambda p: canonical(p).encode("utf-32-be"), _UTF_32),
    "NumPy": (lambda p: thesis(p, lambda row: "[" + " ".join(cells_of(row)) + "]"), _PRINTED),
    "NumPy without quotes": (lambda p: thesis(p, lambda row: "[" + " ".join(cells_of(row)) + "]", quote=""), _PRINTED),
    "NumPy over several lines": (lambda p: thesis(p, printed_by_numpy), _LINES),
    "NumPy over several lines without quotes": (lambda p: thesis(p, printed_by_numpy, quote=""), _LINES),
    "NumPy's repr over several lines": (lambda p: thesis(p, lambda row: "array(" + listed(row).replace(", ", ",\n ", 1) + ")"), _LINES),
    "tensors": (lambda p: thesis(p, lambda row: f"tensor({listed(row)})"), _PRINTED),
    "tensors over several lines": (lambda p: thesis(p, lambda row: "tensor(" + listed(row).replace(", ", ",\n ", 1) + ", device='cuda:0')"), _LINES),
    "elided": (lambda p: thesis(p, lambda row: f"[{row[0]}, ..., {row[-1]}]"), "tripmnist, line 2, index 0: probability is '[0.2, ..., 0.5]', shortened by dots; write all values"),
    "NumPy's scalars": (lambda p: thesis(p, lambda row: "[" + ", ".join(f"np.float32({v})" for v in row) + "]"), "tripmnist, line 2, index 0: probability is '[np.float32(0.2), np.float32(0.3), np.fl'..., a Python expression; write plain numbers"),
    "a tensor in each canonical cell": (lambda p: canonical(p, lambda n, row: [f"tensor({v})" for v in row]), "tripmnist, line 2, index 0: p0 is 'tensor(0.2)', a Python expression; write plain numbers (`values.tolist()`). 15 lines of 3 " + _ALL),
    "NumPy's scalars in canonical cells": (lambda p: canonical(p, lambda n, row: [f"np.float32({v})" for v in row]), "tripmnist, line 2, index 0: p0 is 'np.float32(0.2)', a Python expression; write plain numbers (`values.tolist()`). 15 lines of 3 " + _ALL),
    "tensors in canonical cells": (lambda p: canonical(p, lambda n, row: [f"tensor({v}, device='cuda:0')" for v in row]), "line 2: the row has 9 cells, but the header has 6 columns; write plain numbers, not Python expressions"),
    "names with a resolution": (lambda p: canonical(p, name=lambda n: f"{n}_224"), "line 2: the dataset 'tripmnist_224' must be written exactly 'tripmnist'. 15 lines have this problem"),
    "names with a resolution at once": (lambda p: thesis(p).replace("mnist,", "mnist64,"), "line 2: the dataset 'tripmnist64' must be written exactly 'tripmnist'. 15 lines have this problem"),
    "titles": (lambda p: canonical(p, name=lambda n: n.upper() + "+"), "line 2: the dataset 'TRIPMNIST+' must be written exactly 'tripmnist'. 15 lines have this problem"),
    "indices with decimals": (lambda p: canonical(p, index=lambda i: f"{i}.0"), "tripmnist, line 2: the index is '0.0'; expected a whole number from 0 to 4, without decimals (pandas: `astype(int)`). 15 lines of 3 " + _ALL),
    "indices from 1": (lambda p: canonical(p, index=lambda i: str(i + 1)), "tripmnist, line 6: the index '5' is past the end of the test split, whose 5 rows are numbered from 0 to 4; number the rows of each dataset from 0. 3 lines of 3 " + _ALL),
    "one probability of two": (lambda p: canonical(p, lambda n, row: cells_of(row[1:] if n == "pairmnist" else row)), "pairmnist, line 7, index 0: p1 is blank; expected a value for each of the 2 classes; write both probabilities, class 0 first. 4 lines have this problem"),
    "one probability of two in a list": (lambda p: thesis(p, lambda row: listed(row[1:] if len(row) == 2 else row)), "pairmnist, line 7, index 0: probability has 1 value, but the dataset has 2 classes; write both probabilities, class 0 first. 4 lines"),
    "classes": (lambda p: canonical(p, lambda n, row: [str(np.argmax(row))]), "tripmnist, line 2, index 0: p1 is blank; expected a value for each of the 3 classes; write all probabilities, not the predicted class. 15 lines of 3 " + _ALL),
    "classes in lists": (lambda p: thesis(p, lambda row: f"[{np.argmax(row)}]"), "tripmnist, line 2, index 0: probability has 1 value, but the dataset has 3 classes; write all probabilities, not the predicted class. 15 lines of 3 " + _ALL),
    "a column of classes": (lambda p: "dataset,index,prediction\ntripmnist,0,1\n", "line 1: the column 'prediction' has predicted classes or labels; write the probability of each class, in the columns dataset, index, p0 to p3."),
    "percentages": (lambda p: canonical(p, lambda n, row: cells_of(100 * row)), "tripmnist, line 2, index 0: the probability of class 0 is 20; these are probably percentages: divide them by 100. 14 lines of 3 " + _ALL),
    "percentages in lists": (lambda p: thesis(p, lambda row: listed(100 * row)), "tripmnist, line 2, index 0: the probability of class 0 is 20; these are probably percentages"),
    "logits": (lambda p: canonical(p, lambda n, row: cells_of(logits(row))), "tripmnist, line 2, index 0: the probability of class 0 is -0.609438; most rows have values below 0 or above 1, so these are probably logits: apply a softmax first (to multi-label datasets a sigmoid). 14 lines of 3 " + _ALL),
    "sigmoid": (lambda p: canonical(p, lambda n, row: cells_of(1 / (1 + np.exp(-row)))), "tripmnist, line 2, index 0: the probabilities sum to 1.74674; most rows do not sum to 1: apply a softmax, not a sigmoid, or divide each row by its sum. 9 lines of 2 datasets (tripmnist, pairmnist) have this problem"),
    "rounded to a decimal": (lambda p: canonical(p, lambda n, row: [f"{v:.1f}" for v in row + 0.049 * (row == 0.25)]), "tripmnist, line 4, index 2: the probabilities sum to 1.1; they were probably rounded to one decimal: write at least four decimals."),
    "other names of columns": (lambda p: canonical(p, head=["dataset", "index", "0", "1", "2", "3"]), "line 1: 4 of the columns dataset, index, p0 to p3 are missing, and '0', '1', '2', ... are unknown."),
    "names of columns in capitals": (lambda p: canonical(p, head=["Dataset", "Index", "P0", "P1", "P2", "P3"]), "line 1: the columns 'Dataset', 'Index', 'P0', ... must be written in lower case: dataset, index, p0 to p3."),
    "truth and prediction": (lambda p: canonical(p, lambda n, row: [*cells_of(row), *[""] * (4 - len(row)), "1", "1"], head=["dataset", "index", "p0", "p1", "p2", "p3", "truth", "prediction"]), "line 1: the columns 'truth', 'prediction' are not allowed"),
    "zeros in the other cells": (lambda p: canonical(p, pad="0"), "tripmnist, line 2, index 0: p3 is '0', but the dataset has 3 classes (p0 to p2); leave the other cells blank. 9 lines of 2 datasets"),
    "one dataset": (lambda p: canonical({"manymnist": p["manymnist"]}), "tripmnist: the whole dataset is missing; expected 5 rows. This is true of 2 datasets (tripmnist, pairmnist)."),
    "two files": (lambda p: 2 * canonical(p), "line 17: the line repeats the header, and rows below it repeat rows above it: were two files joined? Send one."),
    "cut off": (lambda p: canonical(p)[:-9], "line 16: the file ends within this row; was it cut off?"),
    "cut off earlier": (lambda p: canonical(p)[:99], "line 4: the file ends within this row; was it cut off?"),
    "cut off in a list": (lambda p: thesis(p)[:100], "line 4: the file ends within this row; was it cut off?"),
    "log above the header": (lambda p: "Loading model\nEpoch 1: 100 %\n" + canonical(p), "line 1: the line is above the header; begin the file with the header."),
    "classes from 1": (lambda p: canonical(p, head=["dataset", "index", "p1", "p2", "p3", "p4"]), "line 1: the columns p1 to p4 must be numbered from 0: dataset, index, p0 to p3."),
    "a column of labels": (lambda p: canonical(p, end=",1").replace(",1\n", ",label\n", 1), "line 1: the column 'label' is not allowed: the server has the labels and derives the predicted classes; remove this column."),
    "columns of labels and classes": (lambda p: canonical(p, end=",1,1").replace(",1,1\n", ",Target,pred\n", 1), "line 1: the columns 'Target', 'pred' are not allowed: the server has the labels and derives the predicted classes; remove them."),
    "row labels with a name": (lambda p: numbered(canonical(p), "id,"), "line 1: the column 'id' is unknown; expected dataset, index, p0 to p3 only."),
    "a row for each class": (lambda p: "dataset,index,class,probability\n" + 300 * "tripmnist,0,0,0.25\n" * 4, "The file has more than 1,022 lines, because it has a row for each class; write one row for each image, in the columns p0, p1 and so on."),
    "minus signs of typesetters": (lambda p: canonical(p, lambda n, row: [f"{v:.4e}".replace("-", "\u2212") for v in row]), "tripmnist, line 2, index 0: p0 is '2.0000e\\u221201', which has characters other than plain ASCII; expected a plain decimal number such as 0.25. 11 lines of 3 " + _ALL),
    "Arabic digits": (lambda p: canonical(p, lambda n, row: [f"{v:.2f}".translate(_ARABIC) for v in row]), "tripmnist, line 2, index 0: p0 is '\\u0660.\\u0662\\u0660', which has characters other than plain ASCII; expected a plain decimal number"),
    "no-break spaces": (lambda p: canonical(p, lambda n, row: [f"{v}\u00a0" for v in row]), "tripmnist, line 2, index 0: p0 is '0.2\\xa0', which has characters other than plain ASCII; expected a plain decimal number"),
    "full-width indices": (lambda p: canonical(p, index=lambda i: chr(0xFF10 + i)), "tripmnist, line 2: the index is '\\uff10', which has characters other than plain ASCII; expected a whole number from 0 to 4. 15 lines of 3 " + _ALL),
    "per cent signs": (lambda p: canonical(p, lambda n, row: [f"{100 * v:.4f} %" for v in row]), "tripmnist, line 2, index 0: p0 is '20.0000 %'; expected a plain decimal number such as 0.25, not a percentage. 15 lines of 3 " + _ALL),
    "names with invisible characters": (lambda p: canonical(p, name=lambda n: "\u200b" + n), "line 2: the dataset '\\u200btripmnist' must be written exactly 'tripmnist'. 15 lines have this problem"),
    "names in single quotes": (lambda p: canonical(p, name=lambda n: f"'{n}'"), "line 2: the dataset \"'tripmnist'\" must be written exactly 'tripmnist'. 15 lines have this problem"),
    "words of a C library": (lambda p: canonical(p, lambda n, row: ["-nan(ind)"] * len(row)), "tripmnist, line 2, index 0: p0 is '-nan(ind)'; expected a plain decimal number such as 0.25. 15 lines of 3 " + _ALL),
    "blank cells filled with nan": (lambda p: canonical(p, pad="nan"), "tripmnist, line 2, index 0: p3 is 'nan', but the dataset has 3 classes (p0 to p2); leave the other cells blank. 9 lines of 2 datasets"),
    "a table in Markdown": (lambda p: "| " + canonical(p, separator=" | ", end=" |").replace("\n", "\n| "), f"line 1: the columns are separated by bars; {_SEPARATED}"),
    "a page instead of the file": (lambda p: "\ufeff\n <!DOCTYPE html><title>Sign in</title>", "The file is not CSV: it seems to be an HTML or XML page."),
    "a pointer of Git LFS": (lambda p: "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "The file is not CSV: it seems to be a pointer of Git LFS; run `git lfs pull` and send the file that it points to."),
    "Feather": (lambda p: b"FEA1" + bytes(20), "The file is not CSV: it seems to be a Feather file."),
    "MATLAB": (lambda p: b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\1IM", "The file is not CSV: it seems to be a MATLAB file."),
    "SQLite": (lambda p: b"SQLite format 3\0" + bytes(84), "The file is not CSV: it seems to be an SQLite database."),
    "RTF": (lambda p: "{\\rtf1\\ansi " + canonical(p) + "}", "The file is not CSV: it seems to be an RTF document."),
    "PNG": (lambda p: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "The file is not CSV: it seems to be a PNG picture."),
    "zeros": (lambda p: bytes(5000), "The file is not CSV: it seems to be binary data; write the predictions as text."),
    "attributes of macOS": (lambda p: b"\0\5\x16\7\0\2\0\0Mac OS X        ", "The file is not CSV: it seems to be binary data; write the predictions as text."),
    "lines of JSON": (lambda p: '{"dataset": "tripmnist", "index": 0, "p0": 0.5}\n' * 3, "The file is not CSV: it seems to be JSON."),
    "a header for each dataset": (lambda p: "".join(canonical({n: v}, head=["dataset", "index", "p0", "p1", "p2", "p3"], row=lambda n, row: [*cells_of(row), *[""] * (4 - len(row))]) for n, v in p.items()), "line 7: the line repeats the header; write it once. 2 lines have this problem (next: 12)."),
}  # fmt: skip


def all_odd_files(predictions: Predictions) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of every odd file."""
    for name, case in [*TAKEN.items(), *((name, case) for name, (case, _) in REFUSED.items())]:
        content = case(predictions)
        yield name, content.encode() if isinstance(content, str) else content
