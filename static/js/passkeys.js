// Passkeys: a button asks the browser for one, and sends its answer with the form.
// `data-passkey` of the form says what for: "create" a passkey, or "get" the one that proves who is there.
(() => {
  "use strict";

  const problem = document.getElementById("passkey-problem");
  const options = JSON.parse(document.getElementById("passkey-data").textContent);
  const form = document.querySelector("form[data-passkey]");
  const button = form.querySelector("button");

  // The names are those of the browser's errors.
  const REASONS = {
    InvalidStateError: "This device has a passkey for your account already.",
    NotAllowedError: "No passkey was given: the window was closed, or the time was over.",
    NotSupportedError: "This device cannot make passkeys for this site.",
    SecurityError: "Passkeys need the address of the site with https://, or http://localhost.",
  };

  const show = (text) => {
    problem.textContent = text;
    problem.hidden = false;
  };

  const ask = async () => {
    const answer =
      form.dataset.passkey === "create"
        ? await window.webauthnJSON.create(options.creation_options)
        : await window.webauthnJSON.get(options.request_options);
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    ask().catch((error) => {
      button.disabled = false;
      show(`${REASONS[error.name] || "The passkey did not work."} Please try again.`);
    });
  });

  if (!window.PublicKeyCredential) {
    button.disabled = true;
    show("This browser has no passkeys, or the address of the site does not begin with https://.");
  }
})();
