// Warnings about valid files, which never stop a file: challenge/scoring/reading/warnings.py.
"use strict";

/** Return a sentence for each sign of a mistake; each dataset has `values` and, if the file states it, `predicted`. */
function warningsOf(datasets, rules) {
  const judged = datasets.map((dataset) => ({ ...dataset, rows: rowsOfValues(dataset) }));
  const constant = judged.filter(isConstant);
  const binary = judged.filter((dataset) => !constant.includes(dataset) && isZerosAndOnes(dataset));
  const isSuspect = (dataset) => dataset.is_multilabel && !binary.includes(dataset) && isSoftmaxed(dataset, rules);
  const softmaxed = judged.filter(isSuspect);
  const warnings = warningsOfPredicted(judged);
  for (const { name, n_classes: nClasses } of softmaxed) {
    warnings.push(`Every row of ${name} sums to 1, as after a softmax; `
      + `its ${nClasses} labels are independent and want a sigmoid.`);
  }
  if (binary.length) {
    warnings.push(`All values of ${named(namesOf(binary))} are 0 or 1; `
      + "write probabilities, because the AUC needs their order.");
  }
  if (constant.length) {
    warnings.push(`All rows of ${named(namesOf(constant))} are equal; the AUC of equal rows is 0.5.`);
  }
  return warnings;
}

const namesOf = (datasets) => datasets.map(({ name }) => name);
const isConstant = ({ rows }) => rows.every((row) => row.every((value, column) => value === rows[0][column]));
const isZerosAndOnes = ({ values }) => values.every((value) => value === 0 || value === 1);
const isSoftmaxed = ({ rows }, rules) => rows.every((row) => !missesOne(sumOf(row), rules));

/** Return a warning if stated classes are not those of the highest probabilities. */
function warningsOfPredicted(datasets) {
  const contradicted = datasets
    .map((dataset) => ({ name: dataset.name, count: nContradictions(dataset) }))
    .filter(({ count }) => count);
  if (!contradicted.length) return [];
  const nRows = contradicted.reduce((total, { count }) => total + count, 0);
  const rows = nRows === 1 ? "1 row" : `${grouped(nRows)} rows`;
  const where = `${rows} of ${named(namesOf(contradicted))}`;
  return [`The column prediction is not the class of the highest probability on ${where}.`];
}

/** Return the number of rows whose stated classes contradict the probabilities; ties contradict nothing. */
function nContradictions(dataset) {
  if (!dataset.predicted) return 0;
  return dataset.rows.filter((row, index) => {
    const stated = dataset.predicted[index];
    return stated && contradicts(stated, row, dataset);
  }).length;
}

function contradicts(stated, row, dataset) {
  if (dataset.is_multilabel) return stated.some((label, column) => contradictsHalf(label, row[column]));
  if (dataset.is_binary) return contradictsHalf(stated[0], row[1]);
  return !(row[stated[0]] >= Math.max(...row)); // also for a number that is no class
}

/** Return whether a stated label is not the side of 0.5 that its probability is on. */
const contradictsHalf = (label, value) => label > 1 || (label === 1 ? value < 0.5 : value > 0.5);
