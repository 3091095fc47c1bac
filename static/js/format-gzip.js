// Decompress gzip files: challenge/scoring/reading/files.py.
"use strict";

const GZIP_READ = 2 ** 14;
const ONLY_GZIP = 16 + 15; // zlib's windowBits: gzip only, with windows of any size

/** Return whether the first bytes of a file are those of gzip data. */
async function isGzip(file) {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return first === 0x1f && second === 0x8b;
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
  if (number <= most) return;
  throw new Refusal(`The gzip file consists of more than ${grouped(most)} parts; compress the CSV in one piece`);
}
