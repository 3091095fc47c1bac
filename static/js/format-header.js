// The columns of a file and its layout: challenge/scoring/reading/layouts.py.
"use strict";

const ROW_LABELS = /^Unnamed: [0-9]+(?:\.[0-9]+)*$/;
const LABELS_STAY = "the server has the labels and derives the predicted classes";
const MOST_QUOTED = 3; // columns in a message

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
  return new (isThesis ? ThesisReader : CanonicalReader)(names, rules.datasets, new ProblemLog(rules), rules);
}

/** Return what is wrong with the names of the columns; missing and unknown columns have one cause. */
function messagesAbout(names, required, optional, rules) {
  const known = [...required, ...optional];
  const missing = required.filter((name) => !names.includes(name));
  const unknown = [...new Set(names)].filter((name) => !known.includes(name));
  const meant = unknown.map((name) => similar(name, missing));
  let messages = unknown.map((name) => unknownColumn(name, names.indexOf(name) + 1, known, rules));
  for (const name of missing) if (!meant.includes(name)) messages.push(`the column '${name}' is missing`);
  if (messages.length > 1) messages = [severalColumns(missing, unknown, required, rules)];
  for (const name of known) {
    const times = names.filter((other) => other === name).length;
    if (times > 1) messages.push(`the column '${name}' occurs ${times} times`);
  }
  return messages;
}

/** Return one message for several missing or unknown columns. */
function severalColumns(missing, unknown, required, rules) {
  const columns = listed(required, rules);
  const ofClasses = unknown.find((name) => isOfClasses(name, rules));
  if (ofClasses !== undefined && required.slice(2).every((name) => missing.includes(name))) {
    return `the column ${shown(ofClasses, rules.shown_characters)} has predicted classes or labels; `
      + `write the probability of each class, in the columns ${columns}`;
  }
  if (missing.length) return missingColumns(missing, unknown, required, rules);
  const quoted = quotedColumns(unknown, rules);
  if (unknown.every((name) => isOfClasses(name, rules))) {
    return `the columns ${quoted} are not allowed: ${LABELS_STAY}; remove them`;
  }
  return `the columns ${quoted} are unknown; expected ${columns} only`;
}

function missingColumns(missing, unknown, required, rules) {
  const columns = listed(required, rules);
  if (haveSameNames(missing, required.slice(2, 3)) && haveSameNames(unknown, [`p${required.length - 2}`])) {
    return `the columns p1 to ${unknown[0]} must be numbered from 0: ${columns}`;
  }
  const quoted = quotedColumns(unknown, rules);
  if (haveSameNames(unknown.map((name) => name.toLowerCase()), missing)) {
    return `the columns ${quoted} must be written in lower case: ${columns}`;
  }
  const found = unknown.length ? `, and ${quoted} ${unknown.length === 1 ? "is" : "are"} unknown` : "";
  if (missing.length === 1) return `the column ${quotedColumns(missing, rules)} is missing${found}`;
  if (missing.length <= MOST_QUOTED) return `the columns ${quotedColumns(missing, rules)} are missing${found}`;
  return `${missing.length} of the columns ${columns} are missing${found}`;
}

function quotedColumns(names, rules) {
  const quoted = names.slice(0, MOST_QUOTED).map((name) => shown(name, rules.shown_characters));
  return quoted.join(", ") + (names.length > MOST_QUOTED ? ", ..." : "");
}

const haveSameNames = (some, others) =>
  some.every((name) => others.includes(name)) && others.every((name) => some.includes(name));

function unknownColumn(name, position, known, rules) {
  const quoted = shown(name, rules.shown_characters);
  if (!name || ROW_LABELS.test(name)) {
    const called = name ? `is ${quoted}` : "has no name";
    return `column ${position} ${called}; write the file without row labels (pandas: \`index=False\`)`;
  }
  const meant = similar(name, known);
  if (meant) return `the column ${quoted} is unknown; did you mean '${meant}'?`;
  if (isOfClasses(name, rules)) return `the column ${quoted} is not allowed: ${LABELS_STAY}; remove this column`;
  return `the column ${quoted} is unknown; expected ${listed(known, rules)} only`;
}

const isOfClasses = (name, rules) => rules.columns_of_classes.includes(name.toLowerCase());

/** Return the known column that a name resembles most; undefined if it resembles none. */
const similar = (name, known) => closest(Array.from(name.toLowerCase()).slice(0, 20).join(""), known);

/** Return the columns for readers: `dataset, index, p0 to p13`. */
function listed(columns, rules) {
  const isShort = columns.length <= rules.thesis_columns.length + rules.thesis_optional_columns.length;
  return isShort ? columns.join(", ") : `${columns.slice(0, 3).join(", ")} to ${columns.at(-1)}`;
}
