/* Tells what happened in a line of text: at once for the eye, and for the ear not too often. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * A function `say(text, {now, aloud})` that writes into `element`, at once, so that the text never contradicts the
 * picture beside it. Screen readers read a hidden copy, a live region, instead.
 *
 * In the copy, texts that come fast replace each other: what has been said last is written 0.4 seconds after the first
 * of them, and at least 1.5 seconds after the text before, so that a screen reader can finish that. The answer to a
 * button (`now`) is written at once. What is not said `aloud` is for the eye only.
 */
ReadingDigits.announcer = function (element) {
  const copy = document.createElement("p");
  copy.className = "rd-hide";
  copy.setAttribute("role", "status");
  element.after(copy);
  element.setAttribute("aria-hidden", "true");
  let text = "";
  let timer = 0; // 0: nothing waits to be written
  let written = -Infinity;
  const write = () => {
    timer = 0;
    written = performance.now();
    if (copy.textContent !== text) copy.textContent = text;
  };
  return function say(latest, { now = false, aloud = true } = {}) {
    if (element.textContent !== latest) element.textContent = latest;
    if (!aloud) return;
    text = latest;
    if (now) {
      clearTimeout(timer);
      write();
    } else if (!timer) {
      timer = setTimeout(write, Math.max(400, written + 1500 - performance.now()));
    }
  };
};
