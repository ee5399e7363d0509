/* Tells what happened in a line of text that screen readers read aloud, and not too often. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * A function `say(text, {now})` that writes into `element` (a live region).
 *
 * Texts that come fast replace each other: what has been said last is written 0.4 seconds after the first of
 * them, and at least 1.5 seconds after the text before, so that a screen reader can finish that. The answer to
 * a button (`now`) is written at once.
 */
ReadingDigits.announcer = function (element) {
  let text = "";
  let timer = 0; // 0: nothing waits to be written
  let written = -Infinity;
  const write = () => {
    timer = 0;
    written = performance.now();
    if (element.textContent !== text) element.textContent = text;
  };
  return function say(latest, { now = false } = {}) {
    text = latest;
    if (now) {
      clearTimeout(timer);
      write();
    } else if (!timer) {
      timer = setTimeout(write, Math.max(400, written + 1500 - performance.now()));
    }
  };
};
