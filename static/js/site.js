// Shows how far an upload has come: htmx reports the progress of the request that a form makes.
document.addEventListener("htmx:xhr:progress", (event) => {
  const progress = event.target.querySelector("progress[data-upload]");
  if (!progress || !event.detail.lengthComputable) return;
  const percent = Math.round((100 * event.detail.loaded) / event.detail.total);
  progress.value = percent;
  const label = event.target.querySelector("[data-upload-label]");
  label.textContent = percent < 100 ? `Uploading: ${percent} %` : "Uploaded. Checking in…";
});

// A form that could not be sent says so, and keeps what was typed.
const explain = (event, text) => {
  const label = event.target.querySelector?.("[data-upload-label]");
  if (label) label.textContent = text;
};
document.addEventListener("htmx:sendError", (event) => {
  explain(event, "The server could not be reached. Nothing was submitted: please try again.");
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  const advice = status === 413 ? "it is more than the site takes. Compress the file with gzip" : "please try again";
  explain(event, `The server answered with error ${status}. Nothing was submitted: ${advice}.`);
});

// Times are written in UTC; here the reader sees them in the zone of the browser, with UTC on hover.
const inReadersZone = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});
const showTimes = (root) => {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    if (!time.textContent.trim().endsWith("UTC")) continue; // a day only
    time.title = time.textContent.trim();
    time.textContent = inReadersZone.format(new Date(time.dateTime));
  }
};
showTimes(document);
document.addEventListener("htmx:load", (event) => showTimes(event.target));

// A button that copies the text of the element it names; it stays hidden where the browser lets no page copy.
const showCopyButtons = (root) => {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button || button.dataset.label) return;
  button.dataset.label = button.textContent;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed: select and copy the text";
  }
  setTimeout(() => {
    button.textContent = button.dataset.label;
    delete button.dataset.label;
  }, 2000);
});
showCopyButtons(document);
document.addEventListener("htmx:load", (event) => showCopyButtons(event.target));
