// Worker that checks submission files. It takes {parts} once, the URLs of its scripts, and then any number of
// {file, rules, resolution}. For each file it posts {progress}, from 0 to 1, and finally {result} or {failure}.
"use strict";

self.onmessage = async ({ data: { parts, file, rules, resolution = null } }) => {
  try {
    if (parts) importScripts(...parts);
    if (!file) return;
    const report = (progress) => self.postMessage({ progress });
    self.postMessage({ result: await check(file, rules, report, resolution) });
  } catch (error) {
    self.postMessage({ failure: String(error) });
  }
};
