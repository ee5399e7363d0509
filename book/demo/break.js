/* Break the reader: the page's part. What is done to the image is in transform.js, the answers come from network.js and
 * convolution.js. Every setting but the paint is in the page's address, so that it can be sent and linked:
 *
 *   ?digit=3&right=3&down=0&turn=0&thickness=0&invert=1&shuffle=1&weights=1#rd-break
 */
"use strict";
(function () {
  const { address, announcer, evidence, evidenceConvolutional, forward, forwardConvolutional, order, sure, transform,
    uncropped, unpack, unpackConvolutional } = ReadingDigits;
  const root = document.getElementById("rd-break");
  if (!root) return;
  const at = (id) => document.getElementById(`rd-br-${id}`);
  const say = announcer(at("status"));

  const SLIDERS = ["right", "down", "turn", "thickness"];
  const CHECKS = ["invert", "shuffle", "weights"];
  const START = { digit: 2, right: 0, down: 0, turn: 0, thickness: 0, invert: 0, shuffle: 0, weights: 0 }; // 1: done
  const MOST = 14; // pixels: half of the image
  const BRUSH = 1.2; // radius in pixels
  const NETWORKS = ["dense", "convolutional"];
  const NAMES = { dense: "the dense network", convolutional: "the convolutional one" };

  const state = { ...START };
  const paint = new Int16Array(784).fill(-1);
  const pen = { x: 14, y: 14, down: false };
  let tool = "move";
  let scheduled = false;

  // --- The networks ------------------------------------------------------------------------------------

  const dense = unpack(ReadingDigits.network);
  const convolutional = unpackConvolutional(ReadingDigits.convolutional);
  const { inputs, units, weights } = dense[0];
  const shuffled = [{ ...dense[0], weights: weights.map((_, k) => weights[order[Math.floor(k / units)] * units + (k % units)]) }, dense[1]];

  /** What both networks answer to the image; `evidence(digit)` is what each pixel adds to a logit. */
  function read(pixels) {
    const layers = state.weights ? shuffled : dense;
    const answers = { dense: forward(layers, pixels), convolutional: forwardConvolutional(convolutional, pixels) };
    return {
      dense: { ...answers.dense, evidence: (digit) => evidence(layers, answers.dense, digit) },
      convolutional: { ...answers.convolutional,
        evidence: (digit) => evidenceConvolutional(convolutional, answers.convolutional, digit) },
    };
  }

  // --- What is shown -----------------------------------------------------------------------------------

  const percent = (share) => (share >= 0.9995 ? ">99.9%" : `${(100 * share).toFixed(1)}%`);
  const minus = (value, digits = 0) => value.toFixed(digits).replace("-", "−");
  const largest = (values) => values.reduce((best, value, k) => (value > values[best] ? k : best), 0);

  const rows = Array.from({ length: 10 }, (_, digit) => {
    const row = at("bars").insertRow();
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.textContent = digit;
    return NETWORKS.map(() => {
      const bar = row.insertCell().appendChild(document.createElement("span"));
      bar.className = "rd-bar";
      return { bar, number: row.insertCell() };
    });
  });

  function show(canvas, values, color) {
    const context = canvas.getContext("2d");
    const image = context.createImageData(28, 28);
    values.forEach((value, k) => image.data.set([...color(value), 255], 4 * k));
    context.putImageData(image, 0, 0);
  }

  /** Black at zero, blue above, orange below; by the root, so that what is small can be seen as well. */
  const signed = (most) => (value) => (value > 0 ? [110, 190, 255] : [255, 160, 60]).map(
    (part) => (most > 0 ? part * Math.sqrt(Math.abs(value) / most) : 0));

  /** What was done to the digit, in words. */
  function done() {
    const { right, down, turn, thickness, invert, shuffle, weights: also } = state;
    const parts = [
      right && `moved ${Math.abs(right)} ${right > 0 ? "right" : "left"}`,
      down && `moved ${Math.abs(down)} ${down > 0 ? "down" : "up"}`,
      turn && `turned by ${minus(turn)} degrees`,
      thickness && `made ${thickness > 0 ? "thicker" : "thinner"}`,
      invert && "inverted",
      shuffle && "shuffled",
      also && "read with shuffled weights",
      paint.some((value) => value >= 0) && "painted over",
    ].filter(Boolean);
    return parts.length ? `, ${parts.join(", ")}` : "";
  }

  /** Computes the answers and shows them. Runs at most once a frame. */
  function update({ aloud = true, now = false } = {}) {
    scheduled = false;
    const pixels = transform(uncropped(sure[state.digit]), state, paint);
    const answers = read(pixels);
    show(at("image"), pixels, (value) => [value, value, value]);
    at("image").setAttribute("aria-label", `The digit ${state.digit}${done()}`);
    const said = NETWORKS.map((network, column) => {
      const { probabilities } = answers[network];
      const best = largest(probabilities);
      rows.forEach((cells, digit) => {
        const { bar, number } = cells[column];
        bar.style.setProperty("--share", probabilities[digit].toFixed(4));
        number.textContent = percent(probabilities[digit]);
        bar.parentElement.className = number.className = digit === best ? "rd-best" : "";
      });
      showEvidence(network, answers[network], best);
      return `${NAMES[network]} reads ${best} (${percent(probabilities[best])})${best === state.digit ? "" : ", which is wrong"}`;
    });
    for (const name of SLIDERS) {
      at(name).value = state[name];
      const unit = { turn: "°", thickness: "" }[name] ?? " px";
      at(`${name}-value`).textContent = minus(state[name], name === "thickness" ? 2 : 0) + unit;
    }
    for (const name of CHECKS) at(name).checked = Boolean(state[name]);
    at("digit").value = state.digit;
    say(`It is a ${state.digit}${done()}. ${said.join("; ").replace("the", "The")}.`, { aloud, now });
  }

  function showEvidence(network, answer, best) {
    const digit = at("for").value === "" ? best : Number(at("for").value);
    const parts = answer.evidence(digit);
    const sum = parts.reduce((total, part) => total + part, 0);
    show(at(network), parts, signed(Math.max(...parts.map(Math.abs))));
    at(network).setAttribute("aria-label", `Evidence for ${digit}, pixel by pixel, in the ${network} network`);
    at(`${network}-text`).textContent = `The ${network} network, for ${digit}: all pixels together ` +
      `${minus(sum, 2)}, with the biases a logit of ${minus(answer.logits[digit], 2)}.`;
  }

  function schedule(how) {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => update(how));
  }

  // --- The address -------------------------------------------------------------------------------------

  const range = (name) => (text) => {
    const value = Number(text);
    const { min, max } = at(name);
    const fits = text.trim() && value >= Number(min) && value <= Number(max);
    return fits && (name === "thickness" || Number.isInteger(value)) ? value : undefined;
  };
  const { read: readAddress, write } = address("rd-break", START, {
    digit: (text) => (/^\d$/.test(text) ? Number(text) : undefined),
    ...Object.fromEntries(SLIDERS.map((name) => [name, range(name)])),
    ...Object.fromEntries(CHECKS.map((name) => [name, (text) => (/^[01]$/.test(text) ? Number(text) : undefined)])),
  });

  let writing = 0;
  function writeAddress() {
    clearTimeout(writing); // browsers allow few changes in a second
    writing = setTimeout(() => write(state), 300);
  }

  function change(changes, how) {
    Object.assign(state, changes);
    state.weights &= state.shuffle;
    at("weights").disabled = !state.shuffle; // at once, so that the next Tab knows of it
    writeAddress();
    schedule(how);
  }

  // --- Dragging and painting ---------------------------------------------------------------------------

  const within = (value) => Math.min(Math.max(value, -MOST), MOST);

  function dab(x, y) {
    for (let k = 0; k < 784; k++) {
      if (Math.hypot((k % 28) + 0.5 - x, Math.floor(k / 28) + 0.5 - y) <= BRUSH) paint[k] = tool === "white" ? 255 : 0;
    }
  }

  function movePen(x, y) {
    const parts = Math.ceil(2 * Math.hypot(x - pen.x, y - pen.y)) || 1;
    for (let part = 1; pen.down && part <= parts; part++) {
      dab(pen.x + ((x - pen.x) * part) / parts, pen.y + ((y - pen.y) * part) / parts);
    }
    [pen.x, pen.y] = [x, y];
    root.querySelector(".rd-pen").style.cssText = `left: ${x / 0.28}%; top: ${y / 0.28}%`;
  }

  function setPen(down) {
    pen.down = down;
    root.classList.toggle("rd-pen-down", down);
    if (down && tool !== "move") dab(pen.x, pen.y);
  }

  function place(event) {
    const box = at("image").getBoundingClientRect();
    return [((event.clientX - box.left) * 28) / box.width, ((event.clientY - box.top) * 28) / box.height];
  }

  let grip = null; // where the digit was taken, less how far it had been moved
  at("image").addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    at("image").setPointerCapture(event.pointerId);
    const [x, y] = place(event);
    grip = [x - state.right, y - state.down];
    setPen(false);
    if (tool === "move") return;
    movePen(x, y);
    setPen(true);
    schedule({ aloud: false });
  });

  at("image").addEventListener("pointermove", (event) => {
    if (!grip || !event.isPrimary) return;
    const [x, y] = place(event);
    if (tool === "move") return change({ right: within(Math.round(x - grip[0])), down: within(Math.round(y - grip[1])) }, { aloud: false });
    movePen(x, y);
    schedule({ aloud: false });
  });

  for (const end of ["pointerup", "pointercancel"]) {
    at("image").addEventListener(end, (event) => {
      if (!grip || !event.isPrimary) return;
      grip = null;
      setPen(false);
      update();
    });
  }

  const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  at("image").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const [across, along] = DIRECTIONS[event.key] || [];
    if (across !== undefined && tool === "move") {
      change({ right: within(state.right + across), down: within(state.down + along) });
    } else if (across !== undefined) {
      const inside = (value) => Math.min(Math.max(value, 0.5), 27.5);
      movePen(inside(Math.floor(pen.x) + 0.5 + across), inside(Math.floor(pen.y) + 0.5 + along));
      if (pen.down) schedule();
      else say(`Brush in row ${Math.ceil(pen.y)}, column ${Math.ceil(pen.x)} of 28.`);
    } else if (event.key === " " && tool !== "move") {
      if (!event.repeat) setPen(!pen.down);
      schedule();
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the book's own keys turn pages
  });

  at("image").addEventListener("blur", () => setPen(false));

  // --- Controls ----------------------------------------------------------------------------------------

  for (const name of SLIDERS) at(name).addEventListener("input", () => change({ [name]: at(name).valueAsNumber }));
  for (const name of CHECKS) at(name).addEventListener("change", () => change({ [name]: Number(at(name).checked) }));
  for (const radio of root.querySelectorAll("[name='rd-br-tool']")) {
    radio.addEventListener("change", () => {
      tool = radio.value;
      root.classList.toggle("rd-painting", tool !== "move");
    });
  }
  at("digit").addEventListener("change", () => change({ digit: Number(at("digit").value) }));
  at("for").addEventListener("change", () => schedule());
  at("erase").addEventListener("click", () => {
    paint.fill(-1);
    schedule({ now: true });
  });
  at("reset").addEventListener("click", () => {
    paint.fill(-1);
    change({ ...START, digit: state.digit }, { now: true });
  });
  // A link of the text to settings of this page needs no new page.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="?"][href$="#rd-break"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    paint.fill(-1);
    change({ ...START, ...readAddress(link.search).settings }, { now: true });
    root.scrollIntoView();
    at("image").focus({ preventScroll: true });
  });

  // --- Start -------------------------------------------------------------------------------------------

  at("for").add(new Option("its answer", ""));
  for (let digit = 0; digit < 10; digit++) {
    at("digit").add(new Option(digit, digit));
    at("for").add(new Option(digit, digit));
  }
  const count = (network) => network.parameters.toLocaleString("en-US");
  at("about").textContent = `Both networks learned from the same 50,000 images, and these digits were not among them. Of 10,000 ` +
    `held-out images, as they are, the dense one (${count(ReadingDigits.network)} parameters) reads ` +
    `${percent(ReadingDigits.network.accuracy)} right, the convolutional one (${count(ReadingDigits.convolutional)}) ` +
    `${percent(ReadingDigits.convolutional.accuracy)}.`;
  const { settings, complaint } = readAddress();
  Object.assign(state, settings);
  state.weights &= state.shuffle;
  at("weights").disabled = !state.shuffle;
  root.querySelector(".rd-fallback").hidden = true;
  root.querySelector(".rd-live").hidden = false;
  update({ aloud: false });
  if (complaint) say(complaint.trim());
})();
