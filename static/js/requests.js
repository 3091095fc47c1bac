// Requests by htmx: the token they carry, the progress of an upload, and the end of a request that gets no answer.
(() => {
  "use strict";

  // Milliseconds without progress, after which a request has failed. gunicorn.conf.py gives up after 120 s.
  const PATIENCE = { get: 30_000, post: 150_000 };

  // The cookie has the valid token: a log-in in another tab has replaced the one in the form.
  document.addEventListener("htmx:configRequest", ({ detail: { formData } }) => {
    const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
    if (token && formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", token);
  });

  document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
    let timer;
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        requestConfig.hasTimedOut = true; // for faults.js
        xhr.abort();
      }, PATIENCE[requestConfig.verb]);
    };
    xhr.upload.addEventListener("progress", restart);
    xhr.addEventListener("loadend", () => clearTimeout(timer));
    restart();
  });

  document.addEventListener("htmx:xhr:progress", ({ target, detail: { lengthComputable, loaded, total } }) => {
    const progress = target.querySelector("progress[data-upload]");
    if (!progress || !lengthComputable) return;
    const percent = Math.round((100 * loaded) / total);
    progress.value = percent;
    const label = target.querySelector("[data-upload-label]");
    label.textContent = percent < 100 ? `Uploading: ${percent} %` : "Uploaded. Waiting for the server…";
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig } }) => {
    const label = requestConfig.elt.querySelector("[data-upload-label]");
    if (label) label.textContent = "";
  });
})();
