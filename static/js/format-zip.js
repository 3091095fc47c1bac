// Read the members of a zip file as Python's zipfile does, so that both find the same members and the same damage.
// The central directory counts; local headers must agree with it. Only pieces of a member are in memory.
"use strict";

const DIRECTORY_ENTRY = 46; // bytes before the name
const LOCAL_HEADER = 30;
const END_RECORD = 22;
const END_RECORD_64 = 56;
const LOCATOR_64 = 20;
const MOST_COMMENT = 2 ** 16;
const NEWEST_VERSION = 63; // the latest that zipfile reads
const IN_EXTRA_FIELD = 0xffffffff; // in place of a size or an offset of 64 bits
const FLAGS = { encrypted: 0x1, patched: 0x20, stronglyEncrypted: 0x40, utf8Name: 0x800 };
const STORED = 0;
const DEFLATED = 8;
const RAW_DEFLATE = -15; // zlib's windowBits

const CODE_PAGE_437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
  + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xa0";

const MAGICS = [0x504b0304, 0x504b0506]; // of an archive, and of an empty archive

/** Damage of an archive or of a member, or a property that zipfile does not support. */
class BadZip extends Error {}

/** Return whether the first bytes of a file are those of a zip archive. */
async function isZip(file) {
  const view = new DataView(await file.slice(0, 4).arrayBuffer());
  return view.byteLength === 4 && MAGICS.includes(view.getUint32(0));
}

async function viewOf(blob, start, end) {
  if (start < 0) throw new BadZip("an offset before the beginning of the file");
  return new DataView(await blob.slice(start, end).arrayBuffer());
}

/** Return whether the bytes at a place are the signature of a record: PK and two numbers. */
const isRecord = (view, at, kind) => at >= 0 && at + 4 <= view.byteLength && view.getUint32(at) === 0x504b0000 + kind;
const longAt = (view, at) => Number(view.getBigUint64(at, true));

/** Return the members of a zip file in the order of its central directory; null if there are too many, with folders. */
async function zipMembers(file, rules) {
  const { location, size, offset } = await endOfDirectory(file);
  const before = location - size - offset; // number of bytes in front of the zip file
  if (offset + before < 0) throw new BadZip("a bad offset of the central directory");
  if (size > rules.most_zip_directory_bytes) return null;
  const directory = await viewOf(file, offset + before, offset + before + size);
  const members = [];
  for (let at = 0; at < size; ) {
    const { member, length } = directoryEntry(directory, at);
    members.push({ ...member, offset: member.offset + before });
    at += length;
  }
  return members.length > rules.most_zip_entries ? null : members;
}

/** Find the central directory: its offset and size as stated, and the place where it ends. */
async function endOfDirectory(file) {
  const start = Math.max(file.size - MOST_COMMENT - END_RECORD, 0);
  const tail = await viewOf(file, start, file.size);
  const at = lastEndRecord(tail);
  if (at < 0 || at + END_RECORD > tail.byteLength) throw new BadZip("no central directory");
  const found = { location: start + at, size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
  return (await endOfDirectory64(file, found.location)) ?? found;
}

function lastEndRecord(tail) {
  const last = tail.byteLength - END_RECORD;
  if (isRecord(tail, last, 0x0506) && tail.getUint16(last + 20, true) === 0) return last;
  for (let at = tail.byteLength - 4; at >= 0; at -= 1) if (isRecord(tail, at, 0x0506)) return at;
  return -1;
}

/** Read the records of a zip file with 64-bit sizes, which precede the end record; null if there are none. */
async function endOfDirectory64(file, endRecord) {
  const location = endRecord - LOCATOR_64 - END_RECORD_64;
  if (endRecord < LOCATOR_64) return null;
  const view = await viewOf(file, Math.max(location, 0), endRecord);
  const locator = view.byteLength - LOCATOR_64;
  if (!isRecord(view, locator, 0x0607)) return null;
  if (view.getUint32(locator + 4, true) !== 0 || view.getUint32(locator + 16, true) > 1) {
    throw new BadZip("a zip file on several disks");
  }
  if (location < 0) throw new BadZip("no room for the central directory");
  return isRecord(view, 0, 0x0606) ? { location, size: longAt(view, 40), offset: longAt(view, 48) } : null;
}

function directoryEntry(view, at) {
  if (at + DIRECTORY_ENTRY > view.byteLength) throw new BadZip("the central directory ends too early");
  if (!isRecord(view, at, 0x0102)) throw new BadZip("a bad entry of the central directory");
  const short = (place) => view.getUint16(at + place, true);
  const long = (place) => view.getUint32(at + place, true);
  const nameEnd = DIRECTORY_ENTRY + short(28);
  const extraEnd = nameEnd + short(30);
  if (short(6) % 256 > NEWEST_VERSION) throw new BadZip(`version ${short(6) % 256}`);
  const flags = short(8);
  const fullName = nameOf(bytesAt(view, at + DIRECTORY_ENTRY, at + nameEnd), flags);
  const member = {
    name: fullName.split("\0", 1)[0], fullName, flags, method: short(10),
    crc: long(16), packedSize: long(20), size: long(24), offset: long(42),
  };
  readExtraFields(bytesAt(view, at + nameEnd, at + extraEnd), member);
  return { member, length: extraEnd + short(32) };
}

/** Return the bytes of a view from one place to another, fewer if the view is shorter. */
function bytesAt(view, start, end) {
  const last = Math.min(end, view.byteLength);
  return new Uint8Array(view.buffer, view.byteOffset + Math.min(start, last), Math.max(last - start, 0));
}

function nameOf(bytes, flags) {
  if (flags & FLAGS.utf8Name) {
    const name = decoded(bytes);
    if (name === null) throw new BadZip("a name that is not UTF-8");
    return name;
  }
  return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CODE_PAGE_437[byte - 128])).join("");
}

/** Replace sizes and offset of a member by the 64-bit numbers of its extra field. */
function readExtraFields(bytes, member) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > bytes.length) throw new BadZip("a corrupt extra field");
    if (view.getUint16(at, true) === 1) {
      let place = at + 4;
      for (const key of ["size", "packedSize", "offset"]) {
        if (member[key] !== IN_EXTRA_FIELD) continue;
        if (place + 8 > end) throw new BadZip("a corrupt extra field of 64-bit sizes");
        member[key] = longAt(view, place);
        place += 8;
      }
    }
    at = end;
  }
}

/** Yield the bytes of a stored or deflated member in pieces; the last comes only if the CRC is right. */
async function* bytesOfMember(file, member, report) {
  const start = await startOfData(file, member);
  const end = start + member.packedSize;
  const packed = streamed(file.slice(start, end), report);
  let left = member.size;
  let crc = 0;
  for await (const chunk of member.method === DEFLATED ? inflated(packed) : chunked(packed)) {
    const bytes = chunk.subarray(0, left);
    left -= bytes.length;
    crc = crc32(bytes, crc);
    const isLast = !left || chunk.length < PIECE;
    if (isLast) checkEnd(member, crc, left, end > file.size);
    yield bytes;
    if (isLast) return;
  }
  checkEnd(member, crc, left, end > file.size);
}

function checkEnd(member, crc, left, isCutOff) {
  if (left && isCutOff) throw new BadZip("a member that ends too early");
  if (crc !== member.crc) throw new BadZip("a wrong CRC");
}

async function startOfData(file, { offset, fullName, flags }) {
  const header = await viewOf(file, offset, offset + LOCAL_HEADER);
  if (header.byteLength < LOCAL_HEADER || !isRecord(header, 0, 0x0304)) throw new BadZip("no local header");
  const nameEnd = offset + LOCAL_HEADER + header.getUint16(26, true);
  const name = await viewOf(file, offset + LOCAL_HEADER, nameEnd);
  if (flags & FLAGS.patched) throw new BadZip("patched data");
  if (flags & FLAGS.stronglyEncrypted) throw new BadZip("strong encryption");
  if (nameOf(new Uint8Array(name.buffer), header.getUint16(6, true)) !== fullName) throw new BadZip("two names");
  return nameEnd + header.getUint16(28, true);
}

/** Inflate raw deflate data in pieces, each in a buffer of its own; the data may lack its end, as for zipfile. */
async function* inflated(packed) {
  const stream = new pako.ZStream();
  pako.zlibInflateInit2(stream, RAW_DEFLATE);
  stream.output = new Uint8Array(PIECE);
  stream.avail_out = PIECE;
  for await (const piece of packed) {
    stream.input = piece;
    stream.next_in = 0;
    stream.avail_in = piece.length;
    while (stream.avail_in || !stream.avail_out) {
      if (!stream.avail_out) {
        yield stream.output;
        stream.output = new Uint8Array(PIECE);
        stream.next_out = 0;
        stream.avail_out = PIECE;
      }
      const status = pako.zlibInflate(stream, pako.Z_NO_FLUSH);
      if (status < 0 && status !== pako.Z_BUF_ERROR) throw new BadZip("corrupt deflate data");
      if (status === pako.Z_STREAM_END) {
        yield stream.output.subarray(0, stream.next_out);
        return;
      }
    }
  }
  yield stream.output.subarray(0, stream.next_out);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** Return the CRC-32 of bytes that follow others with the given CRC. */
function crc32(bytes, before) {
  let crc = ~before;
  for (let at = 0; at < bytes.length; at += 1) crc = CRC_TABLE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}
