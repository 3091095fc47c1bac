// Causes that the beginning of a file shows, one problem instead of hundreds of symptoms:
// challenge/scoring/reading/causes.py.
// The beginning is text with a character for each byte.
"use strict";

const QUOTED_OR_LIST = /"[^"]*"?|\[[^\]"]*\]?/g; // parts of a line that may contain separators
const OPEN_LIST = /\[[^\]]*$/;
const PRINTED_ARRAY = /(?:tensor|array)\(|\[[^,[\]]*[^,[\] \t][ \t]+[^,[\] \t][^,[\]]*\]/;
const ONLY_RETURNS = "The lines end with a carriage return (CR) alone; end each line with a line feed (LF or CRLF)";
const REMEDY_FOR_SEPARATORS = "; separate them by commas, and write 0.5, not 0,5";

/** Throw a Refusal if the beginning of a file shows what is wrong with it. */
function judgeBeginning(beginning, rules) {
  checkLineEnds(beginning);
  const start = startOf(beginning, rules);
  if (!start) return;
  const causes = [
    comment, separatorLine, titleLine, noHeader, otherSeparators, rowLabels, commasAtTheEnd, printedArrays,
  ];
  for (const find of causes) {
    const refusal = find(start, rules);
    if (refusal) throw refusal;
  }
}

/** Do the same for a file of MedMNIST's evaluator, which has no header. */
function judgeRows(beginning, rules) {
  checkLineEnds(beginning);
  const isIndex = (cell) => INDEX.test(cell);
  const first = beginning.text.split("\n").find((line) => !/^[ \t\r]*$/.test(line));
  if (first === undefined || isIndex(splitPlainly(first, ",")[0])) return;
  for (const [separator, called] of rules.separators) {
    const cells = splitPlainly(first.replace(/\r+$/, ""), separator);
    if (cells.length < 2 || !isIndex(cells[0])) continue;
    throw new Refusal(`the cells are separated by ${called}${REMEDY_FOR_SEPARATORS}`, beginning.firstLine);
  }
  throw new Refusal("the file begins with a line that is not an index and scores; "
    + "MedMNIST's evaluator writes no header (pandas: `header=None`)", beginning.firstLine);
}

function checkLineEnds({ text }) {
  const count = (pattern) => text.match(pattern)?.length ?? 0;
  if (count(/\r[^\r\n]/g) > count(/\n/g)) throw new Refusal(ONLY_RETURNS);
}

/** Return header and first rows, as complete lines without line ends; null if there is no header. */
function startOf({ text, isWhole, firstLine }, rules) {
  const lines = text.split("\n");
  if (!isWhole) lines.pop();
  const [header, ...rows] = lines.map((line) => line.replace(/\r$/, ""));
  if (header === undefined || isBlank(header)) return null;
  const columns = new Set([...rules.canonical_columns, ...rules.thesis_columns, ...rules.thesis_optional_columns]);
  return { header, rows: rows.filter((row) => !isBlank(row)), line: firstLine, columns };
}

function comment({ header, line }, rules) {
  const mark = rules.comment_marks.find((known) => stripBlanks(header).startsWith(known));
  if (!mark) return null;
  const what = `the line begins with '${mark}', like a comment`;
  return new Refusal(`${what}; begin the file with the header (numpy.savetxt: \`comments=''\`)`, line);
}

function separatorLine({ header, line }) {
  if (!/^[ \t]*"?sep=/i.test(header)) return null;
  return new Refusal("the line names another separator than the comma; "
    + "separate the cells by commas, and leave this line out", line);
}

function titleLine({ header, rows, line, columns }, rules) {
  const isRow = splitPlainly(header, ",").some((cell) => datasetNamed(cell, rules));
  const isHeader = (row) => knownColumns(row, ",", columns).size >= 2;
  if (knownColumns(header, ",", columns).size || isRow || !rows.some(isHeader)) return null;
  return new Refusal("the line is above the header; begin the file with the header", line);
}

/** Return the known columns that a line names, in any case. */
function knownColumns(text, separator, columns) {
  return new Set(splitPlainly(text.toLowerCase(), separator).filter((name) => columns.has(name)));
}

function noHeader(start, rules) {
  const { header, line, columns } = start;
  const cells = header.split(/[,;\t| ]/).map(bare);
  if (cells.some((cell) => columns.has(cell.toLowerCase()))) return null;
  const expected = header.includes("[") ? rules.thesis_columns.join(",") : listed(rules.canonical_columns, rules);
  const remedy = `begin the file with the header ${expected}`;
  if (cells.some((cell) => datasetNamed(cell, rules))) {
    return new Refusal(`there is no header: the line is already a row; ${remedy}`, line);
  }
  if (isOfTheEvaluator(start, rules)) {
    const what = "this is one dataset's file of MedMNIST's evaluator";
    return new Refusal(`${what}; send the files of all ${rules.datasets.length} datasets in one zip`, line);
  }
  if (!splitPlainly(header, ",").every((cell) => NUMBER.test(cell))) return null;
  return new Refusal(`there is no header: the line has only numbers; ${remedy}`, line);
}

/** Return whether all lines are an index and the scores of one dataset, or the header is of its older function. */
function isOfTheEvaluator({ header, rows }, rules) {
  const first = splitPlainly(header, ",");
  if (first[0] === "id" && first.at(-1).startsWith("score_")) return true; // medmnist.evaluator.save_results
  const widths = rules.datasets.flatMap(({ is_binary: isBinary, n_classes: n }) => (isBinary ? [2, 1 + n] : [1 + n]));
  const isRow = ([number, ...scores]) => INDEX.test(number) && scores.every((score) => NUMBER.test(score));
  const lines = [first, ...rows.map((row) => splitPlainly(row, ","))];
  if (!first[0] && rows.length) lines.shift(); // pandas writes numbers of columns above the scores by default
  return widths.includes(first.length) && lines.every((cells) => cells.length === first.length && isRow(cells));
}

function otherSeparators({ header, rows, line, columns }, rules) {
  const called = Object.fromEntries(rules.separators);
  const known = [",", ...Object.keys(called)];
  const ofHeader = known.find((separator) => knownColumns(header, separator, columns).size >= 2);
  if (!ofHeader) return null;
  const nColumns = splitPlainly(header, ofHeader).length;
  const [ofRows, ...others] = new Set(rows.map((row) => separatorOfRow(row, ofHeader, nColumns, known)));
  if (ofHeader !== "," && ofRows === "," && !others.length) {
    const what = `the header is separated by ${called[ofHeader]}, but the rows by commas`;
    return new Refusal(`${what}; separate the header by commas`, line);
  }
  if (ofHeader !== ",") {
    return new Refusal(`the columns are separated by ${called[ofHeader]}${REMEDY_FOR_SEPARATORS}`, line);
  }
  if (!ofRows || ofRows === "," || others.length) return null;
  const message = `the header is separated by commas, but the rows by ${called[ofRows]}${REMEDY_FOR_SEPARATORS}`;
  return new Refusal(message, line + 1);
}

/** Return the separator that gives as many cells as the header has; else the first that occurs in the row. */
function separatorOfRow(row, ofHeader, nColumns, known) {
  const text = row.replace(QUOTED_OR_LIST, "x");
  const nCells = (separator) => splitPlainly(text, separator).length;
  return [ofHeader, ...known].find((separator) => nCells(separator) === nColumns)
    ?? known.find((separator) => nCells(separator) > 1) ?? ",";
}

function commasAtTheEnd({ header, rows, line, columns }, rules) {
  const names = splitPlainly(header, ",");
  let nNamed = names.length;
  while (nNamed > 1 && !names[nNamed - 1]) nNamed -= 1;
  if (!knownColumns(header, ",", columns).size) return null;
  const past = rows.map((row) => nBlankCellsPast(nNamed, splitPlainly(row.replace(QUOTED_OR_LIST, "x"), ",")));
  const ofAllRows = past.length > 0 && past.every(Boolean);
  if (names.length > nNamed) {
    return new Refusal(`${ofAllRows ? "every line" : "the header"} ends with a comma too many; remove it`, line);
  }
  const haveAll = (required) => required.every((name) => names.includes(name));
  const isLayout = haveAll(rules.canonical_columns) || haveAll(rules.thesis_columns);
  return ofAllRows && isLayout ? new Refusal("every row ends with a comma too many; remove it", line + 1) : null;
}

/** Return the number of cells past the columns if all of them are blank, else 0. */
function nBlankCellsPast(nColumns, cells) {
  const past = cells.slice(nColumns);
  return past.some(Boolean) ? 0 : past.length;
}

/** Find labels before the rows' cells that the header has no name for. */
function rowLabels({ header, rows, line }, rules) {
  const names = splitPlainly(header, ",");
  const place = names.indexOf(["dataset", "dataset_name"].find((name) => names.includes(name)));
  if (place < 0 || !rows.length) return null;
  const isLabelled = (cells) => cells.length === names.length + 1
    && datasetNamed(cells[place + 1], rules) && !datasetNamed(cells[place], rules);
  if (!rows.every((row) => isLabelled(splitPlainly(row.replace(QUOTED_OR_LIST, unquoted), ",")))) return null;
  const what = "every row begins with a row label";
  return new Refusal(`${what}; write the file without row labels (pandas: \`index=False\`)`, line + 1);
}

/** Return a quoted cell without its quotes, but `x` for a cell with commas or a list. */
function unquoted(text) {
  const inner = text.replace(/^"+|"+$/g, "");
  return /[,[]/.test(inner) ? "x" : inner;
}

function printedArrays({ header, rows, line }) {
  const names = splitPlainly(header, ",");
  if (!names.includes("probability")) return null;
  for (const row of rows) {
    const cell = cellOrRow(row, names);
    if (OPEN_LIST.test(cell)) {
      return new Refusal("the cells hold arrays over several lines, as NumPy or PyTorch prints them; "
        + "write each list on one line, with commas between the values (`values.tolist()`)", line + 1);
    }
    if (!PRINTED_ARRAY.test(cell)) return null;
  }
  if (!rows.length) return null;
  return new Refusal("the cells hold arrays as NumPy or PyTorch prints them; "
    + "write lists with commas between the values (`values.tolist()`)", line + 1);
}

/** Return the cell of `probability`; the whole row if its cells do not fit the header. */
function cellOrRow(row, names) {
  const cells = splitCells(row);
  return cells?.length === names.length ? cells[names.indexOf("probability")] : row;
}

/** Split a line into cells without blanks and quotes around them; runs of blanks are one separator. */
function splitPlainly(line, separator) {
  const cells = separator === " " ? stripBlanks(line).split(/[ \t]+/) : line.split(separator);
  return cells.map(bare);
}

const bare = (cell) => cell.replace(/^[ \t"]+|[ \t"]+$/g, "");
