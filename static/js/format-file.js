// Check one file: challenge/scoring/reading/predictions.py.
"use strict";

/**
 * Return what the site would say about a file. `report` gets the share that is read; `resolution` is that of the
 * submission, null if it is not known.
 */
async function check(file, rules, report, resolution) {
  const isArchive = await isZip(file);
  try {
    const content = isArchive ? await readArchive(file, rules, report, resolution) : await readCsv(file, rules, report);
    return { valid: true, is_archive: isArchive, problems: [], ...judged(content, rules) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const problems = error.problems.map((found) => ({ ...found, text: inWords(found) }));
    return { valid: false, is_archive: isArchive, problems, warnings: [] };
  }
}

/** Return a summary of valid content; throw a Refusal with all problems otherwise. */
function judged({ datasets, problems, nRows, layout, hasTruth }, rules) {
  for (const dataset of datasets) {
    clip(dataset.values, rules);
    checkValues(dataset, problems, rules);
  }
  problems.refuseIfAny();
  return { rows: nRows, datasets: datasets.length, layout, has_truth: hasTruth, warnings: warningsOf(datasets, rules) };
}

/** Return the beginning of a file's text and its pieces from the header on, decompressed if necessary. */
async function textOf(file, rules, report) {
  if (await isGzip(file)) {
    checkSize(file.size, rules.most_upload_bytes, "The gzip file");
    const { pieces, beginning } = await opened(unpacked(file, rules, report), rules, judgeBeginning);
    return { pieces: limited(pieces, rules.most_text_bytes, "The decompressed file"), beginning };
  }
  const { pieces, beginning } = await opened(streamed(file, report), rules, judgeBeginning);
  checkSize(file.size, Math.min(rules.most_text_bytes, rules.most_lines * rules.most_line_bytes), "The file");
  return { pieces: chunked(pieces), beginning };
}

async function readCsv(file, rules, report) {
  const content = await textOf(file, rules, report);
  const reader = new CsvReader(content.beginning.firstLine, rules);
  await readLines(content, rules.most_lines, rules, (line, text, bytes, { isOpen }) => reader.take(line, text, isOpen));
  return reader.finish();
}

/** Reader of the lines of a CSV file, whose header decides the layout. */
class CsvReader {
  constructor(firstLine, rules) {
    this.firstLine = firstLine; // number of the header's line
    this.rules = rules;
    this.nothingRead = true;
    this.refusal = null; // from the header; reported only if the file as a whole is fine
    this.reader = null;
  }

  take(line, text, isOpen) {
    this.nothingRead &&= text !== null && /^[\t-\r ]*$/.test(text);
    if (line > this.firstLine) this.reader?.take(line, text, isOpen);
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
    const { reader } = this;
    const { problems, nRows, layout } = reader;
    return { datasets: reader.finish(), problems, nRows, layout, hasTruth: "truth" in reader.at };
  }
}
