// Check one file: challenge/scoring/reading/predictions.py.
"use strict";

/** Return what the site would say about a file; `report` gets the share that is read. */
async function check(file, rules, report) {
  try {
    const { pieces, firstLine } = await textOf(file, rules, report);
    const checker = new FileChecker(firstLine, rules);
    const lines = new LineReader(rules, firstLine, (line, text) => checker.take(line, text));
    for await (const piece of pieces) lines.feed(piece);
    lines.end();
    return { valid: true, problems: [], ...checker.finish() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { valid: false, warnings: [], problems: error.problems.map((found) => ({ ...found, text: inWords(found) })) };
  }
}

/** Checker for the lines of one file; `finish` returns a summary or throws a Refusal. */
class FileChecker {
  constructor(firstLine, rules) {
    this.firstLine = firstLine; // number of the header's line
    this.rules = rules;
    this.nothingRead = true;
    this.refusal = null; // from the header; reported only if the file as a whole is fine
    this.reader = null;
  }

  take(line, text) {
    this.nothingRead &&= text !== null && /^[\t-\r ]*$/.test(text);
    if (line > this.firstLine) this.reader?.take(line, text);
    else this.takeHeader(text);
  }

  takeHeader(text) {
    try {
      this.reader = readerFor(columnNames(text, this.firstLine), this.firstLine, this.rules);
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
