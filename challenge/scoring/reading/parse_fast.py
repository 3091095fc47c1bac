"""The fast parser: reads regular files, which are nearly all, with polars.

It returns None for all other files and never raises: `parse_carefully` then decides and explains. Files that it does
accept give bit for bit the result of `parse_carefully`; fuzz tests compare the two.
"""

import numpy as np
import polars as pl

from ..benchmark import Benchmark, Dataset
from .files import UTF8_BOM, FileText
from .layouts import THESIS_OPTIONAL_COLUMNS, Layout, probability_columns
from .parsing import NOT_STATED, Parsed, n_labels, stated_labels

#: A panic in polars' Rust code is not an `Exception`; a hostile file may cause one.
POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)

#: Twice the size of a row of 14 float64 in either layout. polars keeps the cells of a thesis file as text, in addition
#: to the file itself: with longer lines that would take too much memory.
MOST_BYTES_A_LINE = 640

#: Rows of the thesis layout whose lists are split at a time: their parts take twice the memory of their text.
_ROWS = 2**13

#: Bytes compared at a time, so that the result stays in the processor's cache.
_PIECE = 2**17


def read_rows(file: FileText, layout: Layout, benchmark: Benchmark) -> pl.DataFrame | None:
    """Read the rows of a regular file, or return None; the text is then no longer needed."""
    if len(file.data) > MOST_BYTES_A_LINE * file.n_lines:
        return None
    if file.n_lines != benchmark.n_rows + 1 or has_odd_characters(file.data, file.data.find(b"\n") + 1):
        return None
    try:
        return (
            _read_thesis(file, layout, benchmark)
            if layout.is_thesis
            else _read_canonical(file, layout, benchmark)
        )
    except POLARS_ERRORS:
        return None


def parse_rows(
    rows: pl.DataFrame, layout: Layout, benchmark: Benchmark, *, with_truth: bool, first_line: int
) -> Parsed | None:
    """Return the content of rows from `read_rows`, or None if it is not flawless.

    `with_truth`: also read the thesis layout's `truth`. `first_line` is that of the file.
    """
    try:
        if layout.is_thesis:
            return _parse_thesis(rows, layout, benchmark, with_truth, first_line)
        return _parse_canonical(rows, benchmark, first_line)
    except POLARS_ERRORS:
        return None


def has_odd_characters(data: bytes, start: int) -> bool:
    """Return whether a text whose rows begin at `start` has characters that polars silently drops from cells."""
    has_bare_returns = b"\r" in data and data.count(b"\r") != data.count(b"\r\n")
    # polars drops a byte order mark at the start of the first row as if it were the file's
    return has_bare_returns or data.startswith(UTF8_BOM, start)


def _read_canonical(file: FileText, layout: Layout, benchmark: Benchmark) -> pl.DataFrame | None:
    # polars fills short rows with nulls: only the number of commas reveals them
    if count(file.data, b",") != (len(layout.columns) - 1) * file.n_lines:
        return None
    types = {"dataset": _names(benchmark), "index": pl.UInt32()}
    return _read(file, {column: types.get(column, pl.Float64()) for column in layout.columns}, quoted=False)


def _parse_canonical(frame: pl.DataFrame, benchmark: Benchmark, first_line: int) -> Parsed | None:
    probabilities = frame.select(probability_columns(benchmark))
    n_blank = sum(d.n_test * (benchmark.max_classes - d.n_classes) for d in benchmark)
    if sum(probabilities.null_count().row(0)) != n_blank:
        return None
    order = _order_by_index(frame, benchmark)
    if order is None:
        return None
    if (order[1:] < order[:-1]).any():
        probabilities = probabilities[order]
    parsed = Parsed({}, {})
    for dataset, rows in _slices(benchmark):
        # column by column, for sums and metrics; a null becomes NaN
        values = probabilities[rows, : dataset.n_classes].to_numpy()
        if not np.isfinite(values).all():  # a blank, or the word nan or inf
            return None
        parsed.values[dataset.name] = values
        parsed.lines[dataset.name] = order[rows] + first_line + 1
    return parsed


def _order_by_index(frame: pl.DataFrame, benchmark: Benchmark) -> np.ndarray | None:
    """Return the file row of each benchmark row; None unless each occurs exactly once."""
    if frame.height != benchmark.n_rows or frame["dataset"].has_nulls() or frame["index"].has_nulls():
        return None
    codes = frame["dataset"].to_physical().to_numpy()
    index = frame["index"].to_numpy()
    n_test = np.array([dataset.n_test for dataset in benchmark])
    if (index >= n_test[codes]).any():
        return None
    position = (n_test.cumsum() - n_test)[codes] + index
    order = np.full(benchmark.n_rows, -1)
    order[position] = np.arange(benchmark.n_rows)
    return None if (order < 0).any() else order


def _read_thesis(file: FileText, layout: Layout, benchmark: Benchmark) -> pl.DataFrame | None:
    if not file.data.isascii() or b"\0" in file.data:
        return None
    types = {"dataset_name": _names(benchmark)}
    frame = _read(file, {column: types.get(column, pl.String()) for column in layout.columns}, quoted=True)
    if frame.height != benchmark.n_rows or any(frame.null_count().row(0)):
        return None  # nulls are blank cells, or missing cells of a short row
    return frame if _is_plainly_quoted(file, frame) else None


def _parse_thesis(
    frame: pl.DataFrame, layout: Layout, benchmark: Benchmark, with_truth: bool, first_line: int
) -> Parsed | None:
    codes = frame["dataset_name"].to_physical().to_numpy()
    if not np.array_equal(np.bincount(codes), [dataset.n_test for dataset in benchmark]):
        return None
    order = np.argsort(codes, kind="stable")
    if (codes[1:] < codes[:-1]).any():
        frame = frame[order]
    parsed = Parsed({}, {})
    for dataset, rows in _slices(benchmark):
        values = _split_lists(frame["probability"][rows], dataset)
        if values is None:
            return None
        parsed.values[dataset.name] = values
        parsed.lines[dataset.name] = order[rows] + first_line + 1
        if with_truth and "truth" in layout.columns:
            truth, is_readable = _stated(frame["truth"][rows], dataset)
            if not is_readable:
                return None
            parsed.truth[dataset.name] = truth
        if "prediction" in layout.columns:
            parsed.predicted[dataset.name], _ = _stated(frame["prediction"][rows], dataset)
    return parsed


def _is_plainly_quoted(file: FileText, frame: pl.DataFrame) -> bool:
    """Return whether exactly the cells with commas are quoted, so that all parsers agree on them.

    This assumes that each cell of `probability` has commas, as lists of two or more values do.
    """
    n_quoted = frame.height
    for column in set(frame.columns) & set(THESIS_OPTIONAL_COLUMNS):
        has_commas = frame[column].str.contains(",", literal=True)
        if has_commas.any():
            if frame[column].str.contains('"', literal=True).any():
                return False
            n_quoted += int(has_commas.sum())
    n_in_header = file.data.count(b'"', 0, file.data.find(b"\n"))
    return count(file.data, b'"') - n_in_header == 2 * n_quoted


def _split_lists(cells: pl.Series, dataset: Dataset) -> np.ndarray | None:
    """Return the values (n_test, n_classes) of cells such as `[0.25, 0.75]`; None if any cell has another form."""
    separator = ", " if ", " in cells[0] else ","
    values = np.empty((dataset.n_test, dataset.n_classes), order="F")  # metrics read columns
    for start in range(0, dataset.n_test, _ROWS):
        rows = slice(start, start + _ROWS)
        if not _split_rows(cells[rows], separator, values[rows]):
            return None
    return values


def _split_rows(cells: pl.Series, separator: str, values: np.ndarray) -> bool:
    """Store the numbers of cells in `values` (n, n_classes); return False if any cell has another form."""
    # a missing value becomes a null; an extra value stays in the last part, which then is not a number
    columns = cells.str.splitn(separator, values.shape[1]).struct.unnest().get_columns()
    opened, closed = columns[0], columns[-1]
    if not (opened.str.starts_with("[").all() and closed.str.ends_with("]").all()):
        return False
    columns[0], columns[-1] = opened.str.strip_prefix("["), closed.str.strip_suffix("]")
    for values_of_class, column in zip(values.T, columns, strict=True):
        values_of_class[:] = column.cast(pl.Float64).to_numpy()  # a null becomes NaN
    return bool(np.isfinite(values).all())


def _stated(cells: pl.Series, dataset: Dataset) -> tuple[np.ndarray, bool]:
    """Return the stated labels (n_test, n labels) with `NOT_STATED` for unreadable cells, and if all are readable."""
    plain = _plain_lists(cells, n_labels(dataset))
    if plain is not None:
        return plain, True
    texts = cells.unique()  # there are few, and each is read once
    labels = [stated_labels(text, dataset) for text in texts]
    unstated = [NOT_STATED] * n_labels(dataset)
    values = np.array([unstated if label is None else label for label in labels], np.int16)
    return values[cells.cast(pl.Enum(texts)).to_physical().to_numpy()], None not in labels


def _plain_lists(cells: pl.Series, width: int) -> np.ndarray | None:
    """Return the digits of lists such as `[0, 1, 0]`, with `width` digits each; None if any cell has another form."""
    if width == 1 or not (cells.str.len_bytes() == 3 * width).all():
        return None
    characters = np.frombuffer(cells.str.join("").item().encode(), np.uint8).reshape(len(cells), width, 3)
    digits = characters[:, :, 1].astype(np.int16) - ord("0")
    is_plain = (
        (characters[:, 0, 0] == ord("[")).all()
        and (characters[:, 1:, 0] == ord(" ")).all()
        and (characters[:, :-1, 2] == ord(",")).all()
        and (characters[:, -1, 2] == ord("]")).all()
        and ((digits >= 0) & (digits <= 9)).all()
    )
    return digits if is_plain else None


def _read(file: FileText, schema: dict[str, pl.DataType], *, quoted: bool) -> pl.DataFrame:
    """Read the rows below the header; raises if a cell does not parse as its type or a row has too many cells."""
    quote = '"' if quoted else None
    return pl.read_csv(file.data, has_header=False, skip_lines=1, schema=schema, quote_char=quote)


def _names(benchmark: Benchmark) -> pl.Enum:
    return pl.Enum([dataset.name for dataset in benchmark])


def _slices(benchmark: Benchmark) -> list[tuple[Dataset, slice]]:
    """Return each dataset with its rows in the concatenation of all test splits."""
    slices, start = [], 0
    for dataset in benchmark:
        slices.append((dataset, slice(start, start + dataset.n_test)))
        start += dataset.n_test
    return slices


def count(data: bytes, character: bytes) -> int:
    """Count `character`: for frequent characters this is seven times as fast as `bytes.count`."""
    array = np.frombuffer(data, np.uint8)
    pieces = (array[start : start + _PIECE] for start in range(0, len(array), _PIECE))
    return sum(int(np.count_nonzero(piece == ord(character))) for piece in pieces)
