// Python's formats of text and numbers, in which the site words its messages.
// The parts of the checker are plain scripts that share the worker's scope; format-worker.js loads them.
"use strict";

// White space as in Python's str.strip() and str.split().
const WHITE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const OUTER_WHITE = new RegExp(`^${WHITE}|${WHITE}$`, "g");
const INNER_WHITE = new RegExp(WHITE);

const strip = (text) => text.replace(OUTER_WHITE, "");
const stripBlanks = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");
const isAscii = (text) => /^[\0-\x7f]*$/.test(text);
const isBlank = (text) => /^[ \t]*$/.test(text);
const splitAtWhite = (text) => strip(text).split(INNER_WHITE).filter(Boolean);
const grouped = (number) => number.toLocaleString("en-US");

/** Quote text from a file like Python's ascii(): short, without control characters. */
function shown(text, most) {
  const characters = Array.from(text);
  const some = characters.slice(0, most);
  const quote = some.includes("'") && !some.includes('"') ? '"' : "'";
  const escaped = some.map((character) => escapedCharacter(character, quote)).join("");
  return quote + escaped + quote + (characters.length > most ? "..." : "");
}

const ESCAPES = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapedCharacter(character, quote) {
  if (character === quote) return `\\${character}`;
  if (character in ESCAPES) return ESCAPES[character];
  const code = character.codePointAt(0);
  if (code >= 0x20 && code < 0x7f) return character;
  const [letter, width] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).padStart(width, "0")}`;
}

/** Format a number with the given number of significant digits, like Python's format "g". */
function general(value, digits = 6) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  let [mantissa, exponent] = roundedToEven(value, digits - 1).split("e");
  exponent = Number(exponent);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? "-" : "+";
    return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return withoutZeros(Number(`${mantissa}e${exponent}`).toFixed(digits - 1 - exponent));
}

/** Round halves to the even digit, like Python; toExponential rounds halves up. */
function roundedToEven(value, decimals) {
  const [, kept, rest, exponent] = value.toExponential(40).match(new RegExp(`^(-?\\d\\.\\d{${decimals}})(\\d*)(e.*)$`));
  return /^50*$/.test(rest) && kept.at(-1) % 2 === 0 ? kept + exponent : value.toExponential(decimals);
}

const withoutZeros = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** Return the known name closest to a word, like difflib.get_close_matches; undefined if there is none. */
function closest(word, known) {
  let best = { ratio: 0.7, name: undefined };
  for (const name of known) {
    const ratio = (2 * charactersInCommon([...name], [...word])) / (name.length + [...word].length);
    if (ratio > best.ratio || (ratio === best.ratio && (!best.name || name > best.name))) best = { ratio, name };
  }
  return best.name;
}

/** Count shared characters: the longest common run, then the same to the left and to the right of it. */
function charactersInCommon(a, b) {
  let size = 0, inA = 0, inB = 0;
  for (let i = 0; i < a.length; i += 1) {
    for (let j = 0; j < b.length; j += 1) {
      let run = 0;
      while (i + run < a.length && j + run < b.length && a[i + run] === b[j + run]) run += 1;
      if (run > size) [size, inA, inB] = [run, i, j];
    }
  }
  if (!size) return 0;
  return charactersInCommon(a.slice(0, inA), b.slice(0, inB)) + size
    + charactersInCommon(a.slice(inA + size), b.slice(inB + size));
}
