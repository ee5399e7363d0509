/* The worker of "Watch it learn": it trains beside the page, so that the page stays at sixty frames a second.
 *
 * A page that was opened as a file may load no worker from another file. So the worker is made of the texts of two
 * functions, this one and that of learn-network.js, and both know nothing around them.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * What runs in the worker. The page sends messages of a `kind`:
 *
 * - `data` {grays, labels, learned}: the images, once;
 * - `start` {run, settings}: a new network; `run` comes back with everything that is told of it;
 * - `play` {asked, until, parts, pause}: on to epoch `until`, measured `parts` times an epoch, `pause` milliseconds from
 *   one measurement to the next;
 * - `step` {steps}: so many batches; `pause` {}: no further.
 *
 * It answers with {run, epoch, done, steps, finished, points, answers, speaking, parameters, milliseconds}. A point is
 * {epoch, training, held, trainingWrong, heldWrong}; `points` has those since the last answer; `finished` is what `asked`
 * was in the message whose epoch has been reached, or 0; `milliseconds` is how long the last whole epoch took, without the
 * measuring.
 */
ReadingDigits.learningWorker = function (learning, scope) {
  const SLICE = 50; // milliseconds after which it looks whether there is a message
  const REST = 33; // and between answers: more than thirty a second nobody sees
  let data = null;
  let training = null;
  let run = 0;
  let plan = null; // the message `play` while it plays
  let timer = 0;
  let points = [];
  let measured = null;
  let told = -Infinity;
  let spent = 0;
  let milliseconds = 0;

  function step() {
    const began = performance.now();
    training.step();
    spent += performance.now() - began;
    if (training.done % training.steps === 0) {
      milliseconds = spent;
      spent = 0;
    }
  }

  function measure() {
    measured = training.measure();
    const { training: learned, held } = measured;
    points.push({ epoch: training.epoch, training: learned.loss, held: held.loss,
                  trainingWrong: learned.wrong, heldWrong: held.wrong });
  }

  function tell(finished = 0) {
    const { W1, b1, W2, b2 } = training.network;
    const { held: { answers }, speaking } = measured;
    const { epoch, done, steps } = training;
    scope.postMessage({ run, epoch, done, steps, finished, points, answers, speaking, milliseconds,
                        parameters: { W1, b1, W2, b2 } });
    points = [];
    told = performance.now();
  }

  /** Where it is measured next: the epoch's end, or one of the equal parts before it. */
  function next() {
    const { done, steps } = training;
    const begun = Math.floor(done / steps) * steps;
    for (let part = 1; ; part++) {
      const mark = begun + Math.ceil((part * steps) / plan.parts);
      if (mark > done) return mark;
    }
  }

  function tick() {
    const began = performance.now();
    const mark = next();
    while (training.done < mark && performance.now() - began < SLICE) step();
    if (training.done < mark) return void (timer = setTimeout(tick, 0));
    measure();
    if (training.epoch >= plan.until) return finish();
    if (performance.now() - told >= REST) tell();
    timer = setTimeout(tick, Math.max(plan.pause - (performance.now() - began), 0));
  }

  function finish() {
    const { asked } = plan;
    stop();
    tell(asked);
  }

  function stop() {
    clearTimeout(timer);
    plan = null;
  }

  const does = {
    data(message) {
      data = message;
    },
    start({ run: number, settings }) {
      stop();
      run = number;
      training = new learning.Training(data, settings);
      points = [];
      spent = milliseconds = 0;
      measure();
      tell();
    },
    play(message) {
      stop();
      plan = message;
      if (training.epoch < plan.until) tick();
      else finish();
    },
    step({ steps }) {
      stop();
      for (let k = 0; k < steps; k++) step();
      measure();
      tell();
    },
    pause() {
      stop();
      if (points.length === 0 || points.at(-1).epoch < training.epoch) measure(); // perhaps it stopped between two marks
      tell();
    },
  };
  scope.onmessage = ({ data: message }) => does[message.kind](message);
};

/** Starts such a worker. */
ReadingDigits.startLearning = function () {
  const { learning, learningWorker } = ReadingDigits;
  const code = `"use strict"; (${learningWorker})((${learning})(), self);`;
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(address);
  URL.revokeObjectURL(address);
  return worker;
};
