// Read the rows of a file: challenge/scoring/reading/parse_carefully.py. The benchmark and the limits come from the
// server (challenge/content/format_rules.py).
"use strict";

/** Reader of the rows of a file, with a subclass for each layout. */
class Reader {
  datasetOfFile = null; // its name, if the file has only one
  noRows = "The file has a header but no rows";

  constructor(names, datasets, problems, rules) {
    this.rules = rules;
    this.at = Object.fromEntries(names.map((name, position) => [name, position]));
    this.names = names;
    this.datasets = new Map(datasets.map((dataset) => [dataset.name, rowsOf(dataset)]));
    this.problems = problems;
    this.nRows = 0;
    this.nLost = 0; // rows without a recognizable dataset and index
    this.headerLines = []; // lines that repeat the header
    this.hasSecondTable = false; // rows below a repeated header are there already
    this.isCutOff = false; // the last line ends within a row
  }

  take(line, text, isOpen) {
    if (text !== null && isBlank(text)) return;
    this.nRows += 1;
    const cells = this.cells(line, text, isOpen);
    if (!cells) {
      this.nLost += 1;
    } else if (this.isHeader(cells)) {
      this.nLost += 1;
      this.headerLines.push(line);
    } else {
      this.takeRow(line, cells);
    }
  }

  isHeader(cells) {
    return cells.every((cell, position) => stripBlanks(cell) === this.names[position]);
  }

  cells(line, text, isOpen) {
    const problemOfLine = characterProblem(text);
    if (problemOfLine) return this.lose(line, problemOfLine);
    const cells = splitCells(text);
    if (isOpen && (cells === null || (cells.length > 1 && cells.length < this.names.length))) {
      this.isCutOff = true;
      return this.lose(line, ["cut off", "the file ends within this row; was it cut off?"]);
    }
    if (cells === null) {
      return this.lose(line, ["quotes", "a quoted cell is not properly closed on its line; expected one line per row"]);
    }
    return cells.length === this.names.length ? cells : this.lose(line, this.ragged(text, cells));
  }

  lose(line, [kind, message]) {
    this.problems.add(kind, message, { dataset: this.datasetOfFile, line });
    return null;
  }

  ragged(text, cells) {
    return ragged(text, cells, this.names.length);
  }

  findDataset(line, cell) {
    const name = stripBlanks(cell);
    const dataset = this.datasets.get(name);
    if (dataset) return dataset;
    this.nLost += 1;
    this.problems.add(...notADataset(name, this.rules), { line });
    return null;
  }

  /** Read one value; return whether it is a number. */
  storeValue(dataset, row, column, text) {
    if (!NUMBER.test(text)) return false;
    dataset.values[row * dataset.n_classes + column] = Number(text);
    return true;
  }

  /** Note a problem of a row, and clear its values, so that they are not checked as well. */
  spoil(dataset, row, line, kind, message) {
    this.problems.add(kind, message, { dataset: dataset.name, line, index: row });
    dataset.values.fill(NaN, row * dataset.n_classes, (row + 1) * dataset.n_classes);
  }

  /** Note what is missing, and return the datasets with their values. */
  finish() {
    const datasets = [...this.datasets.values()];
    this.noteHeaders();
    if (!this.nRows) this.problems.add("no rows", this.noRows, { dataset: this.datasetOfFile });
    else if (!this.isCutOff) for (const dataset of datasets) this.findMissingRows(dataset);
    return datasets;
  }

  noteHeaders() {
    const message = this.hasSecondTable
      ? "the line repeats the header, and rows below it repeat rows above it: were two files joined? Send one"
      : "the line repeats the header; write it once";
    for (const line of this.headerLines) this.problems.add("header again", message, { line });
  }

  findMissingRows(dataset) {
    const missing = [];
    dataset.lines.forEach((line, row) => line || missing.push(row));
    // unreadable lines are reported already; do not report them again as missing
    if (missing.length <= this.nLost) return;
    const place = { dataset: dataset.name };
    if (missing.length < dataset.n_test) {
      this.problems.addOnce("missing", this.missing(dataset, missing), place);
    } else {
      const message = `the whole dataset is missing; expected ${grouped(dataset.n_test)} rows`;
      this.problems.addOnce("whole dataset", message, place);
    }
  }
}

/** Dataset with the line number and the values of each row of its test split; 0 and NaN for unread rows. */
function rowsOf(dataset) {
  const values = new Float64Array(dataset.n_test * dataset.n_classes).fill(NaN);
  return { ...dataset, lines: new Int32Array(dataset.n_test), values };
}
