// Problems in a file, in the words of the site: challenge/scoring/reading/problems.py.
"use strict";

/** Problem of the whole file; it ends reading. */
class Refusal extends Error {
  constructor(message, line = null) {
    super(message);
    this.problems = [problem(message, { line })];
  }
}

/** Return the end of reading with problems that are already found. */
const refusalWith = (problems) => Object.assign(new Refusal("The file has problems"), { problems });

const problem = (message, { dataset = null, line = null, index = null } = {}) =>
  ({ message, dataset, line, index, count: 1, more_lines: [], datasets: [] });

/** Collector of problems: occurrences of one kind become one problem, in all datasets. */
class ProblemLog {
  /** `linesRestart`: each dataset is in a file of its own, so only lines of the first dataset are named. */
  constructor(rules, linesRestart = false) {
    this.mostPlaces = rules.shown_places;
    this.linesRestart = linesRestart;
    this.byKind = new Map();
  }

  /** Add one occurrence of a kind; for later occurrences, only line and dataset are kept. */
  add(kind, message, place = {}) {
    const first = this.byKind.get(kind);
    if (first) {
      first.count += 1;
      const isNamed = place.line != null && (!this.linesRestart || (place.dataset ?? null) === first.dataset);
      if (isNamed && first.more_lines.length < this.mostPlaces - 1) first.more_lines.push(place.line);
      noteDataset(first, place);
    } else {
      const found = problem(message, place);
      noteDataset(found, place);
      this.byKind.set(kind, found);
    }
  }

  /** Add a problem of a dataset as a whole: later datasets with this kind are named, lines are not counted. */
  addOnce(kind, message, place) {
    if (this.byKind.has(kind)) noteDataset(this.byKind.get(kind), place);
    else this.add(kind, message, place);
  }

  /** Throw a Refusal with all problems, in the order of the file, if there are any. */
  refuseIfAny() {
    const problems = [...this.byKind.values()].sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
    if (problems.length) throw refusalWith(problems);
  }
}

function noteDataset({ datasets }, { dataset }) {
  if (dataset && !datasets.includes(dataset)) datasets.push(dataset);
}

function inWords({ message, dataset, line, index, count, more_lines: more, datasets }) {
  const place = [];
  if (dataset !== null) place.push(dataset);
  if (line !== null) place.push(`line ${line}`);
  if (index !== null) place.push(`index ${index}`);
  const text = place.length ? `${place.join(", ")}: ${message}` : message;
  return `${text}${text.endsWith("?") ? "" : "."}${extent(count, more, datasets)}`;
}

/** Return the sentence that says how often a problem occurs. */
function extent(count, more, datasets) {
  const names = datasets.length > 1 ? named(datasets) : "";
  if (count === 1) return names && ` This is true of ${names}.`;
  const next = more.length ? ` (next: ${more.join(", ")}${count > 1 + more.length ? ", ..." : ""})` : "";
  return ` ${grouped(count)} lines${names && ` of ${names}`} have this problem${next}.`;
}

/** Return the names of datasets for a sentence, with their number if there are several. */
const named = (names) => (names.length === 1 ? names[0] : `${names.length} datasets (${names.join(", ")})`);
