// Read the files of MedMNIST's evaluator from a zip archive: challenge/scoring/reading/parse_evaluator.py.
"use strict";

const DAMAGED = "The zip archive is damaged; make it again and upload it again";

/** Return the rows of all datasets; throw a Refusal if the archive or a file in it cannot be read. */
async function readArchive(file, rules, report, resolution) {
  const members = await membersOf(file, rules);
  const chosen = chooseFiles(filesOf(members), rules, resolution);
  checkMethods(chosen, rules);
  const nPacked = chosen.reduce((total, { packedSize }) => total + packedSize, 0);
  const problems = new ProblemLog(rules, true);
  const content = { datasets: [], problems, nRows: 0, layout: "files of MedMNIST's evaluator", hasTruth: false };
  let bytesLeft = rules.most_text_bytes;
  let nRead = 0;
  for (const [place, dataset] of rules.datasets.entries()) {
    const member = chosen[place];
    const bytes = bytesOf(file, member, (share) => report((nRead + share * member.packedSize) / nPacked));
    const { reader, size } = await namingDataset(dataset, readMember(bytes, dataset, problems, bytesLeft, rules));
    bytesLeft -= size;
    nRead += member.packedSize;
    content.datasets.push(...reader.finish());
    content.nRows += reader.nRows;
  }
  return content;
}

async function membersOf(file, rules) {
  let members;
  try {
    members = await zipMembers(file, rules);
  } catch (error) {
    throw error instanceof BadZip ? new Refusal(DAMAGED) : error;
  }
  if (members) return members;
  const most = grouped(rules.most_zip_entries);
  throw new Refusal(`The zip archive has more than ${most} entries; send only the files of the test splits`);
}

/** Refuse members that are encrypted, or compressed by another method than deflate. */
function checkMethods(members, rules) {
  for (const { name, flags, method } of members) {
    const quoted = shown(name, rules.shown_characters_of_names);
    if (flags & FLAGS.encrypted) {
      throw new Refusal(`The zip archive is encrypted (${quoted}); make it without a password`);
    }
    if (method !== STORED && method !== DEFLATED) {
      throw new Refusal(`The zip archive is compressed by an unusual method (${quoted}); make it again with deflate`);
    }
  }
}

/** Yield the bytes of a member in pieces; throw a Refusal if it is damaged. */
async function* bytesOf(file, member, report) {
  try {
    yield* bytesOfMember(file, member, report);
  } catch (error) {
    throw error instanceof BadZip ? new Refusal(DAMAGED) : error;
  }
}

/** Name the dataset in problems of its file as a whole. */
async function namingDataset({ name }, reading) {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw refusalWith(error.problems.map((found) => ({ ...found, dataset: name })));
  }
}

/** Read the lines of one file; return its reader and the number of bytes of its rows. */
async function readMember(bytes, dataset, problems, bytesLeft, rules) {
  const { beginning, pieces } = await opened(bytes, rules, judgeRows);
  const text = { beginning, pieces: limited(pieces, bytesLeft, "The decompressed file") };
  const lines = new EvaluatorLines(dataset, problems, rules);
  const size = await readLines(text, dataset.most_lines, rules, (...line) => lines.take(...line));
  return { reader: lines.finish(), size };
}

/** Lines of one file; the first row decides whether a binary dataset has one score or two. */
class EvaluatorLines {
  constructor(dataset, problems, rules) {
    this.waiting = []; // lines before the first row
    this.start = (hasOneScore) => new EvaluatorReader(dataset, hasOneScore, problems, rules);
    this.isBinary = dataset.is_binary;
    this.reader = null;
  }

  take(line, text, bytes, { isOpen }) {
    this.waiting.push([line, text, isOpen]);
    const row = text ?? String.fromCharCode(...bytes);
    if (!this.reader && /^[ \t\r]*$/.test(row)) return;
    this.reader ??= this.start(this.isBinary && row.split(",").length === 2);
    this.takeWaiting();
  }

  takeWaiting() {
    for (const row of this.waiting.splice(0)) this.reader.take(...row);
  }

  finish() {
    this.reader ??= this.start(false);
    this.takeWaiting();
    return this.reader;
  }
}
