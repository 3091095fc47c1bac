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
