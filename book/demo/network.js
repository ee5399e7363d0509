/* The network's answer, computed in the page.
 *
 * `weights.js` holds a dense network with its weights rounded to 8 bits: one signed byte per weight and
 * one scale per unit, so that a weight is byte * scale. Everything here is arithmetic on arrays; nothing
 * touches the page. Chapters 4 and 5 of the book explain every line of it.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/** Bytes from their text in URL-safe base64. */
ReadingDigits.bytes = function (text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
};

/** Makes the packed layers of `weights.js` ready to compute with. */
ReadingDigits.unpack = function (packed) {
  return packed.layers.map((layer) => ({
    inputs: layer.inputs,
    units: layer.units,
    activation: layer.activation,
    weights: new Int8Array(ReadingDigits.bytes(layer.weights).buffer), // weights[input * units + unit]
    scales: Float32Array.from(layer.scales),
    bias: Float32Array.from(layer.bias),
  }));
};

/** One dense layer before its activation: inputs times weights, plus bias. */
ReadingDigits.dense = function (layer, inputs) {
  const { units, weights, scales, bias } = layer;
  const sums = new Float64Array(units);
  for (let i = 0; i < layer.inputs; i++) {
    const input = inputs[i];
    if (input === 0) continue; // four fifths of an image are black
    for (let j = 0, k = i * units; j < units; j++, k++) sums[j] += input * weights[k];
  }
  return sums.map((sum, j) => sum * scales[j] + bias[j]);
};

ReadingDigits.relu = (values) => values.map((value) => Math.max(value, 0));

/** Probabilities from logits. Subtracting the largest changes no result and keeps exp from overflowing. */
ReadingDigits.softmax = function (logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

/**
 * Everything the network computes for one image.
 *
 * @param layers what `unpack` returned: hidden layers with ReLU or nothing, and an output layer with softmax
 * @param pixels 784 gray levels from 0 (black) to 255 (white), row by row
 * @param prepare makes an input of a gray level and its place
 * @returns {inputs, hidden, logits, probabilities}: `hidden` is what the last hidden layer answers
 */
ReadingDigits.forward = function (layers, pixels, prepare = (pixel) => pixel / 255) {
  const inputs = Float64Array.from(pixels, prepare);
  let hidden = inputs;
  for (const layer of layers.slice(0, -1)) {
    const sums = ReadingDigits.dense(layer, hidden);
    hidden = layer.activation === "relu" ? ReadingDigits.relu(sums) : sums;
  }
  const logits = ReadingDigits.dense(layers.at(-1), hidden);
  return { inputs, hidden, logits, probabilities: ReadingDigits.softmax(logits) };
};
