/* The live demo: draw a digit, and a network trained by this course reads it, or the reader's own.
 *
 * The page's part only: the image is made in image.js, the answer in network.js, the weights come in
 * weights.js, or from a file that own.js reads. It works from http and from file://, asks for nothing and sends nothing.
 */
"use strict";
(function () {
  const { Drawing, announcer, bytes, forward, likeMnist, player, png, unlike, unpack } = ReadingDigits;
  const root = document.getElementById("rd-draw");
  if (!root) return;
  const at = (id) => document.getElementById(id);

  const SIZE = 280; // the drawing is SIZE x SIZE, ten drawn pixels for one of 28
  const STEP = 10; // by keyboard: one of 28
  const FINE_STEP = 2;

  const courses = { layers: unpack(ReadingDigits.network), prepare: (pixel) => pixel / 255 };
  let { layers, prepare } = courses; // or the reader's own
  const say = announcer(at("rd-status"));
  const drawing = new Drawing(SIZE);
  const pad = at("rd-pad").getContext("2d");
  const penMark = root.querySelector(".rd-pen");
  const hint = root.querySelector(".rd-hint");
  const inside = root.querySelector(".rd-inside");
  const pen = { x: SIZE / 2, y: SIZE / 2, down: false };
  const held = new Set(); // arrow keys now pressed: two of them make a diagonal
  let pixels = null; // what the network gets: 784 gray levels, or null when there is nothing
  let answer = null; // what `forward` made of it
  let example = null; // the held-out image on show, or null while the reader draws
  let nextExample = 0;
  let introduction = ""; // to what is said of the answer: where the pen is, or which image it is
  let scheduled = false;
  let taken = false; // whether the reader has taken over; until then digits are written by themselves

  // --- What is shown -----------------------------------------------------------------------------------

  /** Ten rows of digit, bar and number; returns a function that sets row k. */
  function rows(body) {
    const cells = [];
    for (let digit = 0; digit < 10; digit++) {
      const row = body.insertRow();
      const head = row.appendChild(document.createElement("th"));
      head.scope = "row";
      head.textContent = digit;
      const bar = row.insertCell().appendChild(document.createElement("span"));
      bar.className = "rd-bar";
      cells.push({ row, bar, number: row.insertCell() });
    }
    return function set(digit, share, text, name) {
      const { row, bar, number } = cells[digit];
      bar.style.setProperty("--share", share.toFixed(4));
      if (number.textContent !== text) number.textContent = text;
      row.className = name;
    };
  }

  const showProbability = rows(at("rd-bars"));
  const showPush = rows(at("rd-pushes"));

  const percent = (share) => (share >= 0.9995 ? ">99.9%" : `${(100 * share).toFixed(1)}%`);
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

  /** Computes the answer to what is drawn and shows it. Runs at most once a frame. */
  function update() {
    scheduled = false;
    pixels = example ? example.pixels : drawing.bitmap.empty ? null : likeMnist(drawing.bitmap);
    hint.hidden = taken && (pixels !== null || pen.down);
    paint(at("rd-image"), pixels, gray);
    answer = pixels ? forward(layers, pixels, prepare) : null;
    const best = answer ? largest(answer.probabilities) : -1;
    for (let digit = 0; digit < 10; digit++) {
      const share = answer ? answer.probabilities[digit] : 0;
      showProbability(digit, share, answer ? percent(share) : "", digit === best ? "rd-best" : "");
    }
    at("rd-image").setAttribute("aria-label", answer ? "What the network gets, 28 by 28 gray levels" : "Empty: all black");
    if (answer || !taken) tell({ aloud: false });
    if (inside.open && !inside.hidden) showInside();
  }

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(update);
  }

  /** One sentence on what the network answers, for the eye and for the screen reader. */
  function reading() {
    if (!answer) return "";
    const { probabilities } = answer;
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const [first, second] = order;
    const doubt = probabilities[second] >= 0.05 ? `, or ${second} (${percent(probabilities[second])})` : "";
    const odd = pen.down || !taken ? "" : unlike(pixels); // what is not finished is not judged
    const warning = taken && !pen.down && !example && drawing.extent < SIZE / 28 ? " But a dot is no digit."
      : odd && ` But none of MNIST's 60,000 training images has ${odd}: this is no digit to it.`;
    return `The network reads ${first} (${percent(probabilities[first])})${doubt}.${warning}`;
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

  // --- The pen -----------------------------------------------------------------------------------------

  function clear() {
    drawing.clear();
    example = null;
    introduction = "";
    blacken();
    schedule();
  }

  function stroke(x, y) {
    if (example) clear();
    add([pen.x, pen.y, x, y]);
  }

  function add(line) {
    if (drawing.add(line)) ink(line);
    else { // the digit has grown, and all of it gets a thicker pen
      blacken();
      drawing.lines.forEach(ink);
    }
    schedule();
  }

  function blacken() {
    pad.fillStyle = "#000";
    pad.fillRect(0, 0, 2 * SIZE, 2 * SIZE);
  }

  function ink([x0, y0, x1, y1]) {
    pad.strokeStyle = "#fff";
    pad.lineWidth = 4 * drawing.radius; // the canvas has two pixels for one of the drawing
    pad.lineCap = "round";
    pad.beginPath();
    pad.moveTo(2 * x0, 2 * y0);
    pad.lineTo(2 * x1, 2 * y1);
    pad.stroke();
  }

  function movePen(x, y) {
    const clip = (value) => Math.min(Math.max(value, 0), SIZE);
    [x, y] = [clip(x), clip(y)];
    if (pen.down) stroke(x, y);
    [pen.x, pen.y] = [x, y];
    penMark.style.left = `${(100 * x) / SIZE}%`;
    penMark.style.top = `${(100 * y) / SIZE}%`;
  }

  function setPen(down) {
    pen.down = down;
    root.classList.toggle("rd-pen-down", down);
    if (down) stroke(pen.x, pen.y); // a dot, should nothing follow
  }

  /** Where a pointer is, in the drawing's own pixels. */
  function place(event) {
    const box = at("rd-pad").getBoundingClientRect();
    return [
      ((event.clientX - box.left) * SIZE) / box.width,
      ((event.clientY - box.top) * SIZE) / box.height,
    ];
  }

  at("rd-pad").addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    takeOver();
    at("rd-pad").setPointerCapture(event.pointerId);
    introduction = "";
    setPen(false);
    movePen(...place(event));
    setPen(true);
  });

  at("rd-pad").addEventListener("pointermove", (event) => {
    if (!pen.down || !event.isPrimary || !at("rd-pad").hasPointerCapture(event.pointerId)) return;
    const path = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const point of path.length ? path : [event]) movePen(...place(point));
  });

  for (const end of ["pointerup", "pointercancel"]) {
    at("rd-pad").addEventListener(end, (event) => {
      if (!event.isPrimary || !pen.down) return;
      setPen(false);
      update();
      tell();
    });
  }

  const DIRECTIONS = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
  };

  at("rd-pad").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in DIRECTIONS || [" ", "Delete", "Backspace"].includes(event.key)) takeOver();
    if (event.key in DIRECTIONS) {
      held.add(event.key);
      const step = event.shiftKey ? FINE_STEP : STEP;
      const along = (axis) => Math.sign([...held].reduce((sum, key) => sum + DIRECTIONS[key][axis], 0));
      movePen(pen.x + step * along(0), pen.y + step * along(1));
      sayPen();
    } else if (event.key === " ") {
      if (event.repeat) return void event.preventDefault();
      setPen(!pen.down);
      sayPen();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
      say("Cleared.", { now: true });
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the book's own keys turn pages
  });

  at("rd-pad").addEventListener("keyup", (event) => held.delete(event.key));

  at("rd-pad").addEventListener("blur", () => {
    held.clear();
    setPen(false);
  });

  function sayPen() {
    const where = (value) => Math.min(Math.floor(value / STEP) + 1, 28);
    const state = pen.down ? "Pen down" : "Pen up";
    introduction = `${state}, row ${where(pen.y)}, column ${where(pen.x)} of 28.`;
    update();
    tell();
  }

  // --- Buttons -----------------------------------------------------------------------------------------

  at("rd-clear").addEventListener("click", () => {
    takeOver();
    clear();
    say("Cleared.", { now: true });
  });

  at("rd-hard").addEventListener("click", () => {
    const hard = ReadingDigits.hard[nextExample];
    nextExample = (nextExample + 1) % ReadingDigits.hard.length;
    takeOver();
    clear();
    example = { pixels: bytes(hard.pixels) };
    update();
    pad.imageSmoothingEnabled = false;
    pad.drawImage(at("rd-image"), 0, 0, 2 * SIZE, 2 * SIZE);
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

  const writer = player({ clear, add });
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
    if (paused && scheduled) update(); // the last line written is shown now: nothing moves after the click
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
