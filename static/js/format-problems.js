// Problems in a file, in the words of the site: challenge/scoring/reading/problems.py.
"use strict";

/** Problem of the whole file; it ends reading. */
class Refusal extends Error {
  constructor(message, line = null) {
    super(message);
    this.problems = [problem(message, { line })];
  }
}

const problem = (message, { dataset = null, line = null, index = null } = {}) =>
  ({ message, dataset, line, index, count: 1, more_lines: [] });

/** Collector of problems; problems of the same kind in the same dataset are counted, not repeated. */
class ProblemLog {
  constructor(rules) {
    this.mostPlaces = rules.shown_places;
    this.byKind = new Map();
  }

  add(kind, message, place = {}) {
    const key = `${kind} ${place.dataset ?? ""}`;
    const first = this.byKind.get(key);
    if (!first) {
      this.byKind.set(key, problem(message, place));
      return;
    }
    first.count += 1;
    if (place.line != null && first.more_lines.length < this.mostPlaces - 1) first.more_lines.push(place.line);
  }

  /** All problems, in the order of the file. */
  get problems() {
    return [...this.byKind.values()].sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
  }
}

function inWords({ message, dataset, line, index, count, more_lines: more }) {
  const place = [];
  if (dataset !== null) place.push(dataset);
  if (line !== null) place.push(`line ${line}`);
  if (index !== null) place.push(`index ${index}`);
  const text = place.length ? `${place.join(", ")}: ${message}` : message;
  if (!more.length) return `${text}.`;
  const further = more.join(", ") + (count > 1 + more.length ? ", ..." : "");
  return `${text}. ${grouped(count)} lines have this problem (next: ${further}).`;
}
