/* Tells what happened in a line of text that screen readers read aloud, and not too often. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * A function `say(text, {now})` that writes into `element` (a live region).
 *
 * Texts that come fast replace each other: the last one is written once nothing new has come for half a
 * second, and at least 1.5 seconds after the one before, so that a screen reader can finish it. An answer to a
 * button (`now`) is written at once.
 */
ReadingDigits.announcer = function (element) {
  let waiting = 0;
  let written = -Infinity;
  return function say(text, { now = false } = {}) {
    clearTimeout(waiting);
    const write = () => {
      written = performance.now();
      if (element.textContent !== text) element.textContent = text;
    };
    if (now) write();
    else waiting = setTimeout(write, Math.max(500, written + 1500 - performance.now()));
  };
};
