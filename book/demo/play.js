/* Writes digits by itself, so that the first page shows what it is about. The digits are strokes made for this page. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/** What is written: each digit as short lines [x0, y0, x1, y1] on a pad of 280 x 280, its lowest quarter left free. */
ReadingDigits.written = (function () {
  const arc = (x, y, rx, ry, from, to) => Array.from({ length: 36 }, (_, k) => {
    const angle = ((from + ((to - from) * k) / 35) * Math.PI) / 180; // 0 to the right, 90 downward
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
  const digits = [ // in a box of 100 x 100
    { digit: 5, strokes: [[[71, 10], [36, 12], [33, 46], ...arc(47, 68, 27, 24, -115, 140)]] },
    { digit: 2, strokes: [[...arc(49, 31, 25, 22, -170, 38), [29, 91], [76, 89]]] },
    { digit: 7, strokes: [[[24, 12], [76, 10], [46, 94]]] },
    { digit: 3, strokes: [[...arc(46, 28, 24, 20, -150, 80), ...arc(46, 70, 27, 24, -80, 150)]] },
    { digit: 4, strokes: [[[33, 8], [24, 57], [78, 55]], [[66, 30], [61, 95]]] },
  ];
  /** A stroke as lines of about six pixels. */
  const lines = (points) => points.slice(1).flatMap(([x1, y1], k) => {
    const [x0, y0] = points[k];
    const parts = Math.ceil((2.1 * Math.hypot(x1 - x0, y1 - y0)) / 6);
    const at = (part) => [35 + 2.1 * (x0 + ((x1 - x0) * part) / parts), 10 + 2.1 * (y0 + ((y1 - y0) * part) / parts)];
    return Array.from({ length: parts }, (_, part) => [...at(part), ...at(part + 1)]);
  });
  return digits.map(({ digit, strokes }) => ({ digit, lines: strokes.flatMap(lines) }));
})();

/**
 * Writes one digit after the other by calling `clear()` and `add(line)`.
 *
 * @returns {play, pause, still}: `still` shows a digit that is already written, for readers who want nothing to move
 */
ReadingDigits.player = function ({ clear, add }) {
  const PER_LINE = 25; // milliseconds
  const REST = 90; // so many lines long a written digit stays
  let digit = 0;
  let drawn = 0;
  let time = 0;
  let last = 0;
  let frame = 0; // 0: nothing moves

  function tick(now) {
    frame = requestAnimationFrame(tick);
    time += Math.min(now - last, 100); // where the page was out of sight, it goes on from there
    last = now;
    const { lines } = ReadingDigits.written[digit];
    if (time > (lines.length + REST) * PER_LINE) {
      digit = (digit + 1) % ReadingDigits.written.length;
      drawn = time = 0;
      clear();
    } else while (drawn < lines.length && drawn * PER_LINE < time) add(lines[drawn++]);
  }

  return {
    play() {
      if (frame) return;
      last = performance.now();
      frame = requestAnimationFrame(tick);
    },
    pause() {
      cancelAnimationFrame(frame);
      frame = 0;
    },
    still() {
      const { lines } = ReadingDigits.written[digit];
      while (drawn < lines.length) add(lines[drawn++]);
      time = lines.length * PER_LINE;
    },
  };
};
