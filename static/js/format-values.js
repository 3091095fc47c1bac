// Check the probabilities of a dataset: challenge/scoring/reading/values.py.
"use strict";

const PERCENT = 100;
const LEAST_PERCENT = 10; // above it, multi-label values are percentages rather than logits
const FEW_DECIMALS = ["whole numbers", "one decimal", "two decimals"]; // sums of so rounded probabilities can miss 1
const ROUNDING = 1e-9;

/** Set values that are outside [0, 1] within the tolerance to 0 or 1. */
function clip(values, { value_tolerance: tolerance }) {
  values.forEach((value, at) => {
    if (value < 0 && value >= -tolerance) values[at] = 0;
    else if (value > 1 && value <= 1 + tolerance) values[at] = 1;
  });
}

/** Note the rows whose clipped values are not probabilities; rows with NaN are already noted. */
function checkValues(dataset, problems, rules) {
  const rows = rowsOfValues(dataset).map((values) => judgedRow(values, dataset, rules));
  if (!rows.some(({ isBad }) => isBad)) return;
  const kind = kindOfAll(dataset, rows, rules);
  const decimals = fewDecimals(dataset, rows);
  rows.forEach((row, index) => {
    if (!row.isBad) return;
    const place = { dataset: dataset.name, line: dataset.lines[index], index };
    problems.add(...problemOfRow(dataset, row, kind, decimals, rules), place);
  });
}

/** Return the values of each row. */
function rowsOfValues({ values, n_test: nTest, n_classes: nClasses }) {
  return Array.from({ length: nTest }, (_, row) => values.subarray(row * nClasses, (row + 1) * nClasses));
}

function judgedRow(values, dataset, rules) {
  const sum = sumOf(values);
  const isOutside = values.some((value) => value < 0 || value > 1);
  return { values, sum, isOutside, isBad: isOutside || (!dataset.is_multilabel && missesOne(sum, rules)) };
}

const sumOf = (values) => values.reduce((total, value) => total + value, 0);
const missesOne = (sum, rules) => Math.abs(sum - 1) > rules.sum_tolerance + rules.sum_slack;

/** Return the kind of problem that most rows of a dataset share; null if most rows are fine. */
function kindOfAll(dataset, rows, rules) {
  const areMost = (found) => rows.filter(found).length >= rows.length / 2;
  const areMostOutside = areMost(({ isOutside }) => isOutside);
  if (dataset.is_multilabel) {
    const numbers = dataset.values.filter((value) => !Number.isNaN(value));
    const [least, most] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
    if (least >= 0 && most > LEAST_PERCENT && most <= PERCENT && areMostOutside) return "percent";
  } else if (areMost(({ sum }) => Math.abs(sum - PERCENT) <= PERCENT * rules.sum_tolerance)) {
    return "percent";
  }
  if (areMostOutside) return "logits";
  return areMost(({ isBad }) => isBad) ? "not normalized" : null;
}

/** Return the kind and the message of the problem of one row. */
function problemOfRow(dataset, row, kind, decimals, rules) {
  const [what, rule] = symptom(dataset, row, rules);
  if (decimals !== null && isRounded(dataset, row, decimals, rules)) {
    const cause = `they were probably rounded to ${FEW_DECIMALS[decimals]}`;
    return ["rounded", `${what}; ${cause}: write at least four decimals`];
  }
  if (kind === "percent") return [kind, `${what}; these are probably percentages: divide them by 100`];
  if (kind === "logits") {
    return [kind, `${what}; most rows have values below 0 or above 1, so these are probably logits: `
      + "apply a softmax first (to multi-label datasets a sigmoid)"];
  }
  if (kind === "not normalized") {
    return [kind, `${what}; most rows do not sum to 1: apply a softmax, not a sigmoid, or divide each row by its sum`];
  }
  const activation = dataset.is_multilabel ? "sigmoid" : "softmax";
  return [
    row.isOutside ? `outside, ${activation}` : "sum",
    `${what}; ${rule} (if these are logits, apply a ${activation} first)`,
  ];
}

/** Return what breaks a rule in one row, and the rule. */
function symptom(dataset, { values, sum, isOutside }, rules) {
  if (!isOutside) {
    const number = wrongNumber(sum, (value) => missesOne(value, rules));
    return [`the probabilities sum to ${number}`, `expected 1 within ${rules.sum_tolerance}`];
  }
  // p0 may not be in the file: MedMNIST's evaluator may save only the score of class 1
  const isDerived = dataset.is_binary && values.every((value) => Number.isFinite(value)) && values[0] === 1 - values[1];
  const column = isDerived ? 1 : values.findIndex((value) => value < 0 || value > 1);
  const tolerance = rules.value_tolerance;
  const number = wrongNumber(values[column], (value) => value < -tolerance || value > 1 + tolerance);
  return [`the probability of class ${column} is ${number}`, "expected a value from 0 to 1"];
}

/** Format a wrong number with as many digits as show that it is wrong, at least six. */
function wrongNumber(value, isWrong) {
  let digits = 6;
  while (Number.isFinite(value) && digits < 17 && !isWrong(Number(general(value, digits)))) digits += 1;
  return general(value, digits);
}

/** Return the number of decimals of the rows that are fine (of all, if none is), if it is two or fewer. */
function fewDecimals({ is_multilabel: isMultilabel }, rows) {
  if (isMultilabel || rows.every(({ isOutside }) => isOutside)) return null;
  const read = rows.filter(({ sum }) => !Number.isNaN(sum));
  const fine = read.filter(({ isBad }) => !isBad);
  const have = (decimals) => (fine.length ? fine : read).every(({ values }) => haveDecimals(values, decimals));
  return [0, 1, 2].find(have) ?? null;
}

/** Return whether rounding to so many decimals explains the sum of a row. */
function isRounded(dataset, { values, sum, isOutside }, decimals, rules) {
  const largestError = (dataset.n_classes * 0.5) / 10 ** decimals;
  const explains = Math.abs(sum - 1) <= largestError + rules.sum_slack;
  return explains && !isOutside && haveDecimals(values, decimals);
}

/** Return whether all values have at most so many decimals. */
function haveDecimals(values, decimals) {
  const scale = 10 ** decimals;
  return values.every((value) => Math.abs(value * scale - Math.round(value * scale)) < ROUNDING);
}
