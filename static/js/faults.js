// Faults of requests by htmx. A form says next to its button what happened and keeps its input. A part of a page that
// reloads itself says that it may be out of date, and tries again.
(() => {
  "use strict";

  const { login } = document.currentScript.dataset;
  const FIRST_PAUSE = 5_000; // milliseconds until a part tries again; each pause is twice as long
  const LONGEST_PAUSE = 60_000;
  const REFUSALS = {
    200: "Something else has answered in place of this site, perhaps your network. Nothing was submitted. "
      + "Open this site in a new tab, then submit again here.",
    403: "The form had expired, so nothing was submitted. What you typed is still here: please submit again. "
      + "If this happens twice, check that your browser accepts cookies from this site.",
    413: "The file is too large for this site. Nothing was submitted. "
      + "Compress it with gzip, choose the new file, and submit again.",
    429: "There were too many requests in a short time. Nothing was submitted. "
      + "Please wait a few minutes, then submit again.",
  };
  const waiting = new Map(); // part of the page -> its timer and its next pause

  // A page in place of a part comes from something between the browser and the site.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!/^\s*<!doctype html/i.test(detail.serverResponse)) return;
    detail.shouldSwap = false;
    detail.isError = true;
  });

  document.addEventListener("htmx:afterRequest", async ({ detail: { xhr, requestConfig, successful } }) => {
    const { elt, verb } = requestConfig;
    const isForm = verb !== "get";
    if (successful) {
      showFault(elt, isForm, []);
      if (!isForm) goOn(elt);
    } else if (isForm) {
      showFault(elt, isForm, await aboutForm(elt, xhr, requestConfig), xhr.status);
      // The list shows the file if it has arrived.
      if (elt.dataset.refresh && isTemporary(xhr.status)) htmx.trigger(elt.dataset.refresh, "again");
    } else {
      showFault(elt, isForm, aboutPart(xhr), xhr.status);
      if (isTemporary(xhr.status)) tryLater(elt);
    }
  });
  document.addEventListener("htmx:beforeRequest", ({ detail: { requestConfig: { elt, verb } } }) => {
    if (verb !== "get") showFault(elt, true, []);
  });

  /** Return sentences about a submission that failed, as texts and links. */
  async function aboutForm(form, xhr, { hasTimedOut }) {
    const { status } = xhr;
    if (status === 401) {
      return ["You are no longer logged in, so nothing was submitted. What you typed is still here: ",
        logInLink("log in in a new tab"), ", come back, and submit again."];
    }
    if (status === 409) {
      return [`${otherTeam(xhr)} Nothing was submitted, because this form belongs to ${ownTeam()}. `
        + `To submit for ${ownTeam()}, log in as that team in another tab, then submit again here.`];
    }
    if (status in REFUSALS) return [REFUSALS[status]];
    if (status >= 500) {
      return [`The site does not work at the moment (error ${status}). As far as we know, nothing was submitted. `
        + "Please submit again in a few minutes: a file that has arrived after all is not submitted twice."];
    }
    if (status >= 400) return [`The site refused the request (error ${status}). Nothing was submitted. Please submit again.`];
    if (await hasChangedFile(form)) {
      return ["The file has changed since you chose it, so nothing was submitted. Choose it again, then submit."];
    }
    return [hasTimedOut ? "The server has not answered for minutes. " : "The server could not be reached, or the connection was lost. ",
      "If your file has arrived, it appears in your list of submissions. "
      + "If not, please submit again: a file that has arrived is not submitted twice."];
  }

  /** Return sentences about a part of the page that could not be reloaded, as texts and links. */
  function aboutPart(xhr) {
    const { status } = xhr;
    if (status === 401) {
      return ["You are no longer logged in, so this part of the page is not updated. ",
        logInLink("Log in in a new tab"), ": the updates then go on by themselves."];
    }
    if (status === 409) return [`${otherTeam(xhr)} This part of the page is not updated, because it belongs to ${ownTeam()}.`];
    if (!isTemporary(status)) return [`This part of the page cannot be updated any more (error ${status}). Please reload the page.`];
    const why = status >= 400 ? `the server could not answer (error ${status})` : "the server could not be reached";
    return [`This part of the page may be out of date: ${why}. The page keeps trying.`];
  }

  const isTemporary = (status) => status < 400 || status >= 500 || [401, 409, 429].includes(status);
  const otherTeam = (xhr) => `You are now logged in as “${xhr.responseText}”.`;
  const ownTeam = () => `“${document.querySelector(".site-team").textContent}”`;

  function logInLink(text) {
    const link = document.createElement("a");
    link.href = `${login}?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.target = "_blank";
    link.textContent = text;
    return link;
  }

  /** Return true if a chosen file cannot be read any more, for example because it was written again. */
  async function hasChangedFile(form) {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
    const reads = await Promise.allSettled(files.map((file) => file.slice(0, 1).arrayBuffer()));
    return reads.some(({ status }) => status === "rejected");
  }

  /** Show sentences next to the button of a form, or at the top of a part; none clears them. */
  function showFault(elt, isForm, content, status = "") {
    let box = elt.querySelector(isForm ? "[data-fault]" : ":scope > [data-fault]");
    if (!box && content.length) {
      box = Object.assign(document.createElement("p"), { className: "fault" });
      elt.prepend(box);
    }
    if (!box) return;
    box.dataset.fault = status;
    const text = content.map((piece) => piece.textContent ?? piece).join("");
    if (box.textContent !== text) box.replaceChildren(...content); // the same words are not announced again
  }

  function tryLater(part) {
    if (!part.getAttribute("hx-trigger").includes("again")) return; // it tries again by itself
    const { timer, pause = FIRST_PAUSE } = waiting.get(part) ?? {};
    clearTimeout(timer);
    const next = setTimeout(() => tryNow(part), pause);
    waiting.set(part, { timer: next, pause: Math.min(2 * pause, LONGEST_PAUSE) });
  }

  function tryNow(part) {
    if (part.isConnected) htmx.trigger(part, "again");
    else waiting.delete(part); // replaced in the meantime
  }

  /** Note that a part was reloaded: its team is logged in again. */
  function goOn(part) {
    clearTimeout(waiting.get(part)?.timer);
    waiting.delete(part);
    for (const box of document.querySelectorAll('form [data-fault="401"]')) {
      box.dataset.fault = "";
      box.textContent = "You are logged in again. Nothing was submitted yet: please submit again.";
    }
  }

  // Do not wait when the reader comes back, perhaps from the log-in, or when the network does.
  for (const event of ["focus", "online"]) {
    window.addEventListener(event, () => {
      for (const [part, { timer }] of [...waiting]) {
        waiting.set(part, { timer }); // with a short pause again, if it fails
        tryNow(part);
      }
    });
  }
})();
