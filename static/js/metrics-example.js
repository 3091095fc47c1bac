// Example on the metrics page: the server computes the first values, this script the later values.
const example = document.querySelector("[data-metrics-example]");
const rows = [...example.querySelectorAll("[data-truth]")];
const truths = rows.map((row) => Number(row.dataset.truth));

const rates = (predicted) => {
  const share = (truth) => predicted.filter((p, i) => p && truths[i] === truth).length / truths.filter((t) => t === truth).length;
  return [share(0), share(1)];
};

// Rows of the confusion matrix are true classes, columns predicted ones.
const confusionOf = (predicted) =>
  [0, 1].map((truth) => [0, 1].map((p) => predicted.filter((value, i) => truths[i] === truth && value === p).length));

const areaUnderCurve = (probabilities) => {
  const positives = probabilities.filter((p, i) => truths[i] === 1);
  const negatives = probabilities.filter((p, i) => truths[i] === 0);
  let won = 0; // counted in halves
  for (const positive of positives) for (const negative of negatives) won += positive > negative ? 2 : positive === negative ? 1 : 0;
  return won / (2 * positives.length * negatives.length);
};

const scoresOf = (probabilities, confusion) => {
  const n = truths.length;
  const right = confusion[0][0] + confusion[1][1];
  const supports = confusion.map(([first, second]) => first + second);
  const predictedAs = [confusion[0][0] + confusion[1][0], confusion[0][1] + confusion[1][1]];
  const disagreementByChance = n * n - supports[0] * predictedAs[0] - supports[1] * predictedAs[1];
  return {
    auc: areaUnderCurve(probabilities),
    balanced_accuracy: (confusion[0][0] / supports[0] + confusion[1][1] / supports[1]) / 2,
    cohen_kappa: 1 - ((n - right) * n) / disagreementByChance,
    accuracy: right / n,
  };
};

const rocCurve = (probabilities) => {
  const thresholds = [...new Set(probabilities)].sort((a, b) => b - a);
  return [[0, 0], ...thresholds.map((threshold) => rates(probabilities.map((p) => (p >= threshold ? 1 : 0))))];
};

const showImage = (row, probability, predicted) => {
  const shown = row.querySelector("data");
  shown.value = probability;
  shown.textContent = probability.toFixed(2);
  const cell = row.querySelector("[data-predicted]");
  cell.textContent = predicted;
  if (predicted === Number(row.dataset.truth)) return;
  const wrong = document.createElement("span");
  wrong.className = "tag tag-study";
  wrong.textContent = "wrong";
  cell.append(" ", wrong);
};

const show = () => {
  const probabilities = sliders.map((slider) => slider.valueAsNumber);
  const predicted = probabilities.map((p) => (p > 0.5 ? 1 : 0));
  rows.forEach((row, i) => showImage(row, probabilities[i], predicted[i]));
  const confusion = confusionOf(predicted);
  const counts = confusion.flat();
  example.querySelectorAll("[data-count]").forEach((cell, i) => { cell.textContent = counts[i]; });
  for (const [metric, value] of Object.entries(scoresOf(probabilities, confusion))) {
    const shown = example.querySelector(`[data-metric="${metric}"]`);
    shown.value = value;
    shown.textContent = value.toFixed(4);
  }
  example.querySelector("[data-roc]").setAttribute("points", rocCurve(probabilities).map((point) => point.join(",")).join(" "));
  const [fpr, tpr] = rates(predicted);
  const decision = example.querySelector("[data-decision]");
  decision.setAttribute("cx", fpr);
  decision.setAttribute("cy", tpr);
};

// Announce the scores to screen readers when a slider is released, not at each step.
const say = () => {
  const facts = [...example.querySelectorAll(".fact")].map((fact) => `${fact.lastElementChild.textContent} ${fact.firstElementChild.textContent}`);
  example.querySelector("[data-said]").textContent = facts.join(", ");
};

const addSlider = (row, i) => {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.05, className: "form-range" });
  slider.value = row.querySelector("data").value;
  slider.setAttribute("aria-label", `Probability of class 1 for image ${i + 1}`);
  slider.addEventListener("input", show);
  slider.addEventListener("change", say);
  row.querySelector("data").before(slider);
  return slider;
};

const sliders = rows.map(addSlider);
document.querySelector("[data-with-script]").hidden = false;
for (const button of document.querySelectorAll("[data-try]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const probabilities = button.closest("tr").dataset.probabilities.split(" ");
    sliders.forEach((slider, i) => { slider.value = probabilities[i]; });
    show();
    say();
    example.scrollIntoView({ block: "nearest" });
  });
}
