// Show times in the time zone of the browser, with UTC on hover; the server writes UTC.
const inReadersZone = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});
const showTimes = (root) => {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    if (!time.textContent.trim().endsWith("UTC")) continue; // a date without a time
    time.title = time.textContent.trim();
    time.textContent = inReadersZone.format(new Date(time.dateTime));
  }
};
showTimes(document);
document.addEventListener("htmx:load", (event) => showTimes(event.target));

// Buttons that copy the text of the element they name; hidden if the browser does not allow pages to copy.
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
