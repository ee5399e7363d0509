/* A reader's own network, from the file that `digits.export` wrote. The file is data: numbers in JSON, of which nothing
 * is evaluated. Whatever is not as it should be is refused with one sentence. Nothing here touches the page.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

ReadingDigits.MOST_BYTES = 20e6; // in a file
ReadingDigits.MOST_PARAMETERS = 3e6;

/**
 * The network in the text of a file.
 *
 * @returns {layers, scale, offset, parameters}: layers as `unpack` returns them; a gray level times its scale, plus its
 *   offset, is an input
 * @throws Error whose message is a sentence for the reader
 */
ReadingDigits.readNetwork = function (text) {
  const refuse = (cause) => {
    throw new Error(`${cause} Write the file anew with digits.export(model, preprocess).`);
  };
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    refuse("This file is damaged, or no network: it is not JSON.");
  }
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(found) || found.format !== "reading-digits-network") refuse("This file holds no network of digits.export.");
  if (found.version !== 1) refuse("This network was written by another version of digits.py.");

  /** So many finite float32 numbers. */
  const numbers = (packed, count, what) => {
    if (typeof packed !== "string" || packed.length !== 4 * Math.ceil((4 * count) / 3)) {
      refuse(`This network is damaged: ${what} should be ${count.toLocaleString("en-US")} numbers.`);
    }
    let bytes;
    try {
      bytes = ReadingDigits.bytes(packed);
    } catch {
      refuse(`This network is damaged: ${what} cannot be decoded.`);
    }
    if (bytes.length !== 4 * count) refuse(`This network is damaged: ${what} should be ${count.toLocaleString("en-US")} numbers.`);
    const view = new DataView(bytes.buffer);
    const values = Float32Array.from({ length: count }, (_, k) => view.getFloat32(4 * k, true));
    if (!values.every(Number.isFinite)) refuse(`In this network ${what} hold nan or inf.`);
    return values;
  };

  if (!Array.isArray(found.layers) || found.layers.length < 1 || found.layers.length > 20) {
    refuse("This network is damaged: it should have 1 to 20 layers.");
  }
  let inputs = 784;
  let parameters = 0;
  const layers = found.layers.map((layer, k) => {
    const name = `the weights of layer ${k + 1}`;
    if (!isObject(layer)) refuse(`This network is damaged: layer ${k + 1} is none.`);
    const { units, activation } = layer;
    const last = k === found.layers.length - 1;
    if (!Number.isInteger(units) || units < 1 || units > 4096) refuse(`This network is damaged: layer ${k + 1} should have 1 to 4,096 units.`);
    if (last && units !== 10) refuse(`This network gives ${units} numbers; ten are wanted, one for each digit.`);
    if (!(last ? ["softmax", "linear"] : ["relu", "linear"]).includes(activation)) {
      refuse(`This network has an activation in layer ${k + 1} that the page cannot compute.`);
    }
    parameters += (inputs + 1) * units;
    if (parameters > ReadingDigits.MOST_PARAMETERS) refuse("This network is too large for this page, which takes 3,000,000 parameters.");
    const weights = numbers(layer.weights, inputs * units, name);
    const bias = numbers(layer.bias, units, `the biases of layer ${k + 1}`);
    const ready = { inputs, units, activation, weights, scales: new Float32Array(units).fill(1), bias };
    inputs = units;
    return ready;
  });
  return { layers, scale: numbers(found.scale, 784, "the scales"), offset: numbers(found.offset, 784, "the offsets"), parameters };
};

/**
 * The network in a file, ready to read.
 *
 * @returns a promise of {layers, prepare, about}: what `forward` takes, and a sentence on the network
 * @throws Error whose message is a sentence for the reader
 */
ReadingDigits.readNetworkFile = async function (file) {
  const { MOST_BYTES } = ReadingDigits;
  if (/\.(keras|h5|hdf5)$/i.test(file.name)) {
    throw new Error("This is a model as Keras saves it. Write one for this page with digits.export(model, preprocess).");
  }
  if (file.size > MOST_BYTES) throw new Error(`This file has more than ${MOST_BYTES / 1e6} MB: no network that digits.export wrote.`);
  const text = await file.text().catch(() => {
    throw new Error("This file cannot be read. Is it still there?");
  });
  const { layers, scale, offset, parameters } = ReadingDigits.readNetwork(text);
  const prepare = (pixel, k) => pixel * scale[k] + offset[k];
  for (const level of [0, 255]) {
    const { probabilities } = ReadingDigits.forward(layers, new Uint8Array(784).fill(level), prepare);
    if (probabilities.some(Number.isNaN)) throw new Error("The numbers of this network are too large to compute with: it answers nan.");
  }
  const size = layers.length === 1 ? "one layer" : `${layers.length} layers`;
  return { layers, prepare, about: `This network is yours: ${size}, ${parameters.toLocaleString("en-US")} parameters.` };
};
