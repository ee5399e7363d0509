/* What "Watch it learn" shows: two losses as curves, the weights as pictures, and a board of digits. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/** A loss in few characters: 0.034, 1.37, 142, nan. */
ReadingDigits.lossText = (loss) => {
  if (!Number.isFinite(loss)) return Number.isNaN(loss) ? "nan" : "inf";
  return loss < 0.1 ? loss.toFixed(3) : loss < 10 ? loss.toFixed(2) : Math.round(loss).toLocaleString("en-US");
};

/** Of points {epoch, training, held} at the end of an epoch the one with the lowest held-out loss. */
ReadingDigits.lowest = (points) => points.filter(({ epoch }) => Number.isInteger(epoch))
  .reduce((best, point) => (point.held < best.held ? point : best));

/** Whether it learns by heart: held-out images cost more than before and twice as much as training images, which cost less. */
ReadingDigits.overfits = (points) => {
  const last = points.at(-1);
  const low = ReadingDigits.lowest(points);
  return last.epoch >= low.epoch + 1 && last.held > 1.02 * low.held && last.held > 2 * last.training && last.training < low.training;
};

/** Prepares an empty <svg> of 340 x 210; returns a function that draws {points, before, epochs}. */
ReadingDigits.lossCurves = function (svg) {
  const { lossText, lowest, overfits } = ReadingDigits;
  const LEFT = 24;
  const RIGHT = 334;
  const TOP = 18;
  const BOTTOM = 186;
  const MOST = 2.6; // of the loss; what is above has an arrow
  const GUESSING = Math.log(10);
  const add = (tag, attributes, text = "") => {
    const element = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", tag));
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };

  return function draw({ points, before, epochs }) {
    const x = (epoch) => LEFT + ((RIGHT - LEFT) * epoch) / epochs;
    const y = (loss) => BOTTOM - ((BOTTOM - TOP) * loss) / MOST;
    svg.replaceChildren();
    const clip = add("clipPath", { id: "rd-ln-clip" });
    clip.append(add("rect", { x: LEFT, y: TOP - 1, width: RIGHT - LEFT + 1, height: BOTTOM - TOP + 3 }));
    for (const loss of [0, 1, 2]) {
      add("line", { x1: LEFT, x2: RIGHT, y1: y(loss), y2: y(loss), class: loss ? "rd-grid" : "rd-axis" });
      add("text", { x: LEFT - 6, y: y(loss) + 4, class: "rd-end" }, loss);
    }
    for (const part of [0, 0.5, 1]) {
      add("text", { x: x(part * epochs), y: BOTTOM + 16, class: ["rd-middle", "rd-middle", "rd-end"][2 * part] }, part * epochs);
    }
    add("text", { x: x(epochs / 4), y: BOTTOM + 16, class: "rd-middle" }, "epoch");
    add("text", { x: 0, y: 10 }, "loss");
    add("line", { x1: LEFT, x2: RIGHT, y1: y(GUESSING), y2: y(GUESSING), class: "rd-guessing" });
    add("text", { x: RIGHT, y: y(GUESSING) - 4, class: "rd-end rd-soft" }, "guessing");

    const curve = (of, which, name) => {
      const path = of.filter((point) => Number.isFinite(point[which]) && point.epoch <= epochs)
        .map((point) => `${x(point.epoch).toFixed(1)},${Math.max(y(point[which]), -99).toFixed(1)}`);
      if (path.length) add("polyline", { points: path.join(" "), class: name, "clip-path": "url(#rd-ln-clip)" });
    };
    curve(before, "training", "rd-before");
    curve(before, "held", "rd-before rd-dashed");
    const low = lowest(points);
    if (overfits(points)) {
      const end = low.epoch > 0.7 * epochs;
      add("line", { x1: x(low.epoch), x2: x(low.epoch), y1: y(1.75), y2: BOTTOM, class: "rd-lowest" });
      add("text", { x: x(low.epoch) + (end ? -6 : 6), y: y(1.75) + 8, class: end ? "rd-end rd-soft" : "rd-soft" }, `lowest ${lossText(low.held)}`);
    }
    const last = points.at(-1);
    for (const which of ["training", "held"]) {
      curve(points, which, `rd-${which}`);
      if (last.epoch > epochs) continue;
      const loss = last[which];
      if (loss <= MOST) add("circle", { cx: x(last.epoch), cy: y(loss), r: 4, class: `rd-${which}` });
      else add("path", { d: `M ${x(last.epoch)} ${TOP - 8} l 5 8 h -10 z`, class: `rd-${which}` });
    }
    svg.setAttribute("aria-label",
      `Two curves of the loss over ${epochs} epochs, up to epoch ${Number(last.epoch.toFixed(1))}: on training images ` +
      `${lossText(last.training)} now, on held-out images ${lossText(last.held)}. The lowest on held-out images was ` +
      `${lossText(low.held)}, at epoch ${low.epoch}.`);
  };
};

/** Prepares an empty element; returns a function that shows {weights, units, speaking}, one picture for each of 32 units. */
ReadingDigits.weightPictures = function (element) {
  const MOST_SHOWN = 32;
  const SIDE = 28;
  let pictures = [];

  function prepare(count) {
    element.style.setProperty("--columns", count > 16 ? 8 : 4);
    element.replaceChildren();
    pictures = Array.from({ length: count }, () => {
      const canvas = element.appendChild(document.createElement("canvas"));
      canvas.width = canvas.height = SIDE;
      const context = canvas.getContext("2d");
      return { canvas, context, image: context.createImageData(SIDE, SIDE) };
    });
  }

  return function show({ weights, units, speaking }) {
    const shown = Math.min(units, MOST_SHOWN);
    if (pictures.length !== shown) prepare(shown);
    let squares = 0;
    for (let k = 0; k < weights.length; k++) squares += weights[k] * weights[k];
    const most = 2.5 * Math.sqrt(squares / weights.length); // one scale for all; the few that are larger are as bright
    pictures.forEach(({ canvas, context, image }, unit) => {
      for (let i = 0; i < SIDE * SIDE; i++) {
        const value = weights[i * units + unit] / most; // black at zero, blue above, orange below
        const share = Math.min(Math.abs(value), 1);
        image.data[4 * i] = share * (value > 0 ? 110 : 255);
        image.data[4 * i + 1] = share * (value > 0 ? 190 : 160);
        image.data[4 * i + 2] = share * (value > 0 ? 255 : 60);
        image.data[4 * i + 3] = 255;
      }
      context.putImageData(image, 0, 0);
      canvas.className = speaking[unit] ? "" : "rd-silent";
    });
    const silent = speaking.reduce((sum, one) => sum + !one, 0);
    element.setAttribute("aria-label", `The weights of ${shown === units ? "the" : `${shown} of the`} ${units} hidden units as ` +
      `pictures.${silent ? ` ${silent} of the units answer to no image any more.` : ""}`);
    return { shown, silent };
  };
};

/** Fills an element with images (784 bytes each) and their labels; returns a function that shows what is read in them. */
ReadingDigits.digitBoard = function (element, grays, labels) {
  const SIDE = 28;
  const cells = Array.from(labels, (label, n) => {
    const cell = element.appendChild(document.createElement("span"));
    const canvas = cell.appendChild(document.createElement("canvas"));
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const gray = grays[n * SIDE * SIDE + i];
      image.data.set([gray, gray, gray, 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
    return { cell, label, answer: cell.appendChild(document.createElement("b")) };
  });
  return function show(answers) {
    const wrong = [];
    cells.forEach(({ cell, label, answer }, n) => {
      const read = answers[n] > 9 ? "?" : String(answers[n]);
      const right = answers[n] === label;
      if (!right) wrong.push(`a ${label} as ${read}`);
      if (answer.textContent !== (right ? "" : read)) answer.textContent = right ? "" : read;
      cell.className = right ? "" : "rd-misread";
    });
    element.setAttribute("aria-label", `${cells.length} held-out digits, of which ${wrong.length} are read wrong` +
      (wrong.length > 30 ? "." : wrong.length ? `: ${wrong.join(", ")}.` : "."));
  };
};
