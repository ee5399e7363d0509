/* The network of "Watch it learn": 784 pixels, hidden units, ten digits, and its training by plain SGD.
 *
 * Everything is in one function that knows nothing around it, because its text is also what the worker is made of
 * (learn-worker.js). Weights are float32, `weights[input * units + unit]`, as Keras has them. Four fifths of an image
 * are black and add nothing, so an image is kept as the list of its other pixels. Nothing here touches the page.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

ReadingDigits.learning = function () {
  const PIXELS = 784;
  const CLASSES = 10;
  const NONE = 255; // in place of a digit: the network answers with no number

  /** Numbers from 0 up to 1, the same ones for the same seed everywhere (mulberry32). */
  function random(seed) {
    let state = seed | 0;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  /** Images as lists of their pixels that are not black; image n has those from `starts[n]` up to `starts[n + 1]`. */
  class Images {
    /** @param grays 784 bytes for each image; a pixel counts as its gray times `factor` */
    constructor(grays, labels, factor) {
      this.count = labels.length;
      this.labels = labels;
      this.starts = new Int32Array(this.count + 1);
      const most = grays.reduce((sum, gray) => sum + (gray > 0), 0);
      this.places = new Int32Array(most);
      this.values = new Float32Array(most);
      let k = 0;
      for (let n = 0; n < this.count; n++) {
        for (let i = 0; i < PIXELS; i++) {
          const gray = grays[n * PIXELS + i];
          if (gray === 0) continue;
          this.places[k] = i;
          this.values[k++] = gray * factor;
        }
        this.starts[n + 1] = k;
      }
    }
  }

  class Network {
    /** @param units a multiple of four @param activation "relu" or "none" @param seed decides the weights it starts with */
    constructor(units, activation, seed) {
      this.units = units;
      this.relu = activation === "relu";
      const next = random(seed);
      /** Keras' own start, Glorot and Bengio's: even between plus and minus this limit. */
      const start = (inputs, outputs) => {
        const limit = Math.sqrt(6 / (inputs + outputs));
        return Float32Array.from({ length: inputs * outputs }, () => limit * (2 * next() - 1));
      };
      this.W1 = start(PIXELS, units);
      this.b1 = new Float32Array(units);
      this.W2 = start(units, CLASSES);
      this.b2 = new Float32Array(CLASSES);
    }

    /** Writes image n's hidden units into `hidden` and its logits into `logits`, both from a place on. */
    forward(images, n, hidden, h, logits, l) {
      const { units, relu, W1, b1, W2, b2 } = this;
      const { starts, places, values } = images;
      const end = starts[n + 1];
      for (let j = 0; j < units; j += 4) { // four units at once, so that their sums need no memory on the way
        let [sum0, sum1, sum2, sum3] = [b1[j], b1[j + 1], b1[j + 2], b1[j + 3]];
        for (let k = starts[n]; k < end; k++) {
          const value = values[k];
          const w = places[k] * units + j;
          sum0 += value * W1[w];
          sum1 += value * W1[w + 1];
          sum2 += value * W1[w + 2];
          sum3 += value * W1[w + 3];
        }
        hidden[h + j] = sum0;
        hidden[h + j + 1] = sum1;
        hidden[h + j + 2] = sum2;
        hidden[h + j + 3] = sum3;
      }
      if (relu) for (let j = 0; j < units; j++) if (hidden[h + j] < 0) hidden[h + j] = 0; // nan stays nan
      for (let c = 0; c < CLASSES; c++) logits[l + c] = b2[c];
      for (let j = 0, w = 0; j < units; j++) {
        const value = hidden[h + j];
        for (let c = 0; c < CLASSES; c++, w++) logits[l + c] += value * W2[w];
      }
    }

    /** One step down: every number against the mean slope of the loss of these images, `rate` times as far. */
    step(images, chosen, rate) {
      const { units, relu, W1, b1, W2, b2 } = this;
      const { starts, places, values, labels } = images;
      const hidden = new Float32Array(chosen.length * units);
      const slopes = new Float32Array(chosen.length * CLASSES); // at the logits: p - y
      const atHidden = new Float32Array(chosen.length * units);
      for (let b = 0; b < chosen.length; b++) {
        this.forward(images, chosen[b], hidden, b * units, slopes, b * CLASSES);
        softmax(slopes, b * CLASSES);
        slopes[b * CLASSES + labels[chosen[b]]] -= 1;
        for (let j = 0, w = 0; j < units; j++) {
          let slope = 0;
          for (let c = 0; c < CLASSES; c++, w++) slope += W2[w] * slopes[b * CLASSES + c];
          atHidden[b * units + j] = relu && !(hidden[b * units + j] > 0) ? 0 : slope; // the gate
        }
      }
      // All of the batch has gone forward and back; only now the numbers change.
      const each = rate / chosen.length;
      for (let b = 0; b < chosen.length; b++) {
        const h = b * units;
        const l = b * CLASSES;
        const end = starts[chosen[b] + 1];
        for (let j = 0; j < units; j += 4) {
          const [slope0, slope1, slope2, slope3] = [atHidden[h + j], atHidden[h + j + 1], atHidden[h + j + 2], atHidden[h + j + 3]];
          if (slope0 === 0 && slope1 === 0 && slope2 === 0 && slope3 === 0) continue; // all four gates are shut
          for (let k = starts[chosen[b]]; k < end; k++) {
            const pull = each * values[k];
            const w = places[k] * units + j;
            W1[w] -= pull * slope0;
            W1[w + 1] -= pull * slope1;
            W1[w + 2] -= pull * slope2;
            W1[w + 3] -= pull * slope3;
          }
        }
        for (let j = 0; j < units; j++) b1[j] -= each * atHidden[h + j];
        for (let j = 0, w = 0; j < units; j++) {
          const pull = each * hidden[h + j];
          for (let c = 0; c < CLASSES; c++, w++) W2[w] -= pull * slopes[l + c];
        }
        for (let c = 0; c < CLASSES; c++) b2[c] -= each * slopes[l + c];
      }
    }

    /**
     * How well it reads the images from number `from` up to `to`.
     *
     * @returns {loss, wrong, answers, speaking}: the mean loss, how many are read wrong, each answer (`NONE` where it is
     *   no number), and for each unit whether any of the images makes it speak
     */
    measure(images, from, to) {
      const hidden = new Float32Array(this.units);
      const logits = new Float32Array(CLASSES);
      const answers = new Uint8Array(to - from);
      const speaking = new Uint8Array(this.units);
      let loss = 0;
      let wrong = 0;
      for (let n = from; n < to; n++) {
        this.forward(images, n, hidden, 0, logits, 0);
        const label = images.labels[n];
        let best = 0;
        for (let c = 1; c < CLASSES; c++) if (logits[c] > logits[best]) best = c;
        let total = 0; // -ln of the label's probability is ln of this sum, with the largest logit taken off first
        for (let c = 0; c < CLASSES; c++) total += Math.exp(logits[c] - logits[best]);
        loss += Math.log(total) + logits[best] - logits[label];
        answers[n - from] = Number.isFinite(total) ? best : NONE;
        if (answers[n - from] !== label) wrong++;
        for (let j = 0; j < this.units; j++) if (hidden[j] !== 0) speaking[j] = 1;
      }
      return { loss: loss / (to - from), wrong, answers, speaking };
    }

    /** The ten probabilities for one image. */
    read(images, n) {
      const logits = new Float32Array(CLASSES);
      this.forward(images, n, new Float32Array(this.units), 0, logits, 0);
      softmax(logits, 0);
      return logits;
    }
  }

  /** Ten logits, from a place on, become probabilities. */
  function softmax(values, from) {
    let largest = values[from];
    for (let c = 1; c < CLASSES; c++) largest = Math.max(largest, values[from + c]);
    let total = 0;
    for (let c = 0; c < CLASSES; c++) total += values[from + c] = Math.exp(values[from + c] - largest);
    for (let c = 0; c < CLASSES; c++) values[from + c] /= total;
  }

  /** A network and the images it learns from, batch by batch, newly shuffled for each epoch. */
  class Training {
    /**
     * @param data {grays, labels, learned}: all images; the first `learned` are there to learn from, the others are held out
     * @param settings {rate, batch, units, activation, pixels, images, seed}: `pixels` is what white counts, 1 or 255;
     *   of the images to learn from it takes the first `images`
     */
    constructor({ grays, labels, learned }, settings) {
      const factor = settings.pixels / 255;
      const part = (from, to) => new Images(grays.subarray(from * PIXELS, to * PIXELS), labels.subarray(from, to), factor);
      this.settings = settings;
      this.images = part(0, settings.images);
      this.held = part(learned, labels.length);
      this.network = new Network(settings.units, settings.activation, settings.seed);
      this.next = random(settings.seed + 1000);
      this.order = Int32Array.from({ length: settings.images }, (_, n) => n);
      this.steps = Math.ceil(settings.images / settings.batch); // in an epoch
      this.done = 0; // steps so far
    }

    get epoch() {
      return this.done / this.steps;
    }

    step() {
      const { batch, rate } = this.settings;
      const from = (this.done % this.steps) * batch;
      if (from === 0) {
        for (let n = this.order.length - 1; n > 0; n--) {
          const other = Math.floor(this.next() * (n + 1));
          [this.order[n], this.order[other]] = [this.order[other], this.order[n]];
        }
      }
      this.network.step(this.images, this.order.subarray(from, from + batch), rate);
      this.done++;
    }

    /**
     * How well the network reads now.
     *
     * @returns {training, held, speaking}: the images it learns from and those held out, as of `Network.measure`; and for
     *   each unit whether any image of both makes it speak
     */
    measure() {
      const training = this.network.measure(this.images, 0, this.images.count);
      const held = this.network.measure(this.held, 0, this.held.count);
      return { training, held, speaking: held.speaking.map((speaks, j) => speaks | training.speaking[j]) };
    }
  }

  return { Images, Network, Training, random, PIXELS, CLASSES, NONE };
};
