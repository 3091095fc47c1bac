// Files of MedMNIST's evaluator in a zip archive: challenge/scoring/reading/archives.py and evaluator_files.py.
"use strict";

const EVALUATOR_NAME = /^([a-z]+mnist(?:3d)?)(?:_([0-9]{1,6}))?_(train|val|test)(?![a-z0-9]).*\.csv$/s;
const EXAMPLE_OF_NAME = "pathmnist_224_test_[AUC]0.912_[ACC]0.834@run1.csv";
const FILES_OF_THE_SYSTEM = ["thumbs.db", "desktop.ini"];

/** Return the files of an archive with their names without folders as `file`; hidden files are left out. */
function filesOf(members) {
  return members.map((member) => ({ ...member, parts: member.name.replaceAll("\\", "/").split("/") }))
    .filter(({ parts }) => parts.at(-1) && !parts.some((part) => part.startsWith(".") && part !== "."))
    .filter(({ parts }) => !parts.slice(0, -1).includes("__MACOSX"))
    .map((member) => ({ ...member, file: member.parts.at(-1) }))
    .filter(({ file }) => !FILES_OF_THE_SYSTEM.includes(file.toLowerCase()));
}

/** Return the member of each dataset; `resolution` is that of the submission, null if it is not known. */
function chooseFiles(files, rules, resolution) {
  const kind = kindOfNames(files.map(({ name }) => name));
  if (kind) throw new Refusal(`The file is not CSV: it seems to be ${kind}`);
  if (!files.length) throw new Refusal("The zip archive has no files; make it again");
  const matched = files.map((member) => ({ ...member, match: member.file.toLowerCase().match(EVALUATOR_NAME) }));
  checkOtherFiles(matched.filter(({ match }) => !match).map(({ file }) => file), files.length, rules);
  const isTest = ({ match }) => match[3] === "test" && rules.datasets.some(({ name }) => name === match[1]);
  const pixelsOf = ({ match }) => (match[2] ? Number(match[2]) : null);
  const tests = matched.filter(isTest)
    .map((member) => ({ ...member, dataset: member.match[1], pixels: pixelsOf(member) }));
  if (!tests.length) {
    throw new Refusal("The zip archive has no file of a test split as MedMNIST's evaluator names them, "
      + `such as ${EXAMPLE_OF_NAME}`);
  }
  checkSizes(tests, rules, resolution);
  return oneForEach(tests, rules);
}

/** Return the format of a zip archive by the names of its entries; null if it is just an archive. */
function kindOfNames(names) {
  for (const name of names) {
    if (name.endsWith(".npy")) return "a NumPy .npz file";
    if (name === "[Content_Types].xml") return "an Excel (.xlsx) file";
    if (name === "content.xml") return "an OpenDocument (.ods) file";
    if (name.endsWith("/data.pkl")) return "a PyTorch file";
  }
  return null;
}

/** Refuse an archive with files that are not the evaluator's. */
function checkOtherFiles(others, nFiles, rules) {
  if (!others.length) return;
  const first = shown(others[0], rules.shown_characters_of_names);
  const name = others[0].toLowerCase();
  if (nFiles === 1 && /\.csv(\.gz)?$/.test(name)) {
    throw new Refusal(`The zip archive holds one CSV (${first}); send the CSV itself, plain or compressed with gzip. `
      + "A zip is only for the files of MedMNIST's evaluator");
  }
  if (name.endsWith(".zip")) {
    throw new Refusal(`The zip archive holds another archive (${first}); put the CSV files themselves into one zip`);
  }
  throw new Refusal(`The zip archive holds a file that MedMNIST's evaluator does not write (${first}); `
    + `send only its files, such as ${EXAMPLE_OF_NAME}`);
}

function checkSizes(tests, rules, resolution) {
  const bySize = new Map([...tests].reverse().map((member) => [member.pixels, member])); // the first file of each size
  if (bySize.size > 1) {
    const quoted = [...bySize.values()].reverse().map(({ file }) => shown(file, rules.shown_characters_of_names));
    const names = quoted.join(", ");
    throw new Refusal(`The files are of several resolutions by their names (${names}); send one resolution in a zip`);
  }
  const { pixels } = tests[0];
  if (pixels === null || resolution === null || pixels === resolution) return;
  throw new Refusal(`The files are for images of ${pixels} pixels by their names, `
    + `but the submission is for ${resolution} pixels; choose the resolution of the files`);
}

function oneForEach(tests, rules) {
  const problems = new ProblemLog(rules);
  const chosen = new Map();
  for (const member of tests) {
    const first = chosen.get(member.dataset);
    if (!first) {
      chosen.set(member.dataset, member);
      continue;
    }
    const both = [first, member].map(({ file }) => shown(file, rules.shown_characters_of_names)).join(", ");
    const message = `the zip archive has two files of the dataset (${both}); send one run`;
    problems.addOnce("two files", message, { dataset: member.dataset });
  }
  problems.refuseIfAny();
  const missing = rules.datasets.map(({ name }) => name).filter((name) => !chosen.has(name));
  if (!missing.length) return rules.datasets.map(({ name }) => chosen.get(name));
  const all = `the files of all ${rules.datasets.length} datasets`;
  throw new Refusal(`The zip archive has no file of ${named(missing)}; send ${all}`);
}
