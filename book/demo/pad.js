/* A pad to draw a digit on, by mouse, finger or keys, and ten bars that tell what a network makes of it. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * Makes a pad of an element of the class `rd-pad` with its canvas and its pen.
 *
 * @param changed() is called when the drawing or the pen has changed, at most once a frame
 * @param told(text) is called when keys have moved the pen: where it is
 * @param erase() is called when a key asks for an empty pad
 * @param began() may be missing; it is called before a pointer or a key does something
 * @param draws() likewise, before the pen draws a line
 * @param lifted() likewise, after a pointer's stroke
 * @returns {drawing, add, clear, get down}: a `Drawing`; `add([x0, y0, x1, y1])` draws without the pen; is it down?
 */
ReadingDigits.pad = function (element, { changed, told, erase, began, draws, lifted }) {
  const SIZE = 280; // the drawing is SIZE x SIZE, ten drawn pixels for one of 28
  const STEP = 10; // by keyboard: one of 28
  const FINE_STEP = 2;
  const DIRECTIONS = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
  };
  const canvas = element.querySelector("canvas");
  const mark = element.querySelector(".rd-pen");
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

  function add(line) {
    if (drawing.add(line)) ink(line);
    else { // the digit has grown, and all of it gets a thicker pen
      blacken();
      drawing.lines.forEach(ink);
    }
    schedule();
  }

  function stroke(x, y) {
    draws?.();
    add([pen.x, pen.y, x, y]);
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
    began?.();
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
      if (!event.isPrimary || !pen.down) return;
      put(false);
      lifted?.();
    });
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const erases = event.key === "Delete" || event.key === "Backspace";
    if (!(event.key in DIRECTIONS || event.key === " " || erases)) return;
    event.preventDefault();
    event.stopPropagation(); // the book's own keys turn pages
    if (event.key === " " && event.repeat) return;
    began?.();
    if (erases) return void erase();
    if (event.key === " ") put(!pen.down);
    else {
      held.add(event.key);
      const step = event.shiftKey ? FINE_STEP : STEP;
      const along = (axis) => Math.sign([...held].reduce((sum, key) => sum + DIRECTIONS[key][axis], 0));
      move(pen.x + step * along(0), pen.y + step * along(1));
    }
    tell();
  });
  canvas.addEventListener("keyup", (event) => held.delete(event.key));
  canvas.addEventListener("blur", () => {
    held.clear();
    if (pen.down) put(false);
  });

  blacken();
  return {
    drawing, add, clear,
    get down() {
      return pen.down;
    },
  };
};

/** Fills a table's body with ten rows of digit, bar and number; returns a function that sets the row of a digit. */
ReadingDigits.rows = function (body) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const row = body.insertRow();
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.textContent = digit;
    const bar = row.insertCell().appendChild(document.createElement("span"));
    bar.className = "rd-bar";
    return { row, bar, number: row.insertCell() };
  });
  return function set(digit, share, text, name) {
    const { row, bar, number } = rows[digit];
    bar.style.setProperty("--share", share.toFixed(4));
    if (number.textContent !== text) number.textContent = text;
    row.className = name;
  };
};

/** Such rows for probabilities; returns a function that shows ten of them, or null. */
ReadingDigits.bars = function (body) {
  const set = ReadingDigits.rows(body);
  return function show(probabilities) {
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    for (let digit = 0; digit < 10; digit++) {
      const share = probabilities ? probabilities[digit] : 0;
      set(digit, share, probabilities ? ReadingDigits.percent(share) : "", digit === best ? "rd-best" : "");
    }
  };
};

ReadingDigits.percent = (share) => (share >= 0.9995 ? ">99.9%" : `${(100 * share).toFixed(1)}%`);
