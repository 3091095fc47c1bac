// The beginning of a file, judged first: challenge/scoring/reading/files.py and other_formats.py.
"use strict";

const BYTE_ORDER_MARK = "\xef\xbb\xbf";
const SEP_LINE = /^[ \t]*"?sep=,"?[ \t,]*(?:\r?\n|$)/i; // spreadsheets write it above the header
const TAR_PLACE = 257; // a tar archive begins with the name of its first file
const CONTROLS = /[\0-\x08\x0e-\x1a\x1c-\x1f]/; // no header has them; terminals write Escape between words
const SAMPLE = 64; // characters that tell UTF-16 and UTF-32 without a byte order mark

/**
 * Let `judge` refuse a text by its beginning. Return the beginning, and the pieces of the text from the header on.
 * `pieces` is an async generator; its pieces may overwrite each other.
 */
async function opened(pieces, rules, judge) {
  const { bytes, isAll } = await firstBytes(pieces, BYTE_ORDER_MARK.length + rules.beginning_bytes + 1);
  const { skipped, beginning } = begin(bytes, rules);
  judge(beginning, rules);
  async function* fromTheHeader() {
    yield bytes.subarray(skipped);
    if (!isAll) yield* pieces;
  }
  return { beginning, pieces: fromTheHeader() };
}

/** Read at least so many bytes of a text, or all of it. */
async function firstBytes(pieces, most) {
  let bytes = new Uint8Array(0);
  while (bytes.length < most) {
    const { done, value } = await pieces.next();
    if (done) return { bytes, isAll: true };
    bytes = joined(bytes, value.slice()); // the next piece may overwrite this one
  }
  return { bytes, isAll: false };
}

/** Return the beginning of a text from its header on, and the number of bytes above the header. */
function begin(bytes, rules) {
  const first = String.fromCharCode(...bytes.subarray(0, BYTE_ORDER_MARK.length + rules.beginning_bytes));
  const nMark = first.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  const head = first.slice(nMark, nMark + rules.beginning_bytes);
  checkIsText(head, rules);
  const above = head.match(SEP_LINE)?.[0].length ?? 0;
  const isWhole = bytes.length - nMark <= rules.beginning_bytes;
  return { skipped: nMark + above, beginning: { text: head.slice(above), isWhole, firstLine: above ? 2 : 1 } };
}

/** Refuse the beginning of a file in another format, and name the format. */
function checkIsText(head, rules) {
  const encoding = wideEncoding(head.slice(0, SAMPLE));
  if (encoding) throw new Refusal(`The file is not CSV: it seems to be ${encoding} text; save it as UTF-8`);
  const kind = kindOfText(head, rules);
  if (kind) throw new Refusal(`The file is not CSV: it seems to be ${kind}`);
}

function kindOfText(head, rules) {
  if (head.startsWith("ustar", TAR_PLACE)) return "a tar archive";
  const text = head.replace(/^[ \t\r\n]+/, "");
  if (text.startsWith("PK\x03\x04")) return kindOfZip(text);
  const known = rules.other_formats.find(({ magic }) => text.startsWith(String.fromCharCode(...magic)));
  if (known) return known.name;
  return CONTROLS.test(text.split("\n", 1)[0]) ? "binary data; write the predictions as text" : null;
}

/** Return the encoding of ASCII text whose characters take two or four bytes; null for other bytes. */
function wideEncoding(sample) {
  for (const [width, encoding] of [[4, "UTF-32"], [2, "UTF-16"]]) {
    const nWhole = sample.length - (sample.length % width);
    const isAscii = (place) => Array.from(sample.slice(0, nWhole)).every(
      (character, at) => (character !== "\0") === (at % width === place),
    );
    if (nWhole >= 8 && (isAscii(0) || isAscii(width - 1))) return encoding;
  }
  return null;
}

/** Return the format of a zip archive by its first characters, which name the first entries. */
function kindOfZip(text) {
  if (text.includes(".npy")) return "a NumPy .npz file";
  if (text.includes("[Content_Types].xml") || text.includes("xl/")) return "an Excel (.xlsx) file";
  return text.includes("/data.pkl") ? "a PyTorch file" : "a zip archive";
}
