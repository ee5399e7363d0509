/* A convolutional network's answer, computed in the page, and what each pixel adds to a logit. Chapter 12 explains it.
 *
 * `convolution-weights.js` holds its layers, rounded as those of `weights.js`. Pictures lie in memory as in Keras: row by
 * row, pixel by pixel, channel by channel. Nothing here touches the page.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/** Makes the packed layers of `convolution-weights.js` ready to compute with; their weights have Keras' order. */
ReadingDigits.unpackConvolutional = function (packed) {
  return packed.layers.map(({ shape, weights, scales, bias }) => ({
    shape,
    inputs: shape[0],
    units: shape.at(-1),
    weights: new Int8Array(ReadingDigits.bytes(weights).buffer),
    scales: Float32Array.from(scales),
    bias: Float32Array.from(bias),
  }));
};

/** Each filter's sum over its window, wherever that fits into the picture; then relu. */
ReadingDigits.convolve = function ({ shape, units, weights, scales, bias }, values, side) {
  const [size, , channels] = shape;
  const width = side - size + 1;
  const sums = new Float64Array(width * width * units);
  for (let y = 0, to = 0; y < width; y++) {
    for (let x = 0; x < width; x++, to += units) {
      for (let part = 0; part < size * size * channels; part++) {
        const dy = Math.floor(part / (size * channels));
        const input = values[((y + dy) * side + x) * channels + (part - dy * size * channels)];
        if (input === 0) continue;
        for (let f = 0, k = part * units; f < units; f++, k++) sums[to + f] += input * weights[k];
      }
    }
  }
  return ReadingDigits.relu(sums.map((sum, k) => sum * scales[k % units] + bias[k % units]));
};

/** Of every four neighbors the largest, and where it lies among `values`. */
ReadingDigits.pool = function (values, side, channels) {
  const half = side >> 1;
  const places = Int32Array.from({ length: half * half * channels }, (_, k) => {
    const pixel = Math.floor(k / channels);
    const corner = (2 * Math.floor(pixel / half) * side + 2 * (pixel % half)) * channels + (k % channels);
    return [channels, side * channels, (side + 1) * channels].reduce(
      (best, step) => (values[corner + step] > values[best] ? corner + step : best), corner);
  });
  return { values: Float64Array.from(places, (place) => values[place]), places };
};

/**
 * Everything the convolutional network computes for one image.
 *
 * @param layers what `unpackConvolutional` returned: convolutions with relu, each followed by pooling; then a dense one
 * @param pixels 784 gray levels from 0 (black) to 255 (white), row by row
 * @returns {inputs, stages, logits, probabilities}: a stage has what came in, and what the convolution and pooling made
 */
ReadingDigits.forwardConvolutional = function (layers, pixels) {
  const inputs = Float64Array.from(pixels, (pixel) => pixel / 255);
  const stages = [];
  let values = inputs;
  let side = 28;
  for (const layer of layers.slice(0, -1)) {
    const maps = ReadingDigits.convolve(layer, values, side);
    const width = side - layer.shape[0] + 1;
    const pooled = ReadingDigits.pool(maps, width, layer.units);
    stages.push({ layer, side, width, length: values.length, maps, places: pooled.places });
    values = pooled.values;
    side = width >> 1;
  }
  const logits = ReadingDigits.dense(layers.at(-1), values);
  return { inputs, stages, logits, probabilities: ReadingDigits.softmax(logits) };
};

/**
 * What each pixel adds to a digit's logit: the pixel times the slope of the logit. With relu and pooling, as with weights
 * alone, these parts and a rest that comes from the biases add up to the logit.
 */
ReadingDigits.evidenceConvolutional = function (layers, { inputs, stages }, digit) {
  const last = layers.at(-1);
  let slopes = Float64Array.from({ length: last.inputs }, (_, i) => last.weights[i * last.units + digit] * last.scales[digit]);
  for (const { layer, side, width, length, maps, places } of [...stages].reverse()) {
    const { shape: [size, , channels], units, weights, scales } = layer;
    const behind = new Float64Array(maps.length); // back through pooling and relu: only the largest, and only above zero
    places.forEach((place, k) => (behind[place] = maps[place] > 0 ? slopes[k] * scales[k % units] : 0));
    slopes = new Float64Array(length);
    for (let k = 0; k < behind.length; k++) {
      const slope = behind[k];
      if (slope === 0) continue;
      const pixel = Math.floor(k / units);
      const corner = Math.floor(pixel / width) * side + (pixel % width);
      for (let dy = 0, from = k % units; dy < size; dy++) {
        const row = (corner + dy * side) * channels;
        for (let part = 0; part < size * channels; part++, from += units) slopes[row + part] += slope * weights[from];
      }
    }
  }
  return slopes.map((slope, i) => slope * inputs[i]);
};

/** The same for the dense network of `network.js`, whose hidden units let through what is above zero. */
ReadingDigits.evidence = function ([first, second], { inputs, hidden }, digit) {
  const parts = new Float64Array(inputs.length);
  hidden.forEach((value, unit) => {
    if (value === 0) return;
    const outgoing = second.weights[unit * second.units + digit] * second.scales[digit] * first.scales[unit];
    for (let i = 0; i < parts.length; i++) parts[i] += first.weights[i * first.units + unit] * outgoing;
  });
  return parts.map((part, i) => part * inputs[i]);
};
