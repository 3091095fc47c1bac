// Draw the figures of a page in its theme, and make their downloads. The server describes each figure:
// challenge/figures/figure.py.
"use strict";

const themes = JSON.parse(document.getElementById("figure-themes").textContent);
const packer = document.currentScript.dataset.fflate;
const plotlySource = document.querySelector("script[data-plotly]").src;
const pngScale = Number(document.currentScript.dataset.pngScale);
const pngResolution = document.currentScript.dataset.pngResolution.replace(/../g, (byte) =>
  String.fromCharCode(parseInt(byte, 16)),
);
const PNG_RESOLUTION_AT = 33; // after the signature and the first chunk

const currentTheme = () => themes[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
const specOf = (box) => JSON.parse(box.querySelector("script[type='application/json']").textContent);

// --- On the page ------------------------------------------------------------------------------------

const draw = async (box, look = {}) => {
  const plot = box.querySelector("[data-plot]");
  const spec = specOf(box);
  plot.parentElement.hidden = false;
  plot.style.minWidth = `${plot.dataset.minWidth}px`;
  plot.style.height = `${spec.layout.height}px`; // without it, a resize while plotly redraws would leave 0 px
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", `${spec.title}. The numbers are in the table below.`);
  const layout = { ...spec.layout, template: currentTheme(), autosize: true, ...look };
  await Plotly.react(plot, spec.data, layout, { displayModeBar: false, responsive: true });
  if (box.dataset.drawn) return;
  box.dataset.drawn = "true";
  box.querySelector("[data-numbers]").open = false;
  box.querySelector("[data-downloads]").hidden = false;
};

// Draw only figures near the viewport: a page may have many.
const nearby = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      nearby.unobserve(entry.target);
      draw(entry.target);
    }
  },
  { rootMargin: "400px" },
);
const watch = (root) => {
  for (const box of root.querySelectorAll("[data-figure]:not([data-drawn])")) nearby.observe(box);
  for (const box of root.querySelectorAll("[data-figures-zip]")) box.hidden = false;
};
watch(document);
document.addEventListener("htmx:load", (event) => watch(event.target));

const drawn = () => document.querySelectorAll("[data-figure][data-drawn]");
const redraw = () => drawn().forEach((box) => draw(box));
new MutationObserver(redraw).observe(document.documentElement, {
  attributeFilter: ["data-bs-theme"],
});
// In print, draw every figure in the light theme and as wide as the page; wide figures are scaled down.
const PAPER_WIDTH = 640;
window.addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("[data-figure]")) {
    const plot = box.querySelector("[data-plot]");
    const width = Math.max(PAPER_WIDTH, plot.dataset.minWidth);
    plot.style.zoom = PAPER_WIDTH / width;
    draw(box, { template: themes.light, autosize: false, width });
  }
});
window.addEventListener("afterprint", () => {
  for (const plot of document.querySelectorAll("[data-plot]")) plot.style.zoom = "";
  redraw();
});

// --- Downloads --------------------------------------------------------------------------------------

const image = async (spec, format) => {
  const { width, height } = spec.file;
  const figure = { data: structuredClone(spec.data), layout: structuredClone(spec.file) };
  const scale = format === "png" ? pngScale : 1;
  const address = await Plotly.toImage(figure, { format, width, height, scale });
  const body = address.slice(address.indexOf(",") + 1);
  if (format === "svg") return new TextEncoder().encode(decodeURIComponent(body));
  const png = atob(body);
  const bytes = png.slice(0, PNG_RESOLUTION_AT) + pngResolution + png.slice(PNG_RESOLUTION_AT);
  return Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
};

// Escape text of a team that a spreadsheet would read as a formula: the rule of `challenge/formats/spreadsheets.py`.
const FORMULA = "(?=[\\s\\x1c-\\x1f\\x85\"]*[-=+@\uff1d\uff0b\uff0d\uff20])";
const AT_THE_START = new RegExp(`^${FORMULA}|^[\\t\\r\\n]`);
const AFTER_A_CELL = new RegExp(`([;\\t\\r\\n])${FORMULA}`, "g");
const withoutFormulas = (text) => (AT_THE_START.test(text) ? "'" : "") + text.replace(AFTER_A_CELL, "$1'");
const csvCell = (cell) => {
  const text = cell === null ? "" : typeof cell === "string" ? withoutFormulas(cell) : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csv = (spec) =>
  new TextEncoder().encode([spec.columns, ...spec.rows].map((row) => row.map(csvCell).join(",") + "\r\n").join(""));

// One file that works offline: it contains the library.
const html = async (spec) => {
  const library = (await (await fetch(plotlySource)).text()).replaceAll("</script", "<\\/script");
  const figure = JSON.stringify({ data: spec.data, layout: { ...spec.file, width: undefined, autosize: true } });
  const title = spec.title.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><body>
<div id="figure"></div><script>${library}</script>
<script type="application/json" id="spec">${figure.replaceAll("<", "\\u003c")}</script>
<script>const figure = JSON.parse(document.getElementById("spec").textContent);
Plotly.newPlot("figure", figure.data, figure.layout, { responsive: true });</script></body></html>`;
  return new TextEncoder().encode(page);
};

const FORMATS = {
  png: { type: "image/png", make: (spec) => image(spec, "png") },
  svg: { type: "image/svg+xml", make: (spec) => image(spec, "svg") },
  csv: { type: "text/csv", make: csv },
  html: { type: "text/html", make: html },
};

const save = (bytes, type, name) => {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-downloads] [data-format]");
  if (!button) return;
  const spec = specOf(button.closest("[data-figure]"));
  const format = button.dataset.format;
  button.disabled = true;
  try {
    save(await FORMATS[format].make(spec), FORMATS[format].type, `${spec.name}.${format}`);
  } finally {
    button.disabled = false;
  }
});

// --- All figures in one ZIP; the server makes it if it can (challenge/figures/files.py) ---------------

const loadPacker = () =>
  new Promise((resolve, reject) => {
    if (window.fflate) return resolve();
    const script = document.createElement("script");
    Object.assign(script, { src: packer, onload: resolve, onerror: reject });
    document.head.append(script);
  });

const allFigures = async ({ source, name }) => {
  if (!source) {
    const readme = `${document.title}\n${location.href}\nMade on ${new Date().toISOString()}\n`;
    return { name, readme, figures: [...document.querySelectorAll("[data-figure]")].map(specOf) };
  }
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`${source}: ${answer.status}`);
  return answer.json();
};

const makeZip = async (about, tell) => {
  const { name, readme, figures } = await allFigures(about);
  await loadPacker();
  const files = { "README.txt": new TextEncoder().encode(readme) };
  for (const [number, spec] of figures.entries()) {
    tell(`${number + 1} of ${figures.length}`);
    files[`png/${spec.name}.png`] = [await image(spec, "png"), { level: 0 }]; // already compressed
    files[`svg/${spec.name}.svg`] = await image(spec, "svg");
    files[`csv/${spec.name}.csv`] = csv(spec);
  }
  save(fflate.zipSync(files), "application/zip", `${name}.zip`);
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-figures-zip] button");
  if (!button) return;
  const status = button.parentElement.querySelector("[role=status]");
  const tell = (text) => (status.textContent = text);
  button.disabled = true;
  try {
    await makeZip(button.dataset, tell);
    tell("Done.");
  } catch (error) {
    console.error(error);
    tell("The ZIP could not be made. Please try again.");
  } finally {
    button.disabled = false;
  }
});
