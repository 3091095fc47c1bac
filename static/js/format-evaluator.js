// Read the file of one dataset from MedMNIST's evaluator: challenge/scoring/reading/parse_carefully.py.
"use strict";

/** Reader of a file without header, whose rows are the index and the scores; one score of two is that of class 1. */
class EvaluatorReader extends CanonicalReader {
  noRows = "the file has no rows";

  constructor(dataset, hasOneScore, problems, rules) {
    const columns = hasOneScore ? ["p1"] : rules.canonical_columns.slice(2, 2 + dataset.n_classes);
    super(["index", ...columns], [dataset], problems, rules);
    this.datasetOfFile = dataset.name;
    this.hasOneScore = hasOneScore;
  }

  ragged(text, cells) {
    return raggedScores(cells.length, this.names.length);
  }

  takeRow(line, cells) {
    this.takeRowOf(this.datasets.get(this.datasetOfFile), line, cells);
  }

  storeValues(dataset, row, line, cells) {
    super.storeValues(dataset, row, line, cells);
    if (!this.hasOneScore) return;
    const values = dataset.values.subarray(row * dataset.n_classes, (row + 1) * dataset.n_classes);
    values.set([1 - values[0], values[0]]);
  }
}
