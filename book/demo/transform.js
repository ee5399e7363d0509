/* What can be done to a digit of 28 x 28 gray levels. Nothing here touches the page. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/** An image of 784 gray levels from the box around its ink, as the data files have it. */
ReadingDigits.uncropped = function ({ top, left, width, pixels }) {
  const image = new Uint8Array(784);
  ReadingDigits.bytes(pixels).forEach((value, k) => (image[(top + Math.floor(k / width)) * 28 + left + (k % width)] = value));
  return image;
};

/** Always the same order of the 784 pixels: at place i of a shuffled image lies pixel `order[i]`. */
ReadingDigits.order = (function () {
  const order = Uint16Array.from({ length: 784 }, (_, k) => k);
  for (let k = 783, random = 1; k > 0; k--) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((random / 2 ** 32) * (k + 1));
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
})();

/**
 * Every pixel becomes the brightest among itself and its four neighbors, or with `amount` below zero the darkest. `amount`
 * says how many times; its fraction is a mixture of before and after.
 */
ReadingDigits.thicken = function (image, amount) {
  const choose = amount > 0 ? Math.max : Math.min;
  let values = Float64Array.from(image);
  for (let left = Math.abs(amount); left > 0; left--) {
    const share = Math.min(left, 1);
    const at = (y, x) => (y < 0 || y > 27 || x < 0 || x > 27 ? 0 : values[y * 28 + x]);
    values = values.map((value, k) => {
      const y = Math.floor(k / 28);
      const x = k % 28;
      return value + share * (choose(value, at(y - 1, x), at(y + 1, x), at(y, x - 1), at(y, x + 1)) - value);
    });
  }
  return values;
};

/** Turned clockwise by so many degrees about the middle, and moved; what comes in is black. */
ReadingDigits.turnAndMove = function (values, degrees, right, down) {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const at = (y, x) => (y < 0 || y > 27 || x < 0 || x > 27 ? 0 : values[y * 28 + x]);
  return Float64Array.from({ length: 784 }, (_, k) => {
    const x = (k % 28) - right - 13.5;
    const y = Math.floor(k / 28) - down - 13.5;
    const [fromX, fromY] = [cos * x + sin * y + 13.5, cos * y - sin * x + 13.5];
    const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
    const [acrossX, acrossY] = [fromX - left, fromY - top];
    const mix = (row) => at(row, left) * (1 - acrossX) + at(row, left + 1) * acrossX;
    return mix(top) * (1 - acrossY) + mix(top + 1) * acrossY;
  });
};

/**
 * A digit after all that was done to it: made thicker, turned, moved, inverted, shuffled, painted over, in this order.
 *
 * @param image 784 gray levels
 * @param paint 784 entries: the gray level that covers a pixel, or -1
 * @returns 784 gray levels, whole numbers
 */
ReadingDigits.transform = function (image, { thickness, turn, right, down, invert, shuffle }, paint) {
  const moved = ReadingDigits.turnAndMove(ReadingDigits.thicken(image, thickness), turn, right, down);
  const whole = Uint8Array.from(moved, (value) => (invert ? 255 - Math.round(value) : Math.round(value)));
  return whole.map((_, k) => (paint[k] >= 0 ? paint[k] : whole[shuffle ? ReadingDigits.order[k] : k]));
};
