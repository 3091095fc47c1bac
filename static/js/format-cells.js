// Cells of a line and the grammar of their content: challenge/scoring/reading/cells.py and parsing.py.
"use strict";

const NUMBER = /^[ \t]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*$/;
const INDEX = /^[ \t]*\+?[0-9]+[ \t]*$/;
const LABEL = /^[0-9]{1,3}(?:\.0*)?$/;

const QUOTED_CELL = /[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*(,|$)/y;
const BLANKS_AND_QUOTE = /[ \t]*"/y;
const PLAIN_CELL = /([^,]*)(,|$)/y;

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Split a line into cells after RFC 4180, without quotes and the blanks around them; null if a quote is not closed. */
function splitCells(text) {
  if (!text.includes('"')) return text.split(",");
  const cells = [];
  for (let at = 0; ; ) {
    const isQuoted = matchAt(BLANKS_AND_QUOTE, text, at) !== null;
    const match = matchAt(isQuoted ? QUOTED_CELL : PLAIN_CELL, text, at);
    if (match === null) return null;
    cells.push(isQuoted ? match[1].replaceAll('""', '"') : match[1]);
    if (!match[2]) return cells;
    at += match[0].length;
  }
}

/** Return the number of labels per image: one, or one per class if the dataset is multi-label. */
const numberOfLabels = (dataset) => (dataset.is_multilabel ? dataset.n_classes : 1);

/** Return the labels in a cell such as `3`, `[3]`, `[0, 1, 0]` or `[0 1 0]`; null if it is blank or unreadable. */
function statedLabels(text, dataset) {
  let inner = stripBlanks(text);
  if (inner.startsWith("[") && inner.endsWith("]")) inner = inner.slice(1, -1);
  const parts = splitAtWhite(inner.replaceAll(",", " "));
  const areLabels = parts.length === numberOfLabels(dataset) && parts.every((part) => LABEL.test(part));
  return areLabels ? parts.map(Number) : null;
}
