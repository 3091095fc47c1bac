// Split a text into lines, within the limits of the site: challenge/scoring/reading/files.py.
"use strict";

const LINE_FEED = 10;
const ONE_PROBABILITY = ["probability", "prob", "score", "value"]; // in a long table, with a row for each class

/**
 * Split pieces into lines, and return the number of bytes.
 * `take` gets number, text and bytes of each line, and whether the text ends within it. The text is null if it is not
 * UTF-8; the bytes are given at least then.
 */
async function readLines({ pieces, beginning }, mostLines, rules, take) {
  const lines = new LineReader(beginning, mostLines, rules, take);
  let size = 0;
  for await (const piece of pieces) {
    lines.feed(piece);
    size += piece.length;
  }
  lines.end();
  return size;
}

class LineReader {
  constructor(beginning, mostLines, rules, take) {
    this.likelyCause = likelyCauseOfManyLines(beginning);
    this.mostBytes = rules.most_line_bytes;
    this.mostLines = mostLines;
    this.take = take;
    this.line = beginning.firstLine; // number of the current line
    this.carried = new Uint8Array(0); // its bytes so far
    this.lineFeeds = beginning.firstLine - 1;
  }

  feed(bytes) {
    let start = 0;
    let before = this.carried.length;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      this.checkLength(before + end - start);
      this.lineFeeds += 1;
      start = end + 1;
      before = 0;
    }
    this.checkLength(before + bytes.length - start);
    this.checkCount();
    if (start) {
      this.deliver(joined(this.carried, bytes.subarray(0, start - 1)));
      this.carried = bytes.slice(start);
    } else {
      this.carried = joined(this.carried, bytes).slice();
    }
  }

  /** Deliver the last line if no line feed follows it. */
  end() {
    if (!this.carried.length) return;
    this.take(this.line, withoutReturn(decoded(this.carried)), this.carried, { isOpen: true });
  }

  /** Deliver complete lines; decoding them all at once is faster than one by one. */
  deliver(bytes) {
    const text = decoded(bytes);
    if (text !== null) {
      for (const line of text.split("\n")) this.takeTerminated(line);
      return;
    }
    let start = 0;
    for (let end = 0; end < bytes.length; start = end + 1) {
      end = bytes.indexOf(LINE_FEED, start);
      if (end < 0) end = bytes.length;
      const line = bytes.subarray(start, end);
      this.takeTerminated(decoded(line), line);
    }
  }

  takeTerminated(text, bytes) {
    this.take(this.line, withoutReturn(text), bytes, { isOpen: false });
    this.line += 1;
  }

  checkLength(length) {
    const most = this.mostBytes;
    if (length <= most) return;
    const message = `this line is longer than ${grouped(most)} bytes; write one row of probabilities per line, `
      + "and end each line with a line feed";
    throw new Refusal(message, this.lineFeeds + 1);
  }

  checkCount() {
    if (this.lineFeeds <= this.mostLines) return;
    throw new Refusal(`The file has more than ${grouped(this.mostLines)} lines, ${this.likelyCause}`);
  }
}

const withoutReturn = (text) => (text?.endsWith("\r") ? text.slice(0, -1) : text);

function likelyCauseOfManyLines({ text }) {
  const lines = text.split("\n");
  if (lines.length > 2 && lines.every((line, place) => place % 2 === 0 || /^[ \t\r]*$/.test(line))) {
    return "because every second line is blank; remove these lines (Python: open the file with `newline=''`)";
  }
  const names = lines[0].split(",").map((cell) => cell.replace(/^[ \t\r"]+|[ \t\r"]+$/g, "").toLowerCase());
  if (names.includes("index") && names.some((name) => ONE_PROBABILITY.includes(name))) {
    return "because it has a row for each class; write one row for each image, in the columns p0, p1 and so on";
  }
  return "far more than the benchmark has test images; does it contain several resolutions or runs?";
}
