// Read the rows of the layout of the thesis: challenge/scoring/reading/parse_carefully.py.
"use strict";

class ThesisReader extends Reader {
  layout = "thesis";

  constructor(names, rules) {
    super(names, rules);
    for (const dataset of this.datasets.values()) dataset.next = 0;
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
    let listed = stripBlanks(text);
    if (!listed) return;
    if (listed.startsWith("[") && listed.endsWith("]")) listed = listed.slice(1, -1);
    const labels = splitAtWhite(listed.replaceAll(",", " "));
    const nLabels = dataset.is_multilabel ? dataset.n_classes : 1;
    if (labels.length === nLabels && labels.every((label) => LABEL.test(label))) return;
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
