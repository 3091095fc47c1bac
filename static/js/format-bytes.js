// Bytes in pieces, and their limits.
"use strict";

const PIECE = 2 ** 17;

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
  const allowed = `${grouped(limit)} bytes (${general(limit / 2 ** 20, 4)} MiB)`;
  throw new Refusal(`${what} is too large: ${grouped(size)} bytes, above the limit of ${allowed}`);
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
