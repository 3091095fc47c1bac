// Read the rows of the layout of the thesis: challenge/scoring/reading/parse_carefully.py.
"use strict";

class ThesisReader extends Reader {
  layout = "thesis layout";

  constructor(names, datasets, problems, rules) {
    super(names, datasets, problems, rules);
    for (const dataset of this.datasets.values()) {
      dataset.next = 0;
      if ("prediction" in this.at) dataset.predicted = []; // of each row: its classes, null if it states none
    }
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
    if ("prediction" in this.at) dataset.predicted[row] = statedLabels(cells[this.at.prediction], dataset);
  }

  storeValues(dataset, row, line, text) {
    const problemWithList = notAList(text, dataset, this.rules);
    if (problemWithList) {
      this.spoil(dataset, row, line, ...problemWithList);
      return;
    }
    const parts = text.slice(1, -1).split(",");
    const unread = parts.findIndex((part, column) => !this.storeValue(dataset, row, column, part));
    if (unread < 0) return;
    this.spoil(dataset, row, line, ...notANumber(`value ${unread} of probability`, parts[unread], dataset, this.rules));
  }

  /** Check that `truth` can be read; only the site can check whether it is right. */
  checkTruth(dataset, row, line, text) {
    if (isBlank(text) || statedLabels(text, dataset)) return;
    const nLabels = numberOfLabels(dataset);
    const expected = nLabels === 1 ? "a class number" : `a list of ${nLabels} labels`;
    const quoted = shown(text, this.rules.shown_characters);
    const message = `truth is ${quoted}; expected ${expected}, or leave the column out`;
    this.problems.add("bad truth", message, { dataset: dataset.name, line, index: row });
  }

  missing(dataset, rows) {
    const nRows = grouped(dataset.n_test - rows.length);
    return `the dataset has ${nRows} rows, but its test split has ${grouped(dataset.n_test)}`;
  }
}
