// The columns of a file and its layout: challenge/scoring/reading/layouts.py.
"use strict";

const ROW_LABELS = /^Unnamed: [0-9]+(?:\.[0-9]+)*$/;
const LABELS_STAY = "the server has the labels and derives the predicted classes; remove this column";

/** Return the names of the columns; `line` is the number of the header's line. */
function columnNames(text, line) {
  if (text === null) throw new Refusal("the header is not UTF-8 text; save the file as UTF-8", line);
  text = text.replace(/[\r\n]+$/, "");
  const names = splitCells(text);
  if (names === null) throw new Refusal("a quoted cell of the header is not closed on its line", line);
  if (!strip(text)) throw new Refusal("the first line is blank; expected a header with the column names", line);
  return names.map(stripBlanks);
}

function readerFor(names, line, rules) {
  const hasLists = names.includes("probability") && !names.includes("p0");
  const isThesis = hasLists || (!names.includes("dataset") && names.includes("dataset_name"));
  const required = isThesis ? rules.thesis_columns : rules.canonical_columns;
  const optional = isThesis ? rules.thesis_optional_columns : [];
  const messages = messagesAbout(names, required, optional, rules);
  if (messages.length) throw refusalWith(messages.map((message) => problem(message, { line })));
  return new (isThesis ? ThesisReader : CanonicalReader)(names, rules);
}

/** Return what is wrong with the names of the columns: one message for missing and unknown ones if they are many. */
function messagesAbout(names, required, optional, rules) {
  const known = [...required, ...optional];
  const missing = required.filter((name) => !names.includes(name));
  const unknown = [...new Set(names)].filter((name) => !known.includes(name));
  const meant = unknown.map((name) => similar(name, missing));
  let messages = unknown.map((name) => unknownColumn(name, names.indexOf(name) + 1, known, rules));
  for (const name of missing) if (!meant.includes(name)) messages.push(`the column '${name}' is missing`);
  if (messages.length > 2) messages = [manyColumns(missing, unknown, required, rules)];
  for (const name of known) {
    const times = names.filter((other) => other === name).length;
    if (times > 1) messages.push(`the column '${name}' occurs ${times} times`);
  }
  return messages;
}

/** Return one message for a header that has many wrong or missing columns. */
function manyColumns(missing, unknown, required, rules) {
  const columns = listed(required, rules);
  const quote = (name) => shown(name, rules.shown_characters);
  const ofClasses = unknown.find((name) => rules.columns_of_classes.includes(name.toLowerCase()));
  if (ofClasses !== undefined && required.slice(2).every((name) => missing.includes(name))) {
    return `the column ${quote(ofClasses)} has predicted classes or labels; `
      + `write the probability of each class, in the columns ${columns}`;
  }
  const quoted = unknown.slice(0, 3).map(quote).join(", ") + (unknown.length > 3 ? ", ..." : "");
  if (missing.length && haveSameNames(unknown.map((name) => name.toLowerCase()), missing)) {
    return `the columns ${quoted} must be written in lower case: ${columns}`;
  }
  if (!missing.length) return `the columns ${quoted} are unknown; expected ${columns}`;
  const nMissing = missing.length === 1 ? "1 is" : `${missing.length} are`;
  const found = unknown.length ? `, and ${quoted} ${unknown.length === 1 ? "is" : "are"} unknown` : "";
  return `of the columns ${columns}, ${nMissing} missing${found}`;
}

const haveSameNames = (some, others) =>
  some.every((name) => others.includes(name)) && others.every((name) => some.includes(name));

function unknownColumn(name, position, known, rules) {
  const quoted = shown(name, rules.shown_characters);
  if (!name || ROW_LABELS.test(name)) {
    const called = name ? `is ${quoted}` : "has no name";
    return `column ${position} ${called}; write the file without row labels (pandas: \`index=False\`)`;
  }
  if (rules.thesis_optional_columns.includes(name)) return `the column '${name}' is not allowed: ${LABELS_STAY}`;
  const meant = similar(name, known);
  if (meant) return `the column ${quoted} is unknown; did you mean '${meant}'?`;
  return `the column ${quoted} is unknown; expected ${listed(known, rules)}`;
}

/** Return the known column that a name resembles most; undefined if it resembles none. */
const similar = (name, known) => closest(Array.from(name.toLowerCase()).slice(0, 20).join(""), known);

/** Return the columns for readers: `dataset, index, p0 to p13`. */
function listed(columns, rules) {
  const isShort = columns.length <= rules.thesis_columns.length + rules.thesis_optional_columns.length;
  return isShort ? columns.join(", ") : `${columns.slice(0, 3).join(", ")} to ${columns.at(-1)}`;
}
