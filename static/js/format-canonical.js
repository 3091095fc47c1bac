// Read the rows of the canonical layout: challenge/scoring/reading/parse_carefully.py.
"use strict";

class CanonicalReader extends Reader {
  layout = "canonical layout";

  constructor(names, datasets, problems, rules) {
    super(names, datasets, problems, rules);
    this.columns = names.filter((name) => /^p[0-9]+$/.test(name)).sort((a, b) => a.slice(1) - b.slice(1));
    this.positions = this.columns.map((column) => this.at[column]);
  }

  takeRow(line, cells) {
    const dataset = this.findDataset(line, cells[this.at.dataset]);
    if (dataset) this.takeRowOf(dataset, line, cells);
  }

  takeRowOf(dataset, line, cells) {
    const row = this.rowNumber(dataset, line, cells[this.at.index]);
    if (row === null) {
      this.nLost += 1;
      return;
    }
    if (dataset.lines[row] && dataset.lines[row] < this.headerLines[0]) {
      this.hasSecondTable = true;
      return;
    }
    if (dataset.lines[row]) {
      const message = `line ${dataset.lines[row]} already has this index; write each index once`;
      this.problems.add("duplicate", message, { dataset: dataset.name, line, index: row });
      return;
    }
    dataset.lines[row] = line;
    this.storeValues(dataset, row, line, cells);
  }

  rowNumber(dataset, line, text) {
    if (INDEX.test(text) && Number(text) < dataset.n_test) return Number(text);
    this.problems.add(...notAnIndex(text, dataset, this.rules), { dataset: dataset.name, line });
    return null;
  }

  storeValues(dataset, row, line, cells) {
    const used = this.positions.slice(0, dataset.n_classes);
    const isUnread = (position, column) => !this.storeValue(dataset, row, column, cells[position]);
    const unread = used.findIndex(isUnread);
    if (unread >= 0) {
      const nGiven = used.filter((position) => !isBlank(cells[position])).length;
      const text = cells[used[unread]];
      this.spoil(dataset, row, line, ...notANumber(this.columns[unread], text, dataset, this.rules, nGiven));
      return;
    }
    const extra = this.positions.findIndex((position, column) => column >= used.length && !isBlank(cells[position]));
    if (extra < 0) return;
    const quoted = shown(cells[this.positions[extra]], this.rules.shown_characters);
    const message = `${this.columns[extra]} is ${quoted}, but the dataset has ${dataset.n_classes} classes `
      + `(p0 to p${dataset.n_classes - 1}); leave the other cells blank`;
    this.spoil(dataset, row, line, "too many values", message);
  }

  missing(dataset, rows) {
    const count = rows.length === 1 ? "1 row is" : `${grouped(rows.length)} rows are`;
    return `${count} missing: index ${ranges(rows)}`;
  }
}
