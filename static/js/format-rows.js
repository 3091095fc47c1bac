// Read the rows of a file: challenge/scoring/reading/parse_carefully.py. The benchmark and the limits come from the
// server (challenge/content/format_rules.py).
"use strict";

/** Reader of the rows of a file, with a subclass for each layout. */
class Reader {
  constructor(names, rules) {
    this.rules = rules;
    this.at = Object.fromEntries(names.map((name, position) => [name, position]));
    this.names = names;
    this.datasets = new Map(rules.datasets.map((dataset) => [dataset.name, rowsOf(dataset)]));
    this.problems = new ProblemLog(rules);
    this.nRows = 0;
    this.nLost = 0; // rows without a recognizable dataset and index
  }

  take(line, text) {
    if (text !== null && isBlank(text)) return;
    this.nRows += 1;
    const cells = this.cells(line, text);
    if (!cells) {
      this.nLost += 1;
    } else if (this.isHeader(cells)) {
      this.nLost += 1;
      this.problems.add("header again", "the line repeats the header; write it once", { line });
    } else {
      this.takeRow(line, cells);
    }
  }

  isHeader(cells) {
    return cells.every((cell, position) => stripBlanks(cell) === this.names[position]);
  }

  cells(line, text) {
    const problemOfLine = characterProblem(text);
    if (problemOfLine) {
      this.problems.add(...problemOfLine, { line });
      return null;
    }
    const cells = splitCells(text);
    if (cells === null) {
      this.problems.add("quotes", "a quoted cell is not properly closed on its line; expected one line per row", { line });
    } else if (cells.length !== this.names.length) {
      this.problems.add(...ragged(text, cells.length, this.names.length), { line });
      return null;
    }
    return cells;
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

  /** Return a summary of a valid file; throw a Refusal with all problems otherwise. */
  finish() {
    if (!this.nRows) throw new Refusal("The file has a header but no rows");
    for (const dataset of this.datasets.values()) this.findMissingRows(dataset);
    for (const dataset of this.datasets.values()) {
      clip(dataset.values, this.rules);
      checkValues(dataset, this.problems, this.rules);
    }
    this.problems.refuseIfAny();
    const warnings = warningsOf([...this.datasets.values()], this.rules);
    const nDatasets = this.datasets.size;
    return { rows: this.nRows, datasets: nDatasets, layout: this.layout, has_truth: "truth" in this.at, warnings };
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
