/* The live demo: draw a digit, and a network trained by this course reads it, or the reader's own.
 *
 * The page's part only: the pen is in pad.js, the image is made in image.js, the answer in network.js, and the weights
 * come in weights.js, or from a file that own.js reads. It works from file://, too, asks for nothing and sends nothing.
 */
"use strict";
(function () {
  const { announcer, bars, bytes, forward, likeMnist, percent, player, png, rows, unlike, unpack } = ReadingDigits;
  const root = document.getElementById("rd-draw");
  if (!root) return;
  const at = (id) => document.getElementById(id);

  const courses = { layers: unpack(ReadingDigits.network), prepare: (pixel) => pixel / 255 };
  let { layers, prepare } = courses; // or the reader's own
  const say = announcer(at("rd-status"));
  const hint = root.querySelector(".rd-hint");
  const inside = root.querySelector(".rd-inside");
  let pixels = null; // what the network gets: 784 gray levels, or null when there is nothing
  let answer = null; // what `forward` made of it
  let example = null; // the held-out image on show, or null while the reader draws
  let nextExample = 0;
  let introduction = ""; // to what is said of the answer: where the pen is, or which image it is
  let taken = false; // whether the reader has taken over; until then digits are written by themselves

  // --- What is shown -----------------------------------------------------------------------------------

  const showBars = bars(at("rd-bars"));
  const showPush = rows(at("rd-pushes"));

  const largest = (values) => values.reduce((best, value, k) => (value > values[best] ? k : best), 0);

  /** Paints values into a canvas, one pixel each; `color` gives red, green, blue for a value. */
  function paint(canvas, values, color) {
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    for (let k = 0; k < canvas.width * canvas.height; k++) {
      const [red, green, blue] = color(values ? values[k] : 0);
      image.data.set([red, green, blue, 255], 4 * k);
    }
    context.putImageData(image, 0, 0);
  }

  const gray = (value) => [value, value, value];

  /** Black at zero, blue above, orange below: told apart with any kind of color vision. */
  function signed(most) {
    return (value) => {
      const share = most > 0 ? Math.min(Math.abs(value) / most, 1) : 0;
      return (value > 0 ? [110, 190, 255] : [255, 160, 60]).map((part) => part * share);
    };
  }

  /** Computes the answer to what is drawn and shows it. */
  function update() {
    const { bitmap } = pad.drawing;
    pixels = example ? example.pixels : bitmap.empty ? null : likeMnist(bitmap);
    hint.hidden = taken && (pixels !== null || pad.down);
    paint(at("rd-image"), pixels, gray);
    answer = pixels ? forward(layers, pixels, prepare) : null;
    showBars(answer && answer.probabilities);
    at("rd-image").setAttribute("aria-label", answer ? "What the network gets, 28 by 28 gray levels" : "Empty: all black");
    if (answer || !taken) tell({ aloud: false });
    if (inside.open && !inside.hidden) showInside();
  }

  /** One sentence on what the network answers, for the eye and for the screen reader. */
  function reading() {
    if (!answer) return "";
    const { probabilities } = answer;
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const [first, second] = order;
    const doubt = probabilities[second] >= 0.05 ? `, or ${second} (${percent(probabilities[second])})` : "";
    const odd = pad.down || !taken ? "" : unlike(pixels); // what is not finished is not judged
    const { bitmap, extent } = pad.drawing;
    const warning = taken && !pad.down && !example && extent < bitmap.size / 28 ? " But a dot is no digit."
      : odd && ` But none of MNIST's 60,000 training images has ${odd}: this is no digit to it.`;
    const over = taken && !pad.down && !example && !warning ? upsideDown(first) : "";
    return `The network reads ${first} (${percent(probabilities[first])})${doubt}.${warning}${over}`;
  }

  /** What it would read of the drawing turned by half a circle: where it is unsure now, and then all but sure of another digit. */
  function upsideDown(first) {
    if (answer.probabilities[first] > ReadingDigits.UNSURE) return "";
    const { probabilities } = forward(layers, pixels.slice().reverse(), prepare);
    const digit = largest(probabilities);
    return digit === first || probabilities[digit] < ReadingDigits.ALL_BUT_SURE ? ""
      : ` Is it upside down? The other way up it is a ${digit} to the network (${percent(probabilities[digit])}).`;
  }

  const tell = (how) => say(`${introduction} ${reading()}`.trim(), how);

  // --- The hidden layer --------------------------------------------------------------------------------

  const MOST_UNITS = 1024; // of which each has a square
  const columns = () => (layers[0].units > 256 ? 32 : 16);

  function showInside() {
    const { units } = layers[0];
    const { inputs, hidden } = answer || { inputs: new Float64Array(784), hidden: new Float64Array(units) };
    if (answer && at("rd-follow").checked) at("rd-unit").value = largest(hidden) + 1;
    const unit = at("rd-unit").valueAsNumber - 1;
    showUnits(hidden, unit);

    const strength = hidden[unit].toFixed(2);
    at("rd-unit-value").textContent = `${unit + 1}: answers ${strength}`;
    at("rd-unit").setAttribute("aria-valuetext", `unit ${unit + 1}, answers ${strength}`);

    const weights = Array.from({ length: 784 }, (_, i) => layers[0].weights[i * units + unit]);
    const evidence = weights.map((weight, i) => weight * inputs[i]);
    const reach = (values) => Math.max(...values.map(Math.abs));
    paint(at("rd-weights"), weights, signed(reach(weights)));
    paint(at("rd-evidence"), evidence, signed(reach(evidence)));
    const share = (values, sign) =>
      values.filter((value) => Math.sign(value) === sign).reduce((sum, value) => sum + Math.abs(value), 0);
    at("rd-weights").setAttribute("aria-label",
      `The weights of unit ${unit + 1} as a picture: blue where ink excites it, orange where ink quiets it`);
    const found = share(evidence, 1) + share(evidence, -1);
    at("rd-evidence").setAttribute("aria-label", found === 0
      ? "Empty: there is no ink"
      : `Weights times your drawing: ${percent(share(evidence, 1) / found)} of what it found excites the unit`);

    const { weights: outgoing, scales } = layers[1];
    const pushes = Array.from({ length: 10 }, (_, k) => hidden[unit] * outgoing[unit * 10 + k] * scales[k]);
    const most = Math.max(reach(pushes), 1e-9);
    pushes.forEach((push, digit) => {
      const text = (push < 0 ? "−" : "+") + Math.abs(push).toFixed(2);
      showPush(digit, Math.abs(push) / most, text, push < 0 ? "rd-against" : "rd-for");
    });
  }

  function showUnits(hidden, chosen) {
    const canvas = at("rd-units");
    const { units } = layers[0];
    const COLUMNS = columns();
    const cell = canvas.width / COLUMNS;
    const height = Math.ceil(units / COLUMNS) * cell;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    const most = Math.max(...hidden, 1e-9);
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    hidden.forEach((value, unit) => {
      const level = Math.round(24 + (231 * value) / most);
      context.fillStyle = `rgb(${level}, ${level}, ${level})`;
      context.fillRect((unit % COLUMNS) * cell + 1, Math.floor(unit / COLUMNS) * cell + 1, cell - 2, cell - 2);
    });
    context.strokeStyle = "#ffa03c";
    context.lineWidth = 3;
    context.strokeRect((chosen % COLUMNS) * cell + 1, Math.floor(chosen / COLUMNS) * cell + 1, cell - 2, cell - 2);
    const awake = hidden.filter((value) => value > 0).length;
    canvas.setAttribute("aria-label",
      `The ${units} hidden units: ${awake} answer to this drawing, unit ${largest(hidden) + 1} most strongly`);
  }

  function chooseUnit(unit) {
    at("rd-follow").checked = false;
    at("rd-unit").value = unit + 1;
    update();
  }

  // --- The pad -----------------------------------------------------------------------------------------

  const pad = ReadingDigits.pad(root.querySelector(".rd-pad"), {
    began() {
      takeOver();
      introduction = "";
    },
    draws() {
      if (example) clear();
    },
    lifted: () => told(introduction),
    changed: update, told, erase,
  });

  function told(words) {
    introduction = words;
    update();
    tell();
  }

  function clear() {
    example = null;
    introduction = "";
    pad.clear();
  }

  function erase() {
    takeOver();
    clear();
    say("Cleared.", { now: true });
  }

  // --- Buttons -----------------------------------------------------------------------------------------

  at("rd-clear").addEventListener("click", erase);

  at("rd-hard").addEventListener("click", () => {
    const hard = ReadingDigits.hard[nextExample];
    nextExample = (nextExample + 1) % ReadingDigits.hard.length;
    takeOver();
    clear();
    example = { pixels: bytes(hard.pixels) };
    update();
    const canvas = at("rd-pad");
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(at("rd-image"), 0, 0, canvas.width, canvas.height);
    introduction = `Held-out image number ${hard.index} is labeled ${hard.label}.`;
    tell({ now: true });
  });

  at("rd-save").addEventListener("click", () => {
    takeOver();
    if (!pixels) return say("Nothing is drawn yet. Draw a digit, then save it.", { now: true });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([png(pixels, 28, 28)], { type: "image/png" }));
    link.download = "my-digit.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say("Saved as my-digit.png, 28 by 28 pixels.", { now: true });
  });

  inside.addEventListener("toggle", update);
  at("rd-follow").addEventListener("change", update);
  at("rd-unit").addEventListener("input", () => chooseUnit(at("rd-unit").valueAsNumber - 1));
  at("rd-units").addEventListener("click", (event) => {
    const box = at("rd-units").getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns());
    const row = Math.floor(((event.clientY - box.top) / box.height) * Math.ceil(layers[0].units / columns()));
    chooseUnit(Math.min(row * columns() + column, layers[0].units - 1));
  });

  // --- Until somebody takes over -----------------------------------------------------------------------

  const writer = player({ clear, add: pad.add });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let paused = still;
  let inSight = false;

  function takeOver() {
    if (taken) return;
    taken = true;
    writer.pause();
    root.classList.remove("rd-writing");
    at("rd-play").hidden = true;
    clear();
    update();
  }

  function playOrPause() {
    if (taken) return;
    at("rd-play").textContent = paused ? "Play" : "Pause";
    if (paused || !inSight) writer.pause();
    else writer.play();
    if (paused) update(); // the last line written is shown now: nothing moves after the click
  }

  at("rd-play").addEventListener("click", () => {
    paused = !paused;
    playOrPause();
  });

  new IntersectionObserver(([{ isIntersecting }]) => {
    inSight = isIntersecting;
    playOrPause();
  }).observe(at("rd-pad"));

  // --- The reader's own network ------------------------------------------------------------------------

  const count = (number) => number.toLocaleString("en-US");

  /** From now on this network reads; `about` says what it is. */
  function use(network, about) {
    ({ layers, prepare } = network);
    inside.hidden = layers.length !== 2 || layers[0].activation !== "relu" || layers[0].units > MOST_UNITS;
    at("rd-unit").max = layers[0].units;
    at("rd-unit").value = 1;
    at("rd-follow").checked = true;
    at("rd-back").hidden = network === courses;
    at("rd-about").textContent = `${about} Digits are all it knows: draw a house, and it still answers with a digit. `;
    at("rd-about").append(Object.assign(document.createElement("a"),
      { href: "judging/11-mistakes.html", textContent: "How sure such a network is of nonsense: chapter 11." }));
    update();
  }

  function useCourses() {
    const { accuracy, parameters } = ReadingDigits.network;
    use(courses, `This network has ${courses.layers[0].units} hidden units and ${count(parameters)} parameters. It was trained ` +
      `by the last exercise of this course and reads ${percent(accuracy)} of 10,000 held-out images right.`);
  }

  let reader = null; // own.js, which is loaded when it is wanted
  function loadReader() {
    reader ||= new Promise((done, fail) => {
      document.head.append(Object.assign(document.createElement("script"), { src: "demo/own.js", onload: done,
        onerror: () => fail(new Error("A part of this page is missing: demo/own.js.")) }));
    });
    return reader;
  }

  async function load(file) {
    const tell = (text) => (at("rd-own-status").textContent = text);
    at("rd-own").open = true;
    try {
      await loadReader();
      const network = await ReadingDigits.readNetworkFile(file);
      use(network, network.about);
      tell("Now your own network reads what is drawn.");
    } catch (error) {
      tell(`${error.message} What read before goes on reading.`);
    }
  }

  at("rd-own").addEventListener("toggle", () => loadReader().catch(() => {})); // told when a file is chosen
  at("rd-file").addEventListener("change", () => {
    const [file] = at("rd-file").files;
    at("rd-file").value = ""; // the same file can be chosen again, once it has been written anew
    if (file) load(file);
  });
  at("rd-back").addEventListener("click", () => {
    useCourses();
    at("rd-own-status").textContent = "The network of the course reads again.";
    at("rd-file").focus();
  });
  root.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) load(file);
  });

  // --- Start -------------------------------------------------------------------------------------------

  root.querySelector(".rd-fallback").hidden = true;
  root.querySelector(".rd-live").hidden = false;
  clear();
  root.classList.add("rd-writing");
  at("rd-play").hidden = false;
  if (still) writer.still();
  playOrPause();
  useCourses();
})();
