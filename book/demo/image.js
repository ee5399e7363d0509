/* From a drawing to an image like MNIST's, and from that to a PNG file.
 *
 * MNIST's digits were scanned in pure black and white. Each was cut out as the smallest square around its
 * ink, shrunk to 20 x 20 (a gray level is the share of the small pixel that the ink covers), made brighter
 * until its brightest pixel is 255, and placed in 28 x 28 with its center of mass in the middle, moved by
 * whole pixels only. The steps are those of Yadav and Bottou, "Cold Case: the Lost MNIST Digits" (2019),
 * who found them again 25 years later. All sums are of whole numbers, so that every machine gets the same
 * image. Nothing here touches the page.
 */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/** A drawing in pure black (0) and white (1), `size` x `size`, with the smallest box around its ink. */
ReadingDigits.Bitmap = class {
  constructor(size) {
    this.size = size;
    this.ink = new Uint8Array(size * size);
    this.clear();
  }

  clear() {
    this.ink.fill(0);
    this.top = this.left = this.size;
    this.bottom = this.right = -1;
  }

  get empty() {
    return this.bottom < 0;
  }

  /** Inks every pixel whose center lies within `radius` of the line from (x0, y0) to (x1, y1). */
  stroke(x0, y0, x1, y1, radius) {
    const last = this.size - 1;
    const clip = (value) => Math.min(Math.max(value, 0), last);
    const dx = x1 - x0;
    const dy = y1 - y0;
    const length2 = dx * dx + dy * dy;
    const xTo = clip(Math.ceil(Math.max(x0, x1) + radius));
    const yTo = clip(Math.ceil(Math.max(y0, y1) + radius));
    for (let y = clip(Math.floor(Math.min(y0, y1) - radius)); y <= yTo; y++) {
      for (let x = clip(Math.floor(Math.min(x0, x1) - radius)); x <= xTo; x++) {
        const px = x + 0.5 - x0;
        const py = y + 0.5 - y0;
        const along = length2 === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
        const ex = px - along * dx;
        const ey = py - along * dy;
        if (ex * ex + ey * ey > radius * radius) continue;
        this.ink[y * this.size + x] = 1;
        this.top = Math.min(this.top, y);
        this.bottom = Math.max(this.bottom, y);
        this.left = Math.min(this.left, x);
        this.right = Math.max(this.right, x);
      }
    }
  }
};

/**
 * Lines drawn with a pen that fits them: MNIST's writers all had about the same pen beside the digit, so a small digit
 * gets a thin one. `bitmap` is what has been drawn, `lines` are its lines, `radius` is the pen's now.
 */
ReadingDigits.Drawing = class {
  static PEN = 12 / 190; // the radius, as a part of the larger of width and height
  static THINNEST = 2;

  constructor(size) {
    this.bitmap = new ReadingDigits.Bitmap(size);
    this.clear();
  }

  clear() {
    this.bitmap.clear();
    this.lines = [];
    this.radius = ReadingDigits.Drawing.THINNEST;
    this.low = [Infinity, Infinity];
    this.high = [-Infinity, -Infinity];
  }

  /** The larger of width and height, without the pen's own. */
  get extent() {
    return Math.max(this.high[0] - this.low[0], this.high[1] - this.low[1]);
  }

  /** Draws a line [x0, y0, x1, y1]. False: with it the pen has become thicker, and all lines were drawn anew. */
  add(line) {
    this.lines.push(line);
    for (const axis of [0, 1]) {
      this.low[axis] = Math.min(this.low[axis], line[axis], line[axis + 2]);
      this.high[axis] = Math.max(this.high[axis], line[axis], line[axis + 2]);
    }
    const { PEN, THINNEST } = ReadingDigits.Drawing;
    const fitting = Math.max(Math.round(2 * PEN * this.extent) / 2, THINNEST); // in steps, so that it seldom changes
    const same = fitting === this.radius;
    if (!same) this.bitmap.clear();
    this.radius = fitting;
    for (const drawn of same ? [line] : this.lines) this.bitmap.stroke(...drawn, fitting);
    return same;
  }
};

/**
 * The drawing as MNIST would have stored it.
 *
 * @param bitmap a `Bitmap` with some ink
 * @returns 784 gray levels from 0 to 255, row by row
 */
ReadingDigits.likeMnist = function (bitmap) {
  return ReadingDigits.center(ReadingDigits.shrink(bitmap));
};

// What none of MNIST's 60,000 training images goes beyond.
ReadingDigits.MOST_INK = 101.5; // mean gray level
ReadingDigits.WIDEST = 20 / 9; // width of the ink over its height
ReadingDigits.MOST_BESIDE = 1 / 3; // of the ink, in either of two parts with a black column between them

// With these, one of 350 held-out images is asked whether it is upside down, and three of ten that are.
ReadingDigits.UNSURE = 0.9; // how probable the answer is at most
ReadingDigits.ALL_BUT_SURE = 0.999; // and how probable one is, at least, to the image turned by half a circle

/** What makes an image of 784 gray levels unlike every digit that a network has learned from, or "". */
ReadingDigits.unlike = function (image) {
  if (image.reduce((sum, value) => sum + value, 0) / 784 > ReadingDigits.MOST_INK) return "as much ink";
  const inked = [...image.keys()].filter((k) => image[k] > 0);
  const extent = (places) => Math.max(...places) - Math.min(...places) + 1;
  const wide = extent(inked.map((k) => k % 28)) / extent(inked.map((k) => Math.floor(k / 28)));
  if (wide > ReadingDigits.WIDEST) return "as much width for its height";
  return ReadingDigits.beside(image) > ReadingDigits.MOST_BESIDE ? "two parts beside each other, each with a third of the ink" : "";
};

/** Where black columns part the ink: the most that the smaller part has of it, as a share. */
ReadingDigits.beside = function (image) {
  const columns = Array.from({ length: 28 }, (_, x) => image.reduce((sum, value, k) => sum + (k % 28 === x ? value : 0), 0));
  const all = columns.reduce((sum, value) => sum + value, 0);
  let left = 0;
  return columns.reduce((most, value) => {
    left += value;
    return value === 0 ? Math.max(most, Math.min(left, all - left) / all) : most;
  }, 0);
};

/** The smallest square around the ink, shrunk to 20 x 20 gray levels. */
ReadingDigits.shrink = function (bitmap) {
  const height = bitmap.bottom - bitmap.top + 1;
  const width = bitmap.right - bitmap.left + 1;
  const side = Math.max(height, width);
  const top = bitmap.top - Math.floor((side - height) / 2);
  const left = bitmap.left - Math.floor((side - width) / 2);
  // In units of 1/20 of a drawn pixel, drawn pixel i reaches from 20 i to 20 i + 20, and small pixel t
  // from side * t to side * t + side: what they share is a whole number.
  const shared = (i, t) => Math.min(20 * i + 20, side * (t + 1)) - Math.max(20 * i, side * t);
  const first = (t) => Math.floor((side * t) / 20);
  const end = (t) => Math.ceil((side * (t + 1)) / 20);

  const rows = new Float64Array(20 * width); // shrunk downward only
  for (let t = 0; t < 20; t++) {
    for (let i = first(t); i < end(t); i++) {
      const y = top + i;
      if (y < bitmap.top || y > bitmap.bottom) continue;
      const share = shared(i, t);
      const line = y * bitmap.size + bitmap.left;
      for (let x = 0; x < width; x++) rows[t * width + x] += share * bitmap.ink[line + x];
    }
  }
  const covered = new Float64Array(400);
  for (let t = 0; t < 20; t++) {
    for (let j = first(t); j < end(t); j++) {
      const x = left + j - bitmap.left;
      if (x < 0 || x >= width) continue;
      const share = shared(j, t);
      for (let row = 0; row < 20; row++) covered[row * 20 + t] += share * rows[row * width + x];
    }
  }
  const most = covered.reduce((a, b) => Math.max(a, b));
  return Uint8Array.from(covered, (value) => Math.floor((510 * value + most) / (2 * most)));
};

/** 20 x 20 gray levels placed in 28 x 28, the center of mass in the middle to within half a pixel. */
ReadingDigits.center = function (small) {
  let mass = 0;
  let momentY = 0;
  let momentX = 0;
  small.forEach((value, k) => {
    mass += value;
    momentY += value * (2 * Math.floor(k / 20) + 1); // twice the height of the pixel's own center
    momentX += value * (2 * (k % 20) + 1);
  });
  const down = Math.floor((30 * mass - momentY) / (2 * mass)); // 15 minus the center, rounded down
  const across = Math.floor((30 * mass - momentX) / (2 * mass));
  const image = new Uint8Array(784);
  small.forEach((value, k) => {
    const y = down + Math.floor(k / 20);
    const x = across + (k % 20);
    if (y >= 0 && y < 28 && x >= 0 && x < 28) image[y * 28 + x] = value;
  });
  return image;
};

/** The bytes of a PNG file (8-bit grayscale), because a canvas can only write one in color. */
ReadingDigits.png = function (pixels, width, height) {
  const number = (value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
  const checksum = (bytes) => {
    let crc = ~0;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };
  const chunk = (name, data) => {
    const body = [...name].map((letter) => letter.charCodeAt(0)).concat(data);
    return [...number(data.length), ...body, ...number(checksum(body))];
  };
  const lines = []; // each row opens with 0: stored as it is
  for (let y = 0; y < height; y++) lines.push(0, ...pixels.subarray(y * width, (y + 1) * width));
  let a = 1;
  let b = 0;
  for (const byte of lines) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  const size = [lines.length & 255, lines.length >> 8];
  const data = [0x78, 1, 1, ...size, ~size[0] & 255, ~size[1] & 255, ...lines, ...number(b * 65536 + a)];
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", [...number(width), ...number(height), 8, 0, 0, 0, 0]),
    ...chunk("IDAT", data),
    ...chunk("IEND", []),
  ]);
};
