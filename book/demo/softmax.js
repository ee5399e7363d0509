/* Softmax with sliders: logits and a temperature in, probabilities out, computed in two ways.
 *
 * All steps are rounded to float32, as TensorFlow computes them: the formula as it is written overflows where
 * a power of e passes 3.4e38, the formula with the largest logit subtracted first never does.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * Both ways to compute softmax(logits / temperature), each step rounded to float32.
 *
 * @returns {scaled, naive: {powers, probabilities}, stable: {shifted, powers, probabilities}}
 */
ReadingDigits.softmaxSteps = function (logits, temperature) {
  const round = Math.fround;
  const normalize = (powers) => {
    const sum = powers.reduce((total, power) => round(total + power), 0);
    return powers.map((power) => round(power / sum));
  };
  const scaled = logits.map((logit) => round(round(logit) / round(temperature)));
  const largest = Math.max(...scaled);
  const shifted = scaled.map((value) => round(value - largest));
  const naive = scaled.map((value) => round(Math.exp(value)));
  const stable = shifted.map((value) => round(Math.exp(value)));
  return {
    scaled,
    naive: { powers: naive, probabilities: normalize(naive) },
    stable: { shifted, powers: stable, probabilities: normalize(stable) },
  };
};

(function () {
  const root = document.getElementById("rd-softmax");
  if (!root) return;
  const at = (id) => document.getElementById(id);
  const say = ReadingDigits.announcer(at("rd-verdict"));

  const DIGITS = [1, 4, 7, 9];
  const START = [-1, 2, 1, 3.5];
  const minus = (text) => text.replace("-", "−");
  const number = (value) => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return "inf";
    const size = Math.abs(value);
    if (value !== 0 && (size >= 10000 || size < 0.001)) return minus(value.toExponential(1).replace("e+", "e"));
    return minus(size < 1 ? value.toFixed(3) : value.toPrecision(4));
  };
  const percent = (share) => `${(100 * share).toFixed(1)}%`;

  // --- The tables --------------------------------------------------------------------------------------

  const classes = DIGITS.map((digit, k) => {
    const row = at("rd-classes").insertRow();
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.textContent = digit;
    const slider = row.insertCell().appendChild(document.createElement("input"));
    Object.assign(slider, { type: "range", min: -10, max: 10, step: 0.1, value: START[k] });
    slider.id = `rd-logit-${digit}`;
    slider.setAttribute("aria-label", `Logit of ${digit}`);
    slider.addEventListener("input", () => update());
    const value = row.insertCell();
    const bar = row.insertCell().appendChild(document.createElement("span"));
    bar.className = "rd-bar";
    return { row, slider, value, bar, share: row.insertCell() };
  });

  for (const digit of DIGITS) {
    const head = at("rd-heads").appendChild(document.createElement("th"));
    head.scope = "col";
    head.textContent = digit;
  }

  /** One row of the table of steps; returns a function that fills it. */
  function step(body, html) {
    const row = at(body).insertRow();
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.innerHTML = html;
    const cells = DIGITS.map(() => row.insertCell());
    return (values) => values.forEach((value, k) => {
      cells[k].textContent = number(value);
      cells[k].className = Number.isFinite(value) ? "" : "rd-broken";
    });
  }

  const show = {
    scaled: step("rd-naive", "<i>z</i> / <i>T</i>"),
    naivePowers: step("rd-naive", "<i>e</i> to that power"),
    naiveShares: step("rd-naive", "divided by their sum"),
    shifted: step("rd-stable", "<i>z</i> / <i>T</i> − largest"),
    stablePowers: step("rd-stable", "<i>e</i> to that power"),
    stableShares: step("rd-stable", "divided by their sum"),
  };

  // --- What is shown -----------------------------------------------------------------------------------

  function update({ now = false } = {}) {
    const temperature = Math.round(100 * 10 ** at("rd-temperature").valueAsNumber) / 100;
    const shift = at("rd-shift").valueAsNumber;
    const logits = classes.map(({ slider }) => Math.round(10 * (slider.valueAsNumber + shift)) / 10);
    const { scaled, naive, stable } = ReadingDigits.softmaxSteps(logits, temperature);
    const most = Math.max(...stable.probabilities);
    const best = DIGITS.filter((_, k) => stable.probabilities[k] === most); // more than one, where they tie

    classes.forEach(({ row, slider, value, bar, share }, k) => {
      value.textContent = minus(logits[k].toFixed(1));
      slider.setAttribute("aria-valuetext", `${value.textContent}, probability ${percent(stable.probabilities[k])}`);
      bar.style.setProperty("--share", stable.probabilities[k].toFixed(4));
      share.textContent = percent(stable.probabilities[k]);
      row.className = best.includes(DIGITS[k]) && best.length < DIGITS.length ? "rd-best" : "";
    });
    at("rd-temperature-value").textContent = temperature.toFixed(2);
    at("rd-temperature").setAttribute("aria-valuetext", temperature.toFixed(2));
    at("rd-shift-value").textContent = shift;

    show.scaled(scaled);
    show.naivePowers(naive.powers);
    show.naiveShares(naive.probabilities);
    show.shifted(stable.shifted);
    show.stablePowers(stable.powers);
    show.stableShares(stable.probabilities);
    say(verdict(scaled, naive, most, best), { now });
  }

  /** What there is to see, in a sentence or two. */
  function verdict(scaled, naive, most, best) {
    const reading = best.length === DIGITS.length ? `Softmax gives all four the same: ${percent(most)}.`
      : `Softmax gives ${best.join(" and ")} the most: ${percent(most)}${best.length > 1 ? " each" : ""}.`;
    const largest = Math.max(...scaled);
    if (naive.powers.some((power) => power === Infinity)) {
      return `${reading} The formula as it is written overflows: e to the power ${number(largest)} is more than ` +
        "float32 can hold (3.4e38), so it becomes inf, and inf divided by inf is nan.";
    }
    if (naive.powers.every((power) => power === 0)) {
      return `${reading} In the formula as it is written every power of e is rounded to 0, and 0 divided by 0 is nan.`;
    }
    return `${reading} Both ways agree.`;
  }

  function set(logits, { shift = 0, temperature = 0 } = {}) {
    classes.forEach(({ slider }, k) => (slider.value = logits[k]));
    at("rd-shift").value = shift;
    at("rd-temperature").value = temperature;
    update({ now: true });
  }

  const current = () => classes.map(({ slider }) => slider.valueAsNumber);
  at("rd-temperature").addEventListener("input", () => update());
  at("rd-shift").addEventListener("input", () => update());
  at("rd-overflow").addEventListener("click", () => set(current(), { shift: 100 }));
  at("rd-equal").addEventListener("click", () => set([0, 0, 0, 0]));
  at("rd-reset").addEventListener("click", () => set(START));

  root.querySelector(".rd-fallback").hidden = true;
  root.querySelector(".rd-live").hidden = false;
  update();
})();
