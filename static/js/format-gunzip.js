// Decompresses gzip piece by piece, as strictly as zlib does. The browser's own DecompressionStream refuses files of
// several members, which the site accepts, and does not tell what is corrupt from what is cut off.
"use strict";

const WINDOW = 2 ** 15; // so far back may a match lie
const LONGEST_MATCH = 258;
const OUTPUT = WINDOW + 2 ** 17;

// For each length code and each distance code: the least value, and how many bits are added to it.
const LENGTHS = withExtraBits(3, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]);
LENGTHS.push([LONGEST_MATCH, 0]);
const DISTANCES = withExtraBits(1, Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1)));
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function withExtraBits(least, bits) {
  return bits.map((extra) => {
    const entry = [least, extra];
    least += 2 ** extra;
    return entry;
  });
}

const CRC = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes, crc = 0) {
  crc = ~crc;
  for (let at = 0; at < bytes.length; at += 1) crc = CRC[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const corrupt = () => new Refusal("The gzip data is corrupt; compress and upload the file again");
const cutOff = () => new Refusal("The gzip data ends too early; was the upload cut off?");

/** A table from the next bits of the stream to `symbol << 4 | length of its code`; 0 where no code is. */
function codeTable(lengths, mayBeIncomplete = true) {
  const counts = new Uint16Array(16);
  for (const length of lengths) if (length) counts[length] += 1;
  const longest = counts.findLastIndex((count) => count > 0);
  if (longest < 0) return new Uint16Array(1);
  const next = new Uint16Array(16);
  let left = 1;
  for (let length = 1; length < 16; length += 1) {
    next[length] = (next[length - 1] + counts[length - 1]) << 1;
    left = 2 * left - counts[length];
    if (left < 0) throw corrupt();
  }
  if (left > 0 && !(mayBeIncomplete && longest === 1)) throw corrupt();
  const table = new Uint16Array(2 ** longest);
  lengths.forEach((length, symbol) => {
    if (!length) return;
    const code = reversed(next[length], length);
    next[length] += 1;
    for (let at = code; at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
  });
  return table;
}

function reversed(code, length) {
  let result = 0;
  for (let bit = 0; bit < length; bit += 1) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}

const FIXED = {
  literals: codeTable(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  distances: codeTable(Array(32).fill(5)),
};

class Gunzip {
  constructor(bytes, mostMembers) {
    this.bytes = bytes;
    this.mostMembers = mostMembers;
    this.at = 0; // the next byte to read
    this.hold = 0; // bits that were read and not used, `held` in number
    this.held = 0;
    this.output = new Uint8Array(OUTPUT);
    this.size = 0; // so much of it is written, and `given` of that handed out
    this.given = 0;
  }

  /** The text in pieces; each is valid until the next is asked for. */
  *pieces() {
    for (let members = 1; ; members += 1) {
      if (members > this.mostMembers) {
        throw new Refusal(`The gzip file consists of more than ${grouped(this.mostMembers)} pieces`);
      }
      yield* this.member();
      if (this.at === this.bytes.length) return;
      if (this.bytes[this.at] !== 0x1f || this.bytes[this.at + 1] !== 0x8b) {
        throw new Refusal("The gzip data is followed by bytes that are not gzip; was something appended?");
      }
    }
  }

  *member() {
    this.readHeader();
    this.start = this.size; // where the member would start, were all of it still held
    this.crc = 0;
    this.total = 0;
    for (let isLast = false; !isLast; ) {
      isLast = this.bits(1) === 1;
      const decodeSome = this.openBlock();
      while (!decodeSome()) {
        yield this.newPiece();
        this.keepWindow();
      }
    }
    if (this.size > this.given) yield this.newPiece();
    this.toNextByte();
    if (this.uint32() !== this.crc || this.uint32() !== this.total) throw corrupt();
  }

  newPiece() {
    const piece = this.output.subarray(this.given, this.size);
    this.given = this.size;
    this.crc = crc32(piece, this.crc);
    this.total = (this.total + piece.length) % 2 ** 32;
    return piece;
  }

  keepWindow() {
    const dropped = this.size - WINDOW;
    this.output.copyWithin(0, dropped, this.size);
    this.size = this.given = WINDOW;
    this.start -= dropped;
  }

  readHeader() {
    const start = this.at;
    this.at += 2;
    const [method, flags] = [this.byte(), this.byte()];
    if (method !== 8 || flags & 0xe0) throw corrupt();
    this.skip(6);
    if (flags & 4) this.skip(this.byte() | (this.byte() << 8));
    for (const flag of [8, 16]) if (flags & flag) while (this.byte() !== 0);
    if (flags & 2) {
      const expected = crc32(this.bytes.subarray(start, this.at)) & 0xffff;
      if ((this.byte() | (this.byte() << 8)) !== expected) throw corrupt();
    }
  }

  byte() {
    if (this.at >= this.bytes.length) throw cutOff();
    this.at += 1;
    return this.bytes[this.at - 1];
  }

  skip(count) {
    if (this.at + count > this.bytes.length) throw cutOff();
    this.at += count;
  }

  uint32() {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0;
  }

  bits(count) {
    while (this.held < count) {
      this.hold |= this.byte() << this.held;
      this.held += 8;
    }
    const value = this.hold & ((1 << count) - 1);
    this.hold >>>= count;
    this.held -= count;
    return value;
  }

  toNextByte() {
    this.at -= this.held >> 3;
    this.hold = this.held = 0;
  }

  /** A function that decodes until the output is full (and gives false) or the block ends (true). */
  openBlock() {
    const kind = this.bits(2);
    if (kind === 3) throw corrupt();
    if (kind === 0) return this.storedBlock();
    const { literals, distances } = kind === 1 ? FIXED : this.readCodes();
    return () => this.decodeSome(literals, distances);
  }

  storedBlock() {
    this.toNextByte();
    let left = this.byte() | (this.byte() << 8);
    if ((this.byte() | (this.byte() << 8)) !== (left ^ 0xffff)) throw corrupt();
    return () => {
      const count = Math.min(left, this.output.length - this.size);
      const end = this.at + count;
      this.output.set(this.bytes.subarray(this.at, end), this.size);
      this.skip(count);
      this.size += count;
      left -= count;
      return left === 0;
    };
  }

  readCodes() {
    const nLiterals = this.bits(5) + 257;
    const nDistances = this.bits(5) + 1;
    const nLengths = this.bits(4) + 4;
    if (nLiterals > 286 || nDistances > 30) throw corrupt();
    const ofLengths = Array(19).fill(0);
    for (let i = 0; i < nLengths; i += 1) ofLengths[CODE_LENGTH_ORDER[i]] = this.bits(3);
    const table = codeTable(ofLengths, false);
    const lengths = [];
    while (lengths.length < nLiterals + nDistances) {
      const symbol = this.symbol(table);
      if (symbol < 16) {
        lengths.push(symbol);
        continue;
      }
      if (symbol === 16 && !lengths.length) throw corrupt();
      const value = symbol === 16 ? lengths.at(-1) : 0;
      const times = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7);
      if (lengths.length + times > nLiterals + nDistances) throw corrupt();
      for (let i = 0; i < times; i += 1) lengths.push(value);
    }
    if (!lengths[256]) throw corrupt(); // nothing could end the block
    return { literals: codeTable(lengths.slice(0, nLiterals)), distances: codeTable(lengths.slice(nLiterals)) };
  }

  symbol(table) {
    while (this.held < 15 && this.at < this.bytes.length) {
      this.hold |= this.bytes[this.at] << this.held;
      this.at += 1;
      this.held += 8;
    }
    const entry = table[this.hold & (table.length - 1)];
    const length = entry & 15;
    if (length > this.held || this.held === 0) throw cutOff();
    if (length === 0) throw corrupt();
    this.hold >>>= length;
    this.held -= length;
    return entry >> 4;
  }

  decodeSome(literals, distances) {
    const { output } = this;
    const full = output.length - LONGEST_MATCH;
    while (this.size <= full) {
      const symbol = this.symbol(literals);
      if (symbol < 256) {
        output[this.size] = symbol;
        this.size += 1;
        continue;
      }
      if (symbol === 256) return true;
      if (symbol > 285) throw corrupt();
      const [least, extra] = LENGTHS[symbol - 257];
      const length = least + this.bits(extra);
      const code = this.symbol(distances);
      if (code > 29) throw corrupt();
      const [nearest, more] = DISTANCES[code];
      const distance = nearest + this.bits(more);
      if (distance > this.size - this.start) throw corrupt();
      const end = this.size + length;
      for (let at = this.size; at < end; at += 1) output[at] = output[at - distance];
      this.size = end;
    }
    return false;
  }
}
