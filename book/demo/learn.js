/* Watch it learn: the page's part. The computation is in learn-network.js and runs in the worker of learn-worker.js;
 * the pictures are in learn-picture.js. Every setting is in the page's address, so that it can be sent and linked:
 *
 *   ?rate=0.3&batch=32&images=200&units=32&activation=relu&pixels=255&epochs=100&speed=fast&seed=2#rd-learn
 *
 * `CHOICES` has what each may be. A link to such an address on the same page sets the demo up without loading the page
 * again. The images lie in learn-images.js, which is loaded when the demo comes into sight or is used.
 */
"use strict";
(function () {
  const { address, announcer, bars, bytes, digitBoard, likeMnist, lossCurves, lossText, lowest, overfits, percent,
          unlike, weightPictures } = ReadingDigits;
  const root = document.getElementById("rd-learn");
  if (!root) return;
  const at = (id) => document.getElementById(`rd-ln-${id}`);
  const IMAGES = new URL("learn-images.js", document.currentScript.src).href;

  const CHOICES = {
    rate: [0.000001, 0.00001, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    batch: [1, 8, 32, 128, 1000],
    images: [100, 200, 500, 1000, 2000],
    units: [4, 8, 16, 32, 64, 128],
    activation: ["relu", "none"],
    pixels: [1, 255],
    epochs: [10, 30, 100, 300],
    speed: ["slow", "medium", "fast"],
    seed: [1, 2, 3, 4, 5],
  };
  const WORDS = { rate: "learning rate", batch: "batch size", units: "hidden units", seed: "random seed" };
  const SPEEDS = { // measurements in an epoch, and milliseconds from one to the next
    slow: { parts: 12, pause: 1000 / 12 },
    medium: { parts: 4, pause: 1000 / 12 },
    fast: { parts: 1, pause: 0 },
  };
  const CONTINUES = ["epochs", "speed"]; // with these, the same training goes on
  const START = {
    rate: 0.1, batch: 32, images: 1000, units: 32, activation: "relu", pixels: 1, epochs: 30, speed: "medium", seed: 1,
  };
  const text = (name, value) => (name === "pixels" ? `0 to ${value}`
    : typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 6 }) : value);
  const whole = (number) => number.toLocaleString("en-US");

  const say = announcer(at("status"));
  const sayReading = announcer(at("reading"));
  const drawCurves = lossCurves(at("curves"));
  const showWeights = weightPictures(at("weights"));
  const showBars = bars(at("bars"));
  const { Images, Network } = ReadingDigits.learning();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const readers = Object.fromEntries(Object.entries(CHOICES)
    .map(([name, all]) => [name, (given) => all.find((one) => String(one) === given)]));
  const { read, write } = address("rd-learn", START, readers);

  const state = { ...START };
  let worker = null; // once the images are there
  let showBoard = null;
  let loading = null;
  let run = 0; // what is told of an earlier one is not looked at
  let points = [];
  let before = []; // those of the run before, to compare with
  let latest = null; // what the worker told last
  let network = null; // as it is now
  let playing = false;
  let asked = 0; // how often it was told to play: the end of an earlier one is not the end
  let opening = ""; // what the next sentence begins with
  let aloud = false; // whether the next sentence answers a button
  let scheduled = false;

  // --- The images and the worker -----------------------------------------------------------------------

  /** The bytes of a PNG as export_learn.py writes it: half a byte a pixel, no row filtered. */
  async function unpack(png) {
    const view = new DataView(png.buffer);
    const width = view.getUint32(16);
    const height = view.getUint32(20);
    const from = 8 + 25; // after the signature and the header comes the one chunk of data
    const packed = png.subarray(from + 8, from + 8 + view.getUint32(from));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const rows = new Uint8Array(await new Response(stream).arrayBuffer());
    const grays = new Uint8Array(width * height);
    for (let n = 0; n < height; n++) {
      for (let i = 0; i < width / 2; i++) {
        const two = rows[n * (1 + width / 2) + 1 + i];
        grays[n * width + 2 * i] = 17 * (two >> 4);
        grays[n * width + 2 * i + 1] = 17 * (two & 15);
      }
    }
    return grays;
  }

  /** Loads the images and starts the worker, once; a sentence says it where that fails. */
  function load() {
    loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = IMAGES;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    }).then(async () => {
      const { learned, labels: digits, png } = ReadingDigits.learnImages;
      const grays = await unpack(bytes(png));
      const labels = Uint8Array.from(digits, Number);
      const shown = labels.subarray(learned, learned + 100);
      showBoard = digitBoard(at("board"), grays.subarray(784 * learned), shown);
      worker = ReadingDigits.startLearning();
      worker.onmessage = ({ data }) => hear(data);
      worker.onerror = () => fail("The training has stopped by an error of this page.");
      worker.postMessage({ kind: "data", grays, labels, learned });
      begin();
      return true;
    }).catch(() => fail("The images could not be loaded."));
    return loading;
  }

  function fail(what) {
    playing = false;
    buttons();
    say(`${what} Load the page again; if that does not help, try a newer browser.`, { now: true });
    return false;
  }

  /** Has the worker begin with a new network. */
  function begin() {
    run++;
    points = [];
    latest = null;
    worker.postMessage({ kind: "start", run, settings: { ...state } });
    if (playing) go();
  }

  function go() {
    const { parts, pause } = SPEEDS[state.speed];
    worker.postMessage({ kind: "play", asked: ++asked, until: state.epochs, ...(calm ? { parts: 1, pause: parts * pause } : { parts, pause }) });
  }

  function hear(message) {
    if (message.run !== run) return;
    points.push(...message.points);
    latest = message;
    network = Object.assign(Object.create(Network.prototype), message.parameters,
      { units: state.units, relu: state.activation === "relu" });
    if (playing && message.finished === asked) {
      playing = false;
      aloud = true;
    }
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(show);
  }

  // --- What is said ------------------------------------------------------------------------------------

  /** What there is to see, in two or three sentences. */
  function sentence() {
    const { done, steps } = latest;
    const now = points.at(-1);
    const held = latest.answers.length;
    if (done === 0) {
      return `Not trained yet: of ${whole(held)} held-out images it reads ${whole(now.heldWrong)} wrong. `
        + (playing ? "It is training." : "Press Play, or go step by step.");
    }
    const where = done % steps === 0 ? `Epoch ${done / steps}${done / steps < state.epochs ? ` of ${state.epochs}` : ""}.`
      : `Epoch ${Math.ceil(done / steps)}, batch ${done % steps} of ${steps}.`;
    const learned = now.trainingWrong ? `${whole(state.images - now.trainingWrong)} of the` : "all";
    return `${where} ${verdict(now)} It reads ${learned} ${whole(state.images)} images it learns from, and ` +
      `${whole(held - now.heldWrong)} of the ${whole(held)} held out.`;
  }

  function verdict(now) {
    const silent = latest.speaking.reduce((sum, one) => sum + !one, 0);
    if (!Number.isFinite(now.held) || !Number.isFinite(now.training)) {
      return "The loss is no number any more: the steps were so large that the weights have grown past what float32 holds.";
    }
    if (silent > state.units / 2) {
      return `${silent} of ${state.units} hidden units answer to no image any more: steps that were too large have silenced them for good.`;
    }
    if (now.held > 2.4) return "It does worse than guessing.";
    if (overfits(points)) {
      const low = lowest(points);
      return `On held-out images the loss was lowest at epoch ${low.epoch}, and has risen since: overfitting.`;
    }
    return "";
  }

  // --- What is shown -----------------------------------------------------------------------------------

  function show() {
    scheduled = false;
    if (!latest) return;
    const now = points.at(-1);
    drawCurves({ points, before, epochs: state.epochs });
    for (const which of ["training", "held"]) {
      const [, loss, wrong] = root.querySelector(`tr.rd-${which}`).cells;
      loss.textContent = lossText(now[which]);
      wrong.textContent = `${whole(now[`${which}Wrong`])} of ${whole(which === "held" ? latest.answers.length : state.images)}`;
    }
    const { shown, silent } = showWeights({ weights: network.W1, units: state.units, speaking: latest.speaking });
    at("weights-note").textContent = (shown < state.units ? `The weights of ${shown} of the ${state.units} hidden units.`
      : `The weights of the ${state.units} hidden units.`) + " Ink on blue excites a unit, ink on orange quiets it." +
      (silent ? ` Dim: ${silent} of ${state.units} that answer to no image any more.` : "");
    showBoard(latest.answers);
    at("about").textContent = about();
    buttons();
    if (latest.done > 0) opening = "";
    const said = `${opening}${sentence()}`.replaceAll("  ", " ");
    say(said, aloud ? { now: true } : { aloud: false });
    aloud = false;
    readDrawing();
  }

  const about = () => "It learns from the first of MNIST's training images, and is measured on the first 1,000 of those that this book holds " +
    "out. Their 256 grays are rounded to six. This is plain SGD, computed in your browser" +
    (latest.milliseconds ? `, where the last epoch took ${Math.max(Math.round(latest.milliseconds), 1)} ms.` : ".");

  function buttons() {
    const over = latest && latest.done / latest.steps >= state.epochs;
    at("play").textContent = playing ? "Pause" : over ? "Play again" : "Play";
    for (const name of Object.keys(CHOICES)) at(name).value = state[name];
  }

  // --- What the reader does ----------------------------------------------------------------------------

  /** Takes new settings; what makes another training begins it, and the one before stays as thin lines. */
  function change(settings, words, anew = false) {
    const fresh = anew || Object.keys(settings).some((name) => !CONTINUES.includes(name) && settings[name] !== state[name]);
    Object.assign(state, settings);
    write(state);
    buttons();
    opening = words;
    aloud = true;
    if (!worker) {
      say(words, { now: true });
      return void load();
    }
    if (fresh) {
      if (points.length && points.at(-1).epoch >= 1) before = points;
      begin();
    } else if (playing) go();
    else show();
  }

  async function play() {
    if (!(await load())) return;
    playing = !playing;
    if (playing && latest && latest.done / latest.steps >= state.epochs) begin();
    else if (playing) go();
    else {
      aloud = true;
      worker.postMessage({ kind: "pause" });
    }
    buttons();
    if (playing) say("It is training.", { now: true });
  }

  async function step(epoch) {
    if (!(await load())) return;
    playing = false;
    aloud = true;
    opening = "";
    const { done, steps } = latest || { done: 0, steps: Math.ceil(state.images / state.batch) };
    worker.postMessage({ kind: "step", steps: epoch ? steps - (done % steps) : 1 });
  }

  at("play").addEventListener("click", play);
  at("batch-step").addEventListener("click", () => step(false));
  at("epoch-step").addEventListener("click", () => step(true));
  at("reset").addEventListener("click", async () => {
    if (!(await load())) return;
    playing = false;
    aloud = true;
    opening = "";
    before = [];
    begin();
    buttons();
  });

  for (const [name, all] of Object.entries(CHOICES)) {
    for (const value of all) at(name).add(new Option(text(name, value), value));
    at(name).addEventListener("change", () => {
      const value = all[at(name).selectedIndex];
      change({ [name]: value }, CONTINUES.includes(name) ? "" : `Started over: ${WORDS[name] || name} ${text(name, value)}. `);
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.hash !== "#rd-learn" || link.host !== location.host || link.pathname !== location.pathname) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    playing = false;
    const { settings, complaint } = read(link.search);
    change({ ...START, ...settings }, complaint, true);
    root.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
    at("play").focus({ preventScroll: true });
  });

  // --- A digit for it ----------------------------------------------------------------------------------

  let where = ""; // of the pen, for those who move it by keys
  const hint = root.querySelector(".rd-hint");
  const pad = ReadingDigits.pad(root.querySelector(".rd-pad"), {
    changed() {
      hint.hidden = !pad.drawing.bitmap.empty || pad.down;
      readDrawing();
    },
    told,
    erase() {
      pad.clear();
      told("Cleared.");
    },
  });
  function told(words) {
    where = words;
    readDrawing(true);
  }
  at("clear").addEventListener("click", () => {
    where = "";
    pad.clear();
    sayReading("Cleared.", { now: true });
  });

  let drawn = null; // the image that was read last, so that training alone is not read aloud
  function readDrawing(moved = false) {
    const { bitmap } = pad.drawing;
    if (bitmap.empty || !network) {
      drawn = null;
      showBars(null);
      if (moved) sayReading(where);
      else if (bitmap.empty && !where) sayReading("Draw a digit, and the network you are training reads it.", { aloud: false });
      return;
    }
    const image = likeMnist(bitmap);
    const probabilities = network.read(new Images(image, [0], state.pixels / 255), 0);
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const broken = !Number.isFinite(probabilities[0]);
    showBars(broken ? null : probabilities);
    const [first, second] = order;
    const doubt = probabilities[second] >= 0.05 ? `, or ${second} (${percent(probabilities[second])})` : "";
    const early = latest.done === 0 ? " It has not learned yet." : "";
    const odd = pad.down ? "" : unlike(image); // what is not finished is not judged
    const warning = odd && ` But none of MNIST's 60,000 training images has ${odd}: this is no digit to it.`;
    const same = drawn && !pad.down && image.every((gray, k) => gray === drawn[k]);
    drawn = image;
    const answer = broken ? "It answers with no number." : `It reads ${first} (${percent(probabilities[first])})${doubt}.${early}${warning}`;
    sayReading(`${where} ${answer}`.trim(), { aloud: moved || !same });
  }

  // --- Start -------------------------------------------------------------------------------------------

  root.querySelector(".rd-fallback").hidden = true;
  root.querySelector(".rd-live").hidden = false;
  const { settings, complaint } = read();
  Object.assign(state, settings);
  opening = complaint;
  buttons();
  say(`${complaint}A network with random weights waits here.`);
  readDrawing();
  new IntersectionObserver((seen, observer) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    load();
  }).observe(root);
})();
