// Read the rows of a file: challenge/scoring/reading/parse_carefully.py. The benchmark and the limits come from the
// server (challenge/content/format_rules.py).
"use strict";

const NUMBER = /^[ \t]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*$/;
const INDEX = /^[ \t]*\+?[0-9]+[ \t]*$/;
const LABEL = /^[0-9]{1,3}(?:\.0*)?$/;

/** Reader of the rows of a file, with a subclass for each layout. */
class Reader {
  constructor(names, rules) {
    this.rules = rules;
    this.at = Object.fromEntries(names.map((name, position) => [name, position]));
    this.nColumns = names.length;
    this.datasets = new Map(rules.datasets.map((dataset) => [dataset.name, rowsOf(dataset)]));
    this.problems = new ProblemLog(rules);
    this.nRows = 0;
    this.nLost = 0; // rows without a recognizable dataset and index
  }

  shown(text) {
    return shown(text, this.rules.shown_characters);
  }

  take(line, text) {
    if (text !== null && isBlank(text)) return;
    this.nRows += 1;
    const cells = this.cells(line, text);
    if (cells) this.takeRow(line, cells);
    else this.nLost += 1;
  }

  cells(line, text) {
    const [kind, message] = this.whatIsWrongWithTheLine(text);
    if (kind) {
      this.problems.add(kind, message, { line });
      return null;
    }
    const cells = text.includes('"') ? splitCells(text) : text.split(",");
    if (cells === null) {
      this.problems.add("quotes", "a quoted cell is not properly closed on its line; expected one line per row", { line });
    } else if (cells.length !== this.nColumns) {
      this.problems.add("ragged", this.ragged(cells.length), { line });
      return null;
    }
    return cells;
  }

  whatIsWrongWithTheLine(text) {
    if (text === null) return ["not UTF-8", "the line is not UTF-8 text; save the file as UTF-8"];
    const character = text.includes("\0") ? "a NUL byte" : text.includes("\r") && "a carriage return before its end";
    return character ? ["control", `the line contains ${character}; expected plain text`] : [];
  }

  ragged(nCells) {
    const message = `the row has ${nCells} cells, but the header has ${this.nColumns} columns`;
    if (nCells === 1) return `${message}; separate the cells by commas`;
    return nCells > this.nColumns ? `${message}; write decimals with a point, and lists in quotes` : message;
  }

  findDataset(line, name) {
    const dataset = this.datasets.get(name);
    if (dataset) return dataset;
    this.nLost += 1;
    const plainName = strip(name).toLowerCase();
    const names = [...this.datasets.keys()];
    if (names.includes(plainName)) {
      this.problems.add("misspelt", `the dataset ${this.shown(name)} must be written exactly '${plainName}'`, { line });
    } else if (plainName.endsWith("3d")) {
      const message = `${this.shown(name)} is not a 2D dataset; only the ${names.length} 2D datasets are scored`;
      this.problems.add("3D", message, { line });
    } else {
      this.problems.add("unknown dataset", `${this.shown(name)} is not one of the datasets ${names.join(", ")}`, { line });
    }
    return null;
  }

  /** Read one value; if it is not a number, note the problem and return false. */
  storeValue(dataset, row, column, text, called, line) {
    if (NUMBER.test(text)) {
      dataset.values[row * dataset.n_classes + column] = Number(text);
      return true;
    }
    const [kind, message] = this.notANumber(called(column), text, dataset);
    this.problems.add(kind, message, { dataset: dataset.name, line, index: row });
    this.forget(dataset, row);
    return false;
  }

  notANumber(name, text, dataset) {
    if (isBlank(text)) return ["blank", `${name} is blank; expected a value for each of the ${dataset.n_classes} classes`];
    const isNotFinite = ["nan", "inf", "infinity"].includes(strip(text).toLowerCase().replace(/^[+-]+/, ""));
    if (isNotFinite) return ["not finite", `${name} is ${this.shown(text)}; expected a finite number from 0 to 1`];
    return ["not a number", `${name} is ${this.shown(text)}; expected a plain decimal number such as 0.25`];
  }

  /** Clear the values of a row with a problem, so that they are not checked as well. */
  forget(dataset, row) {
    dataset.values.fill(NaN, row * dataset.n_classes, (row + 1) * dataset.n_classes);
  }

  /** Return a summary of a valid file; throw a Refusal with all problems otherwise. */
  finish() {
    if (!this.nRows) throw new Refusal("The file has a header but no rows");
    for (const dataset of this.datasets.values()) this.findMissingRows(dataset);
    for (const dataset of this.datasets.values()) checkValues(dataset, this.problems, this.rules.sum_tolerance);
    const { problems } = this.problems;
    if (problems.length) throw Object.assign(new Refusal("The rows are wrong"), { problems });
    return { rows: this.nRows, datasets: this.datasets.size, layout: this.layout, has_truth: "truth" in this.at };
  }

  findMissingRows(dataset) {
    const missing = [];
    dataset.lines.forEach((line, row) => line || missing.push(row));
    // unreadable lines are reported already; do not report them again as missing
    if (missing.length <= this.nLost) return;
    const message = missing.length === dataset.n_test
      ? `the whole dataset is missing; expected ${grouped(dataset.n_test)} rows`
      : this.missing(dataset, missing);
    this.problems.add("missing", message, { dataset: dataset.name });
  }
}

/** Dataset with the line number and the values of each row of its test split; 0 and NaN for unread rows. */
function rowsOf(dataset) {
  const values = new Float64Array(dataset.n_test * dataset.n_classes).fill(NaN);
  return { ...dataset, lines: new Int32Array(dataset.n_test), values };
}

class CanonicalReader extends Reader {
  layout = "canonical";

  constructor(names, rules) {
    super(names, rules);
    this.columns = rules.canonical_columns.slice(2);
    this.positions = this.columns.map((column) => this.at[column]);
    this.called = (column) => this.columns[column];
  }

  takeRow(line, cells) {
    const dataset = this.findDataset(line, cells[this.at.dataset]);
    if (!dataset) return;
    const row = this.rowNumber(dataset, line, cells[this.at.index]);
    if (row === null) {
      this.nLost += 1;
      return;
    }
    if (dataset.lines[row]) {
      const message = `line ${dataset.lines[row]} already has this index; write each index once`;
      this.problems.add("duplicate", message, { dataset: dataset.name, line, index: row });
      return;
    }
    dataset.lines[row] = line;
    this.storeValues(dataset, row, line, cells);
  }

  rowNumber(dataset, line, text) {
    const last = dataset.n_test - 1;
    if (!INDEX.test(text)) {
      const message = `the index is ${this.shown(text)}; expected a whole number from 0 to ${last}`;
      this.problems.add("bad index", message, { dataset: dataset.name, line });
      return null;
    }
    if (Number(text) <= last) return Number(text);
    const message = `the index ${this.shown(text)} is past the end of the test split, `
      + `whose ${grouped(dataset.n_test)} rows are numbered from 0 to ${last}`;
    this.problems.add("index too large", message, { dataset: dataset.name, line });
    return null;
  }

  storeValues(dataset, row, line, cells) {
    const { positions } = this;
    for (let column = 0; column < dataset.n_classes; column += 1) {
      if (!this.storeValue(dataset, row, column, cells[positions[column]], this.called, line)) return;
    }
    for (let column = dataset.n_classes; column < positions.length; column += 1) {
      const text = cells[positions[column]];
      if (isBlank(text)) continue;
      const message = `${this.columns[column]} is ${this.shown(text)}, but the dataset has ${dataset.n_classes} classes `
        + `(p0 to p${dataset.n_classes - 1}); leave the other cells blank`;
      this.problems.add("too many values", message, { dataset: dataset.name, line, index: row });
      this.forget(dataset, row);
      return;
    }
  }

  missing(dataset, rows) {
    const count = rows.length === 1 ? "1 row is" : `${grouped(rows.length)} rows are`;
    return `${count} missing: index ${ranges(rows)}`;
  }
}

class ThesisReader extends Reader {
  layout = "thesis";

  constructor(names, rules) {
    super(names, rules);
    for (const dataset of this.datasets.values()) dataset.next = 0;
    this.called = (position) => `value ${position} of probability`;
  }

  takeRow(line, cells) {
    const dataset = this.findDataset(line, cells[this.at.dataset_name]);
    if (!dataset) return;
    const row = dataset.next;
    dataset.next += 1;
    if (row >= dataset.n_test) {
      const message = `the dataset has more rows than its test split, which has ${grouped(dataset.n_test)}`;
      this.problems.add("too many rows", message, { dataset: dataset.name, line });
      return;
    }
    dataset.lines[row] = line;
    this.storeValues(dataset, row, line, stripBlanks(cells[this.at.probability]));
    if ("truth" in this.at) this.checkTruth(dataset, row, line, cells[this.at.truth]);
  }

  storeValues(dataset, row, line, text) {
    const message = this.notAList(text, dataset);
    if (message) {
      this.problems.add("not a list", message, { dataset: dataset.name, line, index: row });
      return;
    }
    const parts = text.slice(1, -1).split(",");
    parts.every((part, column) => this.storeValue(dataset, row, column, part, this.called, line));
  }

  notAList(text, dataset) {
    const quoted = () => this.shown(text);
    if (!text) return `probability is blank; expected a list of ${dataset.n_classes} values in brackets`;
    if (/np\.|array|tensor/.test(text)) {
      return `probability is ${quoted()}, a Python expression; write plain numbers (\`values.tolist()\`)`;
    }
    if (!(text.startsWith("[") && text.endsWith("]") && text.length > 1)) {
      return `probability is ${quoted()}; expected a list in brackets such as [0.25, 0.75]`;
    }
    const inner = text.slice(1, -1);
    if (/[[\]]/.test(inner)) return `probability is ${quoted()}, a nested list; expected one flat list`;
    const parts = inner.split(",");
    if (parts.length === 1 && splitAtWhite(inner).length > 1) {
      return `probability is ${quoted()}; separate the values by commas (NumPy: \`values.tolist()\`)`;
    }
    if (parts.length === dataset.n_classes) return null;
    const values = parts.length === 1 ? "1 value" : `${parts.length} values`;
    const message = `probability has ${values}, but the dataset has ${dataset.n_classes} classes`;
    return dataset.is_binary && parts.length === 1 ? `${message}; write both values, class 0 first` : message;
  }

  /** Check that `truth` can be read; only the site can check whether it is right. */
  checkTruth(dataset, row, line, text) {
    let listed = stripBlanks(text);
    if (!listed) return;
    if (listed.startsWith("[") && listed.endsWith("]")) listed = listed.slice(1, -1);
    const labels = splitAtWhite(listed.replaceAll(",", " "));
    const nLabels = dataset.is_multilabel ? dataset.n_classes : 1;
    if (labels.length === nLabels && labels.every((label) => LABEL.test(label))) return;
    const expected = nLabels === 1 ? "a class number" : `a list of ${nLabels} labels`;
    const message = `truth is ${this.shown(text)}; expected ${expected}, or leave the column out`;
    this.problems.add("bad truth", message, { dataset: dataset.name, line, index: row });
  }

  missing(dataset, rows) {
    const nRows = grouped(dataset.n_test - rows.length);
    return `the dataset has ${nRows} rows, but its test split has ${grouped(dataset.n_test)}`;
  }
}

/** Format row numbers for readers: `3, 7-9, 12, ...`. */
function ranges(rows) {
  const runs = [];
  for (const row of rows) {
    if (runs.length && runs.at(-1)[1] === row - 1) runs.at(-1)[1] = row;
    else runs.push([row, row]);
  }
  const texts = runs.slice(0, 5).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return texts.join(", ") + (runs.length > texts.length ? ", ..." : "");
}
