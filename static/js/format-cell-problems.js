// Kinds and messages of problems with a line or a cell: challenge/scoring/reading/cell_problems.py and names.py.
"use strict";

const PYTHON = /np\.|array|tensor/;
const NO_EXPRESSION = ", a Python expression; write plain numbers (`values.tolist()`)";
const INDEX_WITH_DECIMALS = /^[ \t]*\+?[0-9]+\.0*[ \t]*$/;
const DECIMAL_COMMA = /^[ \t]*[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?[ \t]*$/;
const PER_CENT = /^[ \t]*[0-9.]+[ \t]*%[ \t]*$/;
const NOT_ASCII = ", which has characters other than plain ASCII";
const INVISIBLE_OR_QUOTE = /[^\t -~]|'/g; // in names
const ADDITION_TO_NAME = /[ _+-]*(?:[0-9]+(?:x[0-9]+|px)?)?\+?(?:\.npz)?$/;

/** Return the dataset that a text means, in any case, in quotes or with a resolution; undefined if it is not one. */
function datasetNamed(text, rules) {
  const plain = stripBlanks(text.replace(INVISIBLE_OR_QUOTE, "")).toLowerCase().replace(ADDITION_TO_NAME, "");
  return rules.datasets.find(({ name }) => name === plain);
}

/** Return the problem of a line with characters that no line has; null if there is none. */
function characterProblem(text) {
  if (text === null) return ["not UTF-8", "the line is not UTF-8 text; save the file as UTF-8"];
  if (text.includes("\0")) return ["control", "the line contains a NUL byte; expected plain text"];
  const place = text.indexOf("\r");
  if (place < 0) return null;
  if (place < text.length - 1) {
    return ["control", "the line contains a carriage return before its end; expected plain text"];
  }
  return ["carriage returns", "the line ends with two carriage returns (Python: open the file with `newline=''`)"];
}

function ragged(text, cells, nColumns) {
  const nCells = cells.length;
  const message = `the row has ${countedCells(nCells)}, but the header has ${nColumns} columns`;
  if (PYTHON.test(text)) {
    return ["expressions", `${message}; write plain numbers, not Python expressions (\`values.tolist()\`)`];
  }
  if (nCells === 1) return ["ragged", `${message}; separate the cells by commas`];
  if (nCells < nColumns) return ["ragged", message];
  const others = cells.slice(nColumns).every(isBlank) ? "no comma at the end" : "lists in quotes";
  return ["ragged", `${message}; write decimals with a point, and ${others}`];
}

/** Return the problem of a line of MedMNIST's evaluator with a wrong number of cells. */
function raggedScores(nCells, nExpected) {
  const scores = nExpected === 2 ? "1 score" : `${nExpected - 1} scores`;
  return ["ragged", `the row has ${countedCells(nCells)}; expected ${nExpected}: the index and ${scores}`];
}

const countedCells = (nCells) => (nCells === 1 ? "1 cell" : `${nCells} cells`);

/** Return the problem of a name, without blanks around it, that is not exactly a dataset's. */
function notADataset(name, rules) {
  const quoted = shown(name, rules.shown_characters);
  const meant = datasetNamed(name, rules);
  if (meant) return ["misspelt", `the dataset ${quoted} must be written exactly '${meant.name}'`];
  if (name.toLowerCase().includes("3d")) {
    return ["3D", `${quoted} is not a 2D dataset; only the ${rules.datasets.length} 2D datasets are scored`];
  }
  const names = rules.datasets.map((dataset) => dataset.name).join(", ");
  return ["unknown dataset", `${quoted} is not one of the datasets ${names}`];
}

/** Return the problem of an index cell that is not the index of a row. */
function notAnIndex(text, dataset, rules) {
  const quoted = shown(text, rules.shown_characters);
  const last = dataset.n_test - 1;
  if (!INDEX.test(text)) {
    const expected = `; expected a whole number from 0 to ${last}`;
    if (!isAscii(text)) return ["index not ASCII", `the index is ${quoted}${NOT_ASCII}${expected}`];
    const message = `the index is ${quoted}${expected}`;
    if (!INDEX_WITH_DECIMALS.test(text)) return ["bad index", message];
    return ["index with decimals", `${message}, without decimals (pandas: \`astype(int)\`)`];
  }
  const message = `the index ${quoted} is past the end of the test split, `
    + `whose ${grouped(dataset.n_test)} rows are numbered from 0 to ${last}`;
  const startsAt1 = BigInt(text.trim().replace("+", "")) === BigInt(dataset.n_test);
  return ["index too large", startsAt1 ? `${message}; number the rows of each dataset from 0` : message];
}

/** Return the problem of a cell that should be a number, in a row with `nGiven` cells that are not blank. */
function notANumber(name, text, dataset, rules, nGiven = 0) {
  if (isBlank(text)) {
    const message = `${name} is blank; expected a value for each of the ${dataset.n_classes} classes`;
    return nGiven === 1 ? ["one value", message + oneValue(dataset)] : ["blank", message];
  }
  const what = `${name} is ${shown(text, rules.shown_characters)}`;
  const word = stripBlanks(text).toLowerCase().replace(/^[+-]+/, "");
  if (["nan", "inf", "infinity"].includes(word)) return ["not finite", `${what}; expected a finite number from 0 to 1`];
  if (DECIMAL_COMMA.test(text)) return ["decimal comma", `${what}; write decimals with a point, such as 0.25`];
  const expected = "expected a plain decimal number such as 0.25";
  if (PER_CENT.test(text)) return ["per cent", `${what}; ${expected}, not a percentage`];
  if (PYTHON.test(text)) return ["expression", what + NO_EXPRESSION];
  if (!isAscii(text)) return ["not ASCII", `${what}${NOT_ASCII}; ${expected}`];
  return ["not a number", `${what}; ${expected}`];
}

/** Return the remedy for a row with only one value. */
function oneValue(dataset) {
  if (dataset.is_binary) return "; write both probabilities, class 0 first";
  return "; write all probabilities, not the predicted class";
}

/** Return the problem of a cell that is not a bracketed list with a part for each class; null if it is. */
function notAList(text, dataset, rules) {
  if (!text) return ["blank list", `probability is blank; expected a list of ${dataset.n_classes} values in brackets`];
  const what = () => `probability is ${shown(text, rules.shown_characters)}`;
  if (PYTHON.test(text)) return ["expression", what() + NO_EXPRESSION];
  if (text.includes("...")) return ["elided", `${what()}, shortened by dots; write all values (\`values.tolist()\`)`];
  if (!(text.startsWith("[") && text.endsWith("]") && text.length > 1)) {
    return ["no brackets", `${what()}; expected a list in brackets such as [0.25, 0.75]`];
  }
  const inner = text.slice(1, -1);
  if (/[[\]]/.test(inner)) return ["nested", `${what()}, a nested list; expected one flat list`];
  const parts = inner.split(",");
  if (text.includes(";") || (parts.length === 1 && splitAtWhite(inner).length > 1)) {
    return ["other separator", `${what()}; separate the values by commas (NumPy: \`values.tolist()\`)`];
  }
  return wrongNumberOfValues(parts, dataset);
}

function wrongNumberOfValues(parts, dataset) {
  const nValues = parts.length;
  if (nValues === dataset.n_classes) return null;
  const values = nValues === 1 ? "1 value" : `${nValues} values`;
  const message = `probability has ${values}, but the dataset has ${dataset.n_classes} classes`;
  if (nValues === 1) return ["one value", message + oneValue(dataset)];
  const areWhole = !parts.some((part) => part.includes("."));
  const haveDecimals = parts.some((part) => stripBlanks(part).length > 2); // 25 of 0,25; some, as 1e-7, have no comma
  const isTooLong = nValues === 2 * dataset.n_classes || (nValues > dataset.n_classes && haveDecimals);
  if (areWhole && isTooLong) return ["decimal comma", `${message}; write decimals with a point, such as 0.25`];
  return ["number of values", message];
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
