/* The network of four pixels, two units and three classes: forward, backward, update.
 *
 * Chapter 4's camera with a hidden layer before its classes. The parameters are W1 (4 rows of 2), b1 (2), W2 (2 rows
 * of 3) and b2 (3), as Keras has them. Everything here is arithmetic on arrays; nothing touches the page.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

ReadingDigits.camera = (function () {
  const classes = ["row", "column", "diagonal"];
  const images = { row: [0.9, 0.8, 0.1, 0], column: [0.7, 0.1, 0.9, 0.2], diagonal: [1, 0, 0.2, 0.8] };

  // Picked for being easy to read, as the chapter on backpropagation says: the row is taken for a column, B is silent.
  const start = {
    W1: [[0.5, -0.5], [0.5, 0.5], [-0.5, -0.5], [-0.5, 0.5]],
    b1: [0, 0],
    W2: [[0.5, 1, -1], [-0.5, 0.5, 1]],
    b2: [0, 0, 0],
  };

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const column = (matrix, j) => matrix.map((row) => row[j]);
  const dot = (a, b) => sum(a.map((value, k) => value * b[k]));

  /** inputs @ W + b */
  const dense = (inputs, W, b) => b.map((bias, j) => dot(inputs, column(W, j)) + bias);

  /** From the pixels to the loss; `label` is the number of the right class. */
  function forward({ W1, b1, W2, b2 }, pixels, label) {
    const sums = dense(pixels, W1, b1);
    const hidden = sums.map((value) => Math.max(value, 0));
    const logits = dense(hidden, W2, b2);
    const largest = Math.max(...logits); // subtracted, it changes no result and keeps exp from overflowing
    const total = sum(logits.map((logit) => Math.exp(logit - largest)));
    const probabilities = logits.map((logit) => Math.exp(logit - largest) / total);
    const loss = Math.log(total) + largest - logits[label]; // -ln of the right class' probability
    return { pixels, label, sums, hidden, logits, probabilities, loss };
  }

  /** From the loss back to every number: how much the loss grows for each bit that the number grows. */
  function backward({ W2 }, { pixels, label, sums, hidden, probabilities }) {
    const outer = (inputs, slopes) => inputs.map((input) => slopes.map((slope) => input * slope));
    const logits = probabilities.map((p, k) => p - (k === label ? 1 : 0));
    const atHidden = W2.map((row) => dot(row, logits));
    const atSums = atHidden.map((slope, j) => (sums[j] > 0 ? slope : 0)); // the gate of relu
    return { logits, W2: outer(hidden, logits), b2: logits,
             hidden: atHidden, sums: atSums, W1: outer(pixels, atSums), b1: atSums };
  }

  /** Every parameter a step against its slope: new parameters. */
  function update(parameters, slopes, rate) {
    const step = (value, slope) => Array.isArray(value) ? value.map((part, k) => step(part, slope[k])) : value - rate * slope;
    return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, step(value, slopes[name])]));
  }

  /** All numbers in a row, in the order of Keras' `get_weights()`; and back. */
  const flatten = ({ W1, b1, W2, b2 }) => [W1, b1, W2, b2].flat(2);
  const unflatten = (v) => ({
    W1: [0, 2, 4, 6].map((k) => v.slice(k, k + 2)), b1: v.slice(8, 10),
    W2: [10, 13].map((k) => v.slice(k, k + 3)), b2: v.slice(16),
  });

  return { classes, images, start, forward, backward, update, flatten, unflatten };
})();
