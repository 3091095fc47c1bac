// Worker that checks submission files. It takes {parts} once, the URLs of its scripts, and then any number of
// {file, rules}. For each file it posts {progress}, from 0 to 1, and finally {result} or {failure}.
"use strict";

self.onmessage = async ({ data: { parts, file, rules } }) => {
  try {
    if (parts) importScripts(...parts);
    if (file) self.postMessage({ result: await check(file, rules, (progress) => self.postMessage({ progress })) });
  } catch (error) {
    self.postMessage({ failure: String(error) });
  }
};

async function check(file, rules, report) {
  const checker = new FileChecker(rules);
  const lines = new LineReader(rules, (line, text) => checker.take(line, text));
  try {
    for await (const piece of textOf(file, rules, report)) lines.feed(piece);
    lines.end();
    return { valid: true, problems: [], ...checker.finish() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { valid: false, problems: error.problems.map((found) => ({ ...found, text: inWords(found) })) };
  }
}
