/* A pad to draw a digit on, by mouse, finger or keys, and ten bars that tell what a network makes of it. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * Makes a pad of an element of the class `rd-pad` with its canvas, its pen and its hint.
 *
 * @param changed() is called when the drawing has changed, at most once a frame
 * @param told(text) is called when keys have moved the pen: where it is, or what they did
 * @returns {drawing, clear, get down}: a `Drawing`, and whether the pen is down
 */
ReadingDigits.pad = function (element, { changed, told }) {
  const SIZE = 280; // the drawing is SIZE x SIZE, ten drawn pixels for one of 28
  const STEP = 10; // by keyboard: one of 28
  const FINE_STEP = 2;
  const DIRECTIONS = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
  };
  const canvas = element.querySelector("canvas");
  const mark = element.querySelector(".rd-pen");
  const hint = element.querySelector(".rd-hint");
  const context = canvas.getContext("2d");
  const scale = canvas.width / SIZE;
  const drawing = new ReadingDigits.Drawing(SIZE);
  const pen = { x: SIZE / 2, y: SIZE / 2, down: false };
  const held = new Set(); // arrow keys now pressed: two of them make a diagonal
  let scheduled = false;

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      hint.hidden = !drawing.bitmap.empty || pen.down;
      changed();
    });
  }

  function blacken() {
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }

  function ink([x0, y0, x1, y1]) {
    context.strokeStyle = "#fff";
    context.lineWidth = 2 * scale * drawing.radius;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(scale * x0, scale * y0);
    context.lineTo(scale * x1, scale * y1);
    context.stroke();
  }

  function clear() {
    drawing.clear();
    blacken();
    schedule();
  }

  function stroke(x, y) {
    const line = [pen.x, pen.y, x, y];
    if (drawing.add(line)) ink(line);
    else { // the digit has grown, and all of it gets a thicker pen
      blacken();
      drawing.lines.forEach(ink);
    }
    schedule();
  }

  function move(x, y) {
    const clip = (value) => Math.min(Math.max(value, 0), SIZE);
    [x, y] = [clip(x), clip(y)];
    if (pen.down) stroke(x, y);
    [pen.x, pen.y] = [x, y];
    mark.style.left = `${(100 * x) / SIZE}%`;
    mark.style.top = `${(100 * y) / SIZE}%`;
  }

  function put(down) {
    pen.down = down;
    element.classList.toggle("rd-pen-down", down);
    if (down) stroke(pen.x, pen.y); // a dot, should nothing follow
    else schedule();
  }

  /** Where a pointer is, in the drawing's own pixels. */
  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * SIZE) / box.width, ((event.clientY - box.top) * SIZE) / box.height];
  }

  function tell() {
    const where = (value) => Math.min(Math.floor(value / STEP) + 1, 28);
    told(`Pen ${pen.down ? "down" : "up"}, row ${where(pen.y)}, column ${where(pen.x)} of 28.`);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    put(false);
    move(...place(event));
    put(true);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!pen.down || !event.isPrimary || !canvas.hasPointerCapture(event.pointerId)) return;
    const path = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const point of path.length ? path : [event]) move(...place(point));
  });

  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (event.isPrimary && pen.down) put(false);
    });
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in DIRECTIONS) {
      held.add(event.key);
      const step = event.shiftKey ? FINE_STEP : STEP;
      const along = (axis) => Math.sign([...held].reduce((sum, key) => sum + DIRECTIONS[key][axis], 0));
      move(pen.x + step * along(0), pen.y + step * along(1));
      tell();
    } else if (event.key === " ") {
      if (event.repeat) return void event.preventDefault();
      put(!pen.down);
      tell();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
      told("Cleared.");
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the book's own keys turn pages
  });
  canvas.addEventListener("keyup", (event) => held.delete(event.key));
  canvas.addEventListener("blur", () => {
    held.clear();
    put(false);
  });

  blacken();
  return {
    drawing, clear,
    get down() {
      return pen.down;
    },
  };
};

/** Fills a table's body with ten rows of digit, bar and number; returns a function that shows ten probabilities, or null. */
ReadingDigits.bars = function (body) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const row = body.insertRow();
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.textContent = digit;
    const bar = row.insertCell().appendChild(document.createElement("span"));
    bar.className = "rd-bar";
    return { row, bar, number: row.insertCell() };
  });
  return function show(probabilities) {
    const most = probabilities && Math.max(...probabilities);
    rows.forEach(({ row, bar, number }, digit) => {
      const share = probabilities ? probabilities[digit] : 0;
      bar.style.setProperty("--share", share.toFixed(4));
      number.textContent = probabilities ? ReadingDigits.percent(share) : "";
      row.className = probabilities && share === most ? "rd-best" : "";
    });
  };
};

ReadingDigits.percent = (share) => (share >= 0.9995 ? ">99.9%" : `${(100 * share).toFixed(1)}%`);
