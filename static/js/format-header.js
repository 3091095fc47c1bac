// The columns of a file and its layout: challenge/scoring/reading/layouts.py.
"use strict";

const LABELS_STAY = "the server has the labels and derives the predicted classes; remove this column";
const SEPARATORS = [[";", "semicolons"], ["\t", "tabs"], ["|", "bars"]];

/** Split a line into cells after RFC 4180; null if a quoted cell is not closed. */
function splitCells(text) {
  const cells = [];
  for (let at = 0; ; at += 1) {
    let cell = "";
    if (text[at] === '"') {
      do {
        const end = text.indexOf('"', at + 1);
        if (end < 0) return null;
        cell += text.slice(at + 1, end);
        at = end + 1;
        if (text[at] === '"') cell += '"';
      } while (text[at] === '"');
      if (at < text.length && text[at] !== ",") return null;
    } else {
      const comma = text.indexOf(",", at);
      cell = text.slice(at, comma < 0 ? text.length : comma);
      if (cell.includes("\r")) return null;
      at += cell.length;
    }
    cells.push(cell);
    if (at >= text.length) return cells;
  }
}

function columnNames(text) {
  if (text === null) throw new Refusal("the header is not UTF-8 text; save the file as UTF-8", 1);
  text = text.replace(/[\r\n]+$/, "");
  const names = splitCells(text);
  if (names === null) throw new Refusal("a quoted cell of the header is not closed on its line", 1);
  if (!strip(text)) throw new Refusal("the first line is blank; expected a header with the column names", 1);
  const [, called] = (names.length === 1 && SEPARATORS.find(([separator]) => text.includes(separator))) || [];
  if (called) {
    throw new Refusal(`the columns are separated by ${called}; separate them by commas, and write 0.5, not 0,5`, 1);
  }
  return names;
}

function readerFor(names, rules) {
  const isThesis = !names.includes("dataset") && rules.thesis_columns.some((name) => names.includes(name));
  const required = isThesis ? rules.thesis_columns : rules.canonical_columns;
  const known = isThesis ? [...required, ...rules.thesis_optional_columns] : required;
  const messages = required.filter((name) => !names.includes(name)).map((name) => `the column '${name}' is missing`);
  [...new Set(names)].forEach((name, position) => {
    const times = names.filter((other) => other === name).length;
    if (!known.includes(name)) messages.push(unknownColumn(name, position + 1, known, rules));
    else if (times > 1) messages.push(`the column '${name}' occurs ${times} times`);
  });
  if (!messages.length) return new (isThesis ? ThesisReader : CanonicalReader)(names, rules);
  const refusal = new Refusal("The header is wrong");
  refusal.problems = messages.map((message) => problem(message, { line: 1 }));
  throw refusal;
}

function unknownColumn(name, position, known, rules) {
  if (!name) return `column ${position} has no name; write the file without row labels (pandas: \`index=False\`)`;
  if (rules.thesis_optional_columns.includes(name)) return `the column '${name}' is not allowed: ${LABELS_STAY}`;
  const similar = closest(Array.from(strip(name).toLowerCase()).slice(0, 20).join(""), known);
  const quoted = shown(name, rules.shown_characters);
  if (similar) return `the column ${quoted} is unknown; did you mean '${similar}'?`;
  const isShort = known.length <= rules.thesis_columns.length + rules.thesis_optional_columns.length;
  const listed = isShort ? known.join(", ") : `${known.slice(0, 3).join(", ")} to ${known.at(-1)}`;
  return `the column ${quoted} is unknown; expected ${listed}`;
}
