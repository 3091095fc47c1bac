// Check a file before its upload, in a worker (format-worker.js), for each field with data-check-format.
// The checker only reports: the team decides whether to upload, and the site checks the file again.
(() => {
  "use strict";

  const { worker: workerUrl, parts } = document.currentScript.dataset;
  const usual = JSON.parse(document.getElementById("format-rules").textContent);
  const byPhase = JSON.parse(document.getElementById("format-rules-by-phase")?.textContent ?? "{}");
  const running = new WeakMap(); // field -> worker that checks its file
  const archives = new WeakSet(); // fields with a zip archive, which is judged for a resolution

  function checkAgain(field) {
    running.get(field)?.terminate();
    field.parentElement.querySelector(".format-check")?.remove();
    if (field.files.length) checkFile(field, field.files[0]);
  }

  function checkFile(field, file) {
    const report = new Report(field, file);
    const rules = byPhase[field.form?.elements.phase?.value] ?? usual; // a phase may score further datasets
    const refusal = refusalOfTheForm(file, rules);
    if (refusal) {
      report.showProblems([refusal]);
      return;
    }
    const worker = new Worker(workerUrl);
    running.set(field, worker);
    const resolution = resolutionOf(field);
    const fail = (why) => {
      worker.terminate();
      report.showFailure(why);
    };
    worker.onerror = (event) => fail(event.message);
    worker.onmessage = ({ data: { progress, result, failure } }) => {
      if (progress !== undefined) {
        report.showProgress(progress);
      } else if (failure) {
        fail(failure);
      } else {
        worker.terminate();
        if (result.is_archive) archives.add(field);
        if (result.is_archive && resolutionOf(field) !== resolution) checkAgain(field);
        else if (result.valid) report.showValid(result);
        else report.showProblems(result.problems.map(({ text }) => text));
      }
    };
    worker.postMessage({ parts: parts.split(" "), file, rules, resolution });
  }

  /** Return the resolution chosen in the form of a field; null if there is none. */
  const resolutionOf = (field) => Number(field.form?.elements.resolution?.value) || null;

  /** Return the form's error about name or size (challenge/forms.py); null if the form accepts the file. */
  function refusalOfTheForm(file, rules) {
    if (!file.size) return "The file is empty.";
    if (!/\.(csv|csv\.gz|zip)$/i.test(file.name)) {
      return "The file must be a .csv, a .csv.gz compressed with gzip, or a .zip of the files of MedMNIST's evaluator.";
    }
    if (file.size <= rules.most_upload_bytes) return null;
    const most = `${rules.most_upload_bytes / 2 ** 20} MB`;
    return `The file is larger than ${most}. Compress it with gzip, or write fewer digits.`;
  }

  /** Report below a field; screen readers announce changes of its status. */
  class Report {
    constructor(field, file) {
      const box = document.createElement("div");
      box.className = "format-check";
      box.innerHTML = '<p role="status"></p><progress max="1" aria-label="Checking the file"></progress>'
        + '<ul class="problems"></ul>';
      field.parentElement.append(box);
      [this.status, this.progress, this.list] = box.children;
      this.status.textContent = `Checking ${file.name}…`;
    }

    showProgress(share) {
      this.progress.value = share;
    }

    showValid({ rows, datasets, layout, warnings, has_truth: hasTruth }) {
      const attention = warnings.length ? `, with ${counted(warnings.length, "warning")}` : "";
      const content = `${rows.toLocaleString("en")} rows, ${datasets} datasets, ${layout}`;
      this.finish("state state-scored", `Valid${attention}: ${content}.`);
      if (hasTruth) {
        this.list.before("The site also compares truth with the test labels; this checker does not have them.");
      }
      this.fill(warnings);
      if (warnings.length) this.frame("alert alert-warning");
    }

    showProblems(problems) {
      this.finish("state state-failed", `The site would refuse this file: ${counted(problems.length, "problem")}.`);
      this.fill(problems);
    }

    showFailure(why) {
      const text = `The file could not be checked here${why ? ` (${why})` : ""}.`;
      this.finish("", `${text} The site checks it when it is uploaded.`);
      this.fill([]);
    }

    finish(state, text) {
      this.progress.remove();
      this.status.className = state;
      this.status.textContent = text;
    }

    fill(texts) {
      if (!texts.length) this.list.remove();
      this.list.append(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    }

    frame(className) {
      const frame = Object.assign(document.createElement("div"), { className });
      this.list.replaceWith(frame);
      frame.append(this.list);
    }
  }

  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

  document.addEventListener("change", ({ target }) => {
    if (target.matches("input[data-check-format]")) {
      archives.delete(target);
      checkAgain(target);
    } else if (target.name === "resolution" || target.name === "phase") {
      const fields = target.form?.querySelectorAll("input[data-check-format]") ?? [];
      for (const field of fields) if (target.name === "phase" || archives.has(field)) checkAgain(field);
    }
  });
  for (const needsScripts of document.querySelectorAll("[data-checker]")) needsScripts.hidden = false;
})();
