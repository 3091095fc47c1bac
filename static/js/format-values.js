// Check the values of rows: challenge/scoring/reading/predictions.py.
"use strict";

/** Note rows whose values are not probabilities; rows with NaN are already noted. */
function checkValues(dataset, problems, tolerance) {
  for (let row = 0; row < dataset.n_test; row += 1) {
    const values = dataset.values.subarray(row * dataset.n_classes, (row + 1) * dataset.n_classes);
    const place = { dataset: dataset.name, line: dataset.lines[row], index: row };
    const outside = values.findIndex((value) => value < 0 || value > 1);
    const sum = values.reduce((total, value) => total + value);
    if (outside >= 0) {
      const remedy = dataset.is_multilabel ? "a sigmoid" : "a softmax";
      const message = `the probability of class ${outside} is ${general(values[outside])}; expected a value from 0 to 1 `
        + `(if these are logits, apply ${remedy} first)`;
      problems.add("outside", message, place);
    } else if (!dataset.is_multilabel && Math.abs(sum - 1) > tolerance) {
      const message = `the probabilities sum to ${general(sum)}; expected 1 within ${tolerance} `
        + "(if these are logits, apply a softmax first)";
      problems.add("sum", message, place);
    }
  }
}
