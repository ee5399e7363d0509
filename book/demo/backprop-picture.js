/* Draws the network of backprop-network.js: its boxes, its edges, and a number on every one. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/** A number with two decimals, and a true minus sign. */
ReadingDigits.decimal = (value, digits = 2) => {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
};

/** The 19 parameters in the order of `flatten`: a name for addresses, and one for people. */
ReadingDigits.cameraParameters = (function () {
  const units = ["A", "B"];
  const pixels = ["upper left", "upper right", "lower left", "lower right"];
  const { classes } = ReadingDigits.camera;
  const edges = (from, to, layer) => from.flatMap((source, i) => to.map((target, j) => (
    { name: `${source.replace(" ", "-")}-${target}`, words: `${source} → ${target}`, layer, i, j })));
  const biases = (to, layer) => to.map((target, j) => (
    { name: `bias-${target}`, words: `bias of ${target}`, layer, i: -1, j }));
  return [...edges(pixels, units, 1), ...biases(units, 1),
          ...edges(units, classes, 2), ...biases(classes, 2)];
})();

/**
 * Prepares the picture in an empty <svg>; returns a function that draws a state.
 *
 * The state has `step` (how far it has been computed, 0 to 10), `activity` and `slopes` (of `forward` and `backward`),
 * `values` (the 19 parameters), `marks` (their slopes as texts, "" where none is known), and `chosen`, an index.
 */
ReadingDigits.cameraPicture = function (svg) {
  const { camera, cameraParameters, decimal } = ReadingDigits;
  const add = (parent, tag, attributes, text = "") => {
    const element = parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", tag));
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };

  // Across on a desk, downward on a phone: `along` runs from pixels to loss, `places` beside it.
  const LAYOUTS = {
    desk: { width: 700, height: 410, along: [40, 274, 540], places: [[48, 146, 244, 342], [116, 282], [62, 199, 336]],
            down: false, labels: [[0.27, 0.52], [0.38, 0.6]], loss: [652, 199] },
    phone: { width: 360, height: 650, along: [42, 280, 510], places: [[45, 135, 225, 315], [92, 268], [60, 180, 300]],
             down: true, labels: [[0.25, 0.45], [0.5, 0.71]], loss: [180, 624] },
  };

  return function draw(state, narrow) {
    const { step, activity, slopes, values, marks, chosen } = state;
    const layout = LAYOUTS[narrow ? "phone" : "desk"];
    const place = (layer, k) => {
      const point = [layout.along[layer], layout.places[layer][k]];
      return layout.down ? point.reverse() : point;
    };
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
    const lines = add(svg, "g", {});
    const boxes = add(svg, "g", {});
    const labels = add(svg, "g", {});
    const now = { 1: [1], 3: [2], 7: [2], 8: [2], 10: [1] }[step] || [];

    /** A parameter's value, and under it its slope, with a field around them that is large enough for a finger. */
    function number(x, y, k) {
      const group = add(labels, "g", { class: "rd-number" + (k === chosen ? " rd-chosen" : ""), "data-parameter": k });
      add(group, "rect", { x: x - 27, y: y - 16, width: 54, height: 32, rx: 4 });
      const bias = cameraParameters[k].i < 0 ? "bias " : "";
      add(group, "text", { x, y: y + (marks[k] ? -2 : 4) }, bias + decimal(values[k]));
      if (marks[k]) add(group, "text", { x, y: y + 12, class: "rd-slope" }, `◂ ${marks[k]}`);
    }

    cameraParameters.forEach(({ layer, i, j }, k) => {
      const [x1, y1] = place(layer, j);
      if (i < 0) return number(x1, y1 + (layer === 1 ? 46 : 54), k);
      const [x0, y0] = place(layer - 1, i);
      const flows = now.includes(layer) ? (step > 5 ? " rd-back" : " rd-forth") : "";
      add(lines, "line", { x1: x0, y1: y0, x2: x1, y2: y1, "stroke-width": Math.min(1 + 3 * Math.abs(values[k]), 7),
        class: (values[k] < 0 ? "rd-minus" : "rd-plus") + (k === chosen ? " rd-chosen" : "") + flows });
      const t = layout.labels[layer - 1][layer === 1 ? j : i];
      number(x0 + t * (x1 - x0), y0 + t * (y1 - y0), k);
    });

    activity.pixels.forEach((pixel, k) => {
      const [x, y] = place(0, k);
      const level = Math.round(255 * pixel);
      add(boxes, "rect", { x: x - 26, y: y - 20, width: 52, height: 40, rx: 4, style: `fill: rgb(${level} ${level} ${level})` });
      add(boxes, "text", { x, y: y - 26 }, cameraParameters[2 * k].words.split(" →")[0]);
      add(boxes, "text", { x, y: y + 5, style: `fill: ${pixel > 0.5 ? "#000" : "#fff"}` }, decimal(pixel, 1));
    });

    /** A box with a heading, and lines of a value going forward and a slope coming back. */
    function box([x, y], heading, rows, name, half) {
      const height = 22 + 16 * rows.length;
      const top = y - height / 2;
      add(boxes, "rect", { x: x - half, y: top, width: 2 * half, height, rx: 6, class: name });
      add(boxes, "text", { x, y: top + 16, class: "rd-head" }, heading);
      rows.forEach(([text, slope], k) => {
        const both = text && slope;
        const line = top + 32 + 16 * k;
        if (text) add(boxes, "text", { x: x - (both ? 0.44 * half : 0), y: line }, text); // it is the longer one
        if (slope) add(boxes, "text", { x: x + (both ? 0.56 * half : 0), y: line, class: "rd-slope" }, `◂ ${slope}`);
      });
    }

    const from = (first, text) => (step >= first ? text : "");
    activity.sums.forEach((value, j) => box(place(1, j), `unit ${"AB"[j]}`, [
      [from(1, `sum ${decimal(value)}`), from(9, decimal(slopes.sums[j]))],
      [from(2, `relu ${decimal(activity.hidden[j])}`), from(8, decimal(slopes.hidden[j]))],
    ], step >= 2 && value <= 0 ? "rd-silent" : "", 72));
    camera.classes.forEach((name, k) => box(place(2, k), k === activity.label ? `${name}: right` : name, [
      [from(4, `p ${decimal(activity.probabilities[k], 3)}`), ""],
      [from(3, `logit ${decimal(activity.logits[k])}`), ""],
      ["", from(6, decimal(slopes.logits[k]))],
    ], k === activity.label ? "rd-right" : "", 58));
    box(layout.loss, "loss", [[from(5, decimal(activity.loss, 3)), ""]], "", 36);
  };
};
