// Read the lines of a file, within the limits of the site: challenge/scoring/reading/files.py.
"use strict";

const LINE_FEED = 10;
const PIECE = 2 ** 17;
const GZIP_READ = 2 ** 14;
const ONLY_GZIP = 16 + 15; // zlib's windowBits: gzip only, with windows of any size

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decode bytes; null if they are not UTF-8. */
function decoded(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function joined(first, second) {
  if (!first.length) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function checkSize(size, limit, what) {
  if (size <= limit) return;
  const inMiB = general(limit / 2 ** 20, 4);
  throw new Refusal(`${what} is too large: ${grouped(size)} bytes, above the limit of ${grouped(limit)} bytes (${inMiB} MiB)`);
}

/** Return the pieces of a file's text from its header on, decompressed if necessary, and the header's line number. */
async function textOf(file, rules, report) {
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (magic[0] === 0x1f && magic[1] === 0x8b) {
    checkSize(file.size, rules.most_upload_bytes, "The gzip file");
    const { pieces, firstLine } = await opened(unpacked(file, rules, report), rules, judgeBeginning);
    return { pieces: limited(pieces, rules.most_text_bytes, "The decompressed file"), firstLine };
  }
  const { pieces, firstLine } = await opened(streamed(file, report), rules, judgeBeginning);
  checkSize(file.size, Math.min(rules.most_text_bytes, rules.most_lines * rules.most_line_bytes), "The file");
  return { pieces: chunked(pieces), firstLine };
}

/** Yield pieces until they exceed a limit. */
async function* limited(pieces, most, what) {
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    checkSize(size, most, what);
    yield piece;
  }
}

async function* streamed(blob, report = () => {}) {
  const reader = blob.stream().getReader();
  try {
    for (let read = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
      read += value.length;
      report(read / blob.size);
    }
  } finally {
    await reader.cancel();
  }
}

/** Yield pieces of one size; the last may be shorter. No piece overwrites another. */
async function* chunked(pieces) {
  let chunk = new Uint8Array(PIECE);
  let filled = 0;
  for await (const piece of pieces) {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + PIECE - filled);
      chunk.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < PIECE) continue;
      yield chunk;
      chunk = new Uint8Array(PIECE);
      filled = 0;
    }
  }
  if (filled) yield chunk.subarray(0, filled);
}

/** Yield the bytes of a gzip file (one or more members), as strict as zlib; each piece overwrites the last. */
async function* unpacked(file, rules, report) {
  const stream = new pako.ZStream();
  pako.zlibInflateInit2(stream, ONLY_GZIP);
  stream.input = new Uint8Array(await file.arrayBuffer());
  stream.output = new Uint8Array(PIECE);
  for (let members = 1; ; ) {
    // a part at a time, as on the site, so that damage further on is met later
    stream.avail_in ||= Math.min(GZIP_READ, stream.input.length - stream.next_in);
    stream.next_out = 0;
    stream.avail_out = PIECE;
    const hadInput = stream.avail_in > 0;
    const status = pako.zlibInflate(stream, pako.Z_NO_FLUSH);
    if (status < 0 && status !== pako.Z_BUF_ERROR) {
      throw new Refusal("The gzip data is corrupt; compress and upload the file again");
    }
    if (!hadInput && !stream.next_out && status !== pako.Z_STREAM_END) {
      throw new Refusal("The gzip data ends too early; was the upload cut off?");
    }
    if (stream.next_out) {
      yield stream.output.subarray(0, stream.next_out);
      report(stream.next_in / file.size);
    }
    if (status !== pako.Z_STREAM_END) continue;
    if (stream.next_in === stream.input.length) return;
    members += 1;
    checkMember(stream.input.subarray(stream.next_in), members, rules.most_gzip_members);
    pako.zlibInflateReset(stream);
  }
}

function checkMember(bytes, number, most) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw new Refusal("The gzip data is followed by bytes that are not gzip; was something appended?");
  }
  if (number > most) throw new Refusal(`The gzip file consists of more than ${grouped(most)} parts; compress the CSV in one piece`);
}

/**
 * Split pieces into lines, and return the number of bytes. `take` gets number and text of each line; null and its bytes if
 * it is not UTF-8.
 */
async function readLines({ pieces, firstLine }, mostLines, rules, take) {
  const lines = new LineReader(firstLine, mostLines, rules, take);
  let size = 0;
  for await (const piece of pieces) {
    lines.feed(piece);
    size += piece.length;
  }
  lines.end();
  return size;
}

class LineReader {
  constructor(firstLine, mostLines, rules, take) {
    this.mostBytes = rules.most_line_bytes;
    this.mostLines = mostLines;
    this.take = take;
    this.line = firstLine; // number of the current line
    this.carried = new Uint8Array(0); // its bytes so far
    this.lineFeeds = firstLine - 1;
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

  /** Deliver the last line if no line end follows it. */
  end() {
    if (this.carried.length) this.take(this.line, decoded(this.carried), this.carried);
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
    this.take(this.line, text?.endsWith("\r") ? text.slice(0, -1) : text, bytes);
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
    const most = this.mostLines;
    if (this.lineFeeds <= most) return;
    throw new Refusal(`The file has more than ${grouped(most)} lines, far more than the benchmark has test images; `
      + "does it contain several resolutions or runs?");
  }
}
