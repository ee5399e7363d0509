/* Backpropagation by hand: the page's part. The computation is in backprop-network.js, the picture in
 * backprop-picture.js. Every setting is in the page's address, so that it can be sent and linked:
 *
 *   ?image=column&rate=3&step=7&number=A-row&nudge=0.01&values=...#rd-backprop
 *
 * `number` is a name of `cameraParameters`; `values` are the 19 parameters in the order of Keras' `get_weights()`.
 */
"use strict";
(function () {
  const { address, announcer, camera, cameraParameters, cameraPicture, decimal } = ReadingDigits;
  const root = document.getElementById("rd-backprop");
  if (!root) return;
  const at = (id) => document.getElementById(`rd-bp-${id}`);
  const say = announcer(at("status"));
  const judge = announcer(at("verdict"));
  const draw = cameraPicture(at("picture"));

  const RATES = [0.1, 0.5, 1, 3, 10];
  const LOSS = 5; // up to this step it goes forward
  const LAST = 10;
  const KNOWN_AT = { 1: 10, 2: 7 }; // the step at which a layer's slopes are known
  const START = { image: "row", rate: 0.5, step: 0, number: cameraParameters[0].name, nudge: 0, values: camera.flatten(camera.start) };
  const state = { ...START };
  let guessed = false; // whether the reader has guessed the slope of the chosen number
  let shown = false; // and seen it

  // --- The address -------------------------------------------------------------------------------------

  const whole = (text, most) => (/^\d+$/.test(text) && Number(text) <= most ? Number(text) : undefined);
  const among = (value, all) => (all.includes(value) ? value : undefined);
  const number = (text, most) => (text.trim() && Math.abs(Number(text)) <= most ? Number(text) : undefined);
  const { read, write } = address("rd-backprop", START, {
    image: (text) => among(text, camera.classes),
    rate: (text) => among(Number(text), RATES),
    step: (text) => whole(text, LAST),
    number: (text) => among(text, cameraParameters.map(({ name }) => name)),
    nudge: (text) => number(text, 0.5),
    values: (text) => {
      const values = text.split(",").map((part) => number(part, 1e6));
      return values.length === START.values.length && !values.includes(undefined) ? values : undefined;
    },
  });

  // --- What is computed --------------------------------------------------------------------------------

  const chosen = () => cameraParameters.findIndex(({ name }) => name === state.number);

  /** The network at the state's values, and at the values with the chosen one nudged. */
  function compute() {
    const label = camera.classes.indexOf(state.image);
    const run = (values) => camera.forward(camera.unflatten(values), camera.images[state.image], label);
    const activity = run(state.values);
    const slopes = camera.backward(camera.unflatten(state.values), activity);
    const values = state.values.map((value, k) => value + (k === chosen() ? state.nudge : 0));
    return { activity, slopes, flat: camera.flatten(slopes), values, nudged: run(values) };
  }

  // --- What is said ------------------------------------------------------------------------------------

  const percent = (share) => `${(100 * share).toFixed(1)}%`;
  const most = (values) => {
    const winners = camera.classes.filter((_, k) => values[k] === Math.max(...values));
    return winners.length === values.length ? "All have the same" : `The most is for ${winners.join(" and ")}`;
  };
  const products = (a, b) => a.map((value, k) => `${decimal(value)} × ${decimal(b[k])}`).join(" + ");
  const each = (names, text) => names.map((name, k) => `${name} ${text(k)}`).join(", ");

  /** What the step shows, in two or three sentences with its numbers. */
  function sentence({ nudged: { pixels, sums, hidden, logits, probabilities, loss, label }, slopes, values }) {
    const { W1, b1, W2 } = camera.unflatten(values);
    const right = camera.classes[label];
    const units = ["A", "B"];
    const texts = [
      () => `The camera sees a bright ${right}: ${pixels.map((pixel) => decimal(pixel, 1)).join(", ")}. Next computes, one step at a time.`,
      () => `Each unit adds up pixel times weight, and its bias. A: ${products(pixels, W1.map((row) => row[0]))} + ` +
        `${decimal(b1[0])} = ${decimal(sums[0])}. B in the same way: ${decimal(sums[1])}.`,
      () => `Relu: what is below zero becomes zero. ${each(units, (k) => `${decimal(sums[k])} becomes ${decimal(hidden[k])}`)}.`,
      () => `The classes do the same with the two units. ${right}: ${products(hidden, W2.map((row) => row[label]))} + bias = ${decimal(logits[label])}.`,
      () => `Softmax makes probabilities of the logits: ${each(camera.classes, (k) => percent(probabilities[k]))}. ` +
        `${most(probabilities)}, and ${right} is right.`,
      () => `The loss is −ln ${decimal(probabilities[label], 3)} = ${decimal(loss, 3)}. Now back. Before you go on, choose a number and ` +
        "guess: would the loss rise or fall if it grew?",
      () => `At each logit the slope is p − y: what ${right} got minus 1, and what the others got. ${each(camera.classes, (k) => decimal(slopes.logits[k]))}.`,
      () => "A weight's slope is what came in, times the slope behind it. From A come in " +
        `${decimal(hidden[0])}, from B ${decimal(hidden[1])}: multiply them by the slopes of the logits.`,
      () => `Each unit's slope comes through its own three weights. A: ${products(W2[0], slopes.logits)} = ${decimal(slopes.hidden[0])}. B: ${decimal(slopes.hidden[1])}.`,
      () => `The gate of relu: above zero it is open and the slope passes, else it is shut and nothing does. ${each(units, (k) => (sums[k] > 0 ? "is open" : "is shut"))}.`,
      () => `Once more: what came in, times the slope behind it. Behind each pixel → A stands ${decimal(slopes.sums[0])}, behind each pixel → B ` +
        `${decimal(slopes.sums[1])}. Now every number has its slope. Take a step.`,
    ];
    return `${state.step} of ${LAST}. ${texts[state.step]()}`;
  }

  /** What is known of the chosen number: its slope, if the reader has seen it, and what the nudge did. */
  function verdict({ activity, nudged, slopes, flat }) {
    const { layer, i, j } = cameraParameters[chosen()];
    const slope = flat[chosen()];
    const parts = [];
    if (shown) {
      const behind = layer === 1 ? slopes.sums[j] : slopes.logits[j];
      const enters = (layer === 1 ? activity.pixels : activity.hidden)[i];
      const guess = at("guess").valueAsNumber;
      parts.push(i < 0 ? `A bias counts as it is, so its slope is the one behind it: ${decimal(slope, 3)}.`
        : `${decimal(enters)} comes in, ${decimal(behind)} is the slope behind: ${decimal(enters)} × ${decimal(behind)} = ${decimal(slope, 3)}.`);
      if (guessed) parts.push(`You guessed ${decimal(guess)}` + (Math.abs(guess - slope) <= 0.05 ? ": well guessed."
        : slope !== 0 && Math.sign(guess) === Math.sign(slope) ? ": the right direction." : "."));
    }
    if (state.nudge !== 0) {
      const quotient = (nudged.loss - activity.loss) / state.nudge;
      parts.push(`Nudged by ${decimal(state.nudge)}, the loss goes from ${decimal(activity.loss, 5)} to ${decimal(nudged.loss, 5)}; ` +
        `the change divided by the nudge is ${decimal(quotient, 3)}.`);
      if (Math.abs(quotient - slope) > 0.02 * Math.abs(slope) + 0.005) parts.push("The slope is exact for the smallest nudges only.");
    }
    return parts.join(" ") || "Guess its slope, then show it. Nudge it, and see whether the loss agrees.";
  }

  // --- What is shown -----------------------------------------------------------------------------------

  const rows = cameraParameters.map(({ name, words }) => {
    at("chosen").add(new Option(words, name));
    const row = at("table").insertRow();
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.textContent = words;
    return [row.insertCell(), row.insertCell()];
  });

  let narrow = false;
  function show() {
    const computed = compute();
    const k = chosen();
    const marks = computed.flat.map((slope, n) => (
      n === k && shown ? decimal(slope)
        : state.step < KNOWN_AT[cameraParameters[n].layer] ? "" : n === k ? "?" : decimal(slope)));
    draw({ step: state.step, activity: computed.nudged, slopes: computed.slopes, values: computed.values, marks, chosen: k }, narrow);
    rows.forEach(([value, slope], n) => {
      value.textContent = decimal(computed.values[n], 4);
      slope.textContent = marks[n] && marks[n] !== "?" ? decimal(computed.flat[n], 4) : marks[n] || "–";
    });
    at("image").value = state.image;
    at("rate").value = state.rate;
    at("chosen").value = state.number;
    at("value").textContent = decimal(computed.values[k]);
    at("guess-value").textContent = decimal(at("guess").valueAsNumber);
    at("guess").setAttribute("aria-valuetext", at("guess-value").textContent);
    at("nudge").value = state.nudge;
    at("nudge-value").textContent = decimal(state.nudge);
    at("nudge").setAttribute("aria-valuetext", `${decimal(state.nudge)}, loss ${decimal(computed.nudged.loss, 5)}`);
    return computed;
  }

  /** After the reader has done something: the picture, the address, and what there is to say. */
  function change(changes, text = "") {
    Object.assign(state, changes);
    const computed = show();
    write(state);
    say(text || sentence(computed), { now: true });
    judge(verdict(computed));
  }

  const forget = () => {
    shown = guessed = false;
    at("guess").value = 0;
    return { nudge: 0 };
  };

  at("next").addEventListener("click", () => (state.step < LAST ? change({ step: state.step + 1 })
    : change({}, "Every number has its slope. Take a step to learn, or go back.")));
  at("back").addEventListener("click", () => change({ step: Math.max(state.step - 1, 0) }));
  at("reset").addEventListener("click", () => change({ ...START, ...forget() }));
  at("step").addEventListener("click", () => {
    const { activity, slopes } = compute();
    const values = camera.flatten(camera.update(camera.unflatten(state.values), camera.unflatten(camera.flatten(slopes)), state.rate));
    Object.assign(state, { values, step: LOSS, ...forget() });
    const after = compute().activity;
    change({}, `Each number went against its slope, ${state.rate} times as far. The loss ${after.loss < activity.loss ? "fell" : "rose"} from ` +
      `${decimal(activity.loss, 3)} to ${decimal(after.loss, 3)}, and ${state.image} has ${percent(after.probabilities[after.label])}` +
      `${after.loss < activity.loss ? "" : ": the step was too large"}. Go back to see the new numbers, or on to their slopes.`);
  });
  at("image").addEventListener("change", () => change({ image: at("image").value, ...forget() }));
  at("rate").addEventListener("change", () => change({ rate: Number(at("rate").value) }));
  at("chosen").addEventListener("change", () => change({ number: at("chosen").value, ...forget() }));
  at("guess").addEventListener("input", () => {
    guessed = true;
    change({});
  });
  at("nudge").addEventListener("input", () => change({ nudge: at("nudge").valueAsNumber }));
  at("show").addEventListener("click", () => {
    shown = true;
    change({});
  });
  at("picture").addEventListener("click", (event) => {
    const number = event.target.closest("[data-parameter]");
    if (number) change({ number: cameraParameters[number.dataset.parameter].name, ...forget() });
  });

  for (const name of camera.classes) at("image").add(new Option(`bright ${name}`, name));
  for (const rate of RATES) at("rate").add(new Option(rate, rate));
  root.querySelector(".rd-fallback").hidden = true;
  root.querySelector(".rd-live").hidden = false;
  const { settings, complaint } = read();
  Object.assign(state, settings);
  const computed = show();
  say(complaint + sentence(computed));
  judge(verdict(computed));
  new ResizeObserver(() => {
    if (narrow === (narrow = root.clientWidth < 560)) return;
    show();
  }).observe(root);
})();
