// Check one file: challenge/scoring/reading/predictions.py.
"use strict";

/** Return what the site would say about a file; `report` gets the share that is read. */
async function check(file, rules, report) {
  const checker = new FileChecker(rules);
  const lines = new LineReader(rules, (line, text) => checker.take(line, text));
  try {
    for await (const piece of textOf(file, rules, report)) lines.feed(piece);
    lines.end();
    return { valid: true, problems: [], ...checker.finish() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { valid: false, problems: error.problems.map((found) => ({ ...found, text: inWords(found) })) };
  }
}

/** Checker for the lines of one file; `finish` returns a summary or throws a Refusal. */
class FileChecker {
  constructor(rules) {
    this.rules = rules;
    this.nothingRead = true;
    this.refusal = null; // from the header; reported only if the file as a whole is fine
    this.reader = null;
  }

  take(line, text) {
    if (line === 1) text = text?.replace(/^\ufeff/, "") ?? null;
    this.nothingRead &&= text !== null && /^[\t-\r ]*$/.test(text);
    if (line > 1) this.reader?.take(line, text);
    else this.takeHeader(text);
  }

  takeHeader(text) {
    try {
      this.reader = readerFor(columnNames(text), this.rules);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refusal = error;
    }
  }

  finish() {
    if (this.nothingRead) throw new Refusal("The file is empty");
    if (this.refusal) throw this.refusal;
    return this.reader.finish();
  }
}
