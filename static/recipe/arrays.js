// What OpenCV and NumPy do in lowlight/, for typed arrays: percentiles, resizing, blurs. Values lie row by row, and
// channels beside each other.
import "../maps.js";

export const { clipped, made, ramp, fitterFor, stopsFor } = globalThis.lowlight.maps;

/** Round to the nearest whole number, halves to even ones, as Python and NumPy do. */
export function rounded(value) {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 ? near - 1 : near;
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean in which each value counts by its weight. */
export function average(values, weights) {
  let sum = 0;
  let all = 0;
  for (let at = 0; at < values.length; at++) {
    sum += values[at] * weights[at];
    all += weights[at];
  }
  return sum / all;
}

export const deviation = (values) => {
  const middle = mean(values);
  return Math.sqrt(mean(Float64Array.from(values, (value) => (value - middle) ** 2)));
};

/** Percentiles, between values linearly (`numpy.percentile`). */
export function percentiles(values, shares) {
  const sorted = Float32Array.from(values).sort();
  return shares.map((share) => {
    const place = (share / 100) * (sorted.length - 1);
    const low = Math.floor(place);
    const next = sorted[Math.min(low + 1, sorted.length - 1)];
    return sorted[low] + (next - sorted[low]) * (place - low);
  });
}

/**
 * How each of `to` places along a side is mixed from `from` values: the first of them, and a weight for each.
 * @param {boolean} area whether places take the mean of what they cover (INTER_AREA), or else lie between two values
 *   (INTER_LINEAR).
 */
export function taps(from, to, area) {
  const scale = from / to;
  const tap = (place) => (area ? covered(place * scale, scale, from) : between(place, scale, from));
  return Array.from({ length: to }, (_, place) => tap(place));
}

function between(place, scale, from) {
  const at = clipped((place + 0.5) * scale - 0.5, 0, from - 1);
  const low = Math.floor(at);
  return low + 1 < from ? { first: low, weights: [1 - (at - low), at - low] } : { first: low, weights: [1] };
}

function covered(start, scale, from) {
  const end = Math.min(start + scale, from);
  const first = Math.floor(start + 1e-3);
  const weights = [];
  for (let at = first; at < end - 1e-3; at++) weights.push(Math.min(at + 1, end) - Math.max(at, start));
  const sum = weights.reduce((a, b) => a + b);
  return { first, weights: weights.map((weight) => weight / sum) };
}

/** Resize by the taps of both sides: (rows of `down`) x (places of `across`) x channels. */
export function resized(values, { rows, cols, channels = 1 }, down, across) {
  const wide = new Float32Array(rows * across.length * channels);
  for (let row = 0; row < rows; row++)
    mixRow(values, row * cols * channels, wide, row * across.length * channels, across, channels);
  return stacked(wide, across.length * channels, down);
}

/** Mix one row of values into one of other length. */
export function mixRow(values, from, result, to, across, channels) {
  for (const { first, weights } of across)
    for (let channel = 0; channel < channels; channel++, to++) {
      let sum = 0;
      for (let tap = 0, at = from + first * channels + channel; tap < weights.length; tap++, at += channels)
        sum += weights[tap] * values[at];
      result[to] = sum;
    }
}

/** Mix rows of `length` values into others. */
export function stacked(values, length, down) {
  const result = new Float32Array(down.length * length);
  const row = new Float64Array(length);
  for (const [place, { first, weights }] of down.entries()) {
    row.fill(0);
    for (const [tap, weight] of weights.entries())
      for (let at = 0, from = (first + tap) * length; at < length; at++) row[at] += weight * values[from + at];
    result.set(row, place * length);
  }
  return result;
}

/** The place that a place beyond an edge mirrors, without the edge itself (BORDER_REFLECT_101). */
export function mirrored(at, count) {
  if (count === 1) return 0;
  while (at < 0 || at >= count) at = at < 0 ? -at : 2 * (count - 1) - at;
  return at;
}

/** `cv2.GaussianBlur(values, (0, 0), sigma)` of one channel. */
export function gaussian(values, height, width, sigma) {
  const reach = Math.round(sigma * 8) >> 1;
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * sigma * sigma)));
  const sum = kernel.reduce((a, b) => a + b);
  return filtered(values, height, width, kernel.map((weight) => weight / sum));
}

/** `cv2.blur(values, (side, side))` of one channel; `side` is odd. */
export function blurred(values, height, width, side) {
  return filtered(values, height, width, Array(side).fill(1 / side));
}

/** Filter rows and then columns with a kernel of odd length. */
function filtered(values, height, width, kernel) {
  const reach = kernel.length >> 1;
  const wide = new Float32Array(values.length);
  const padded = new Float32Array(width + 2 * reach);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    for (let at = -reach; at < width + reach; at++) padded[at + reach] = values[start + mirrored(at, width)];
    for (let at = 0; at < width; at++) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) sum += kernel[tap] * padded[at + tap];
      wide[start + at] = sum;
    }
  }
  const result = new Float32Array(values.length);
  const sums = new Float64Array(width);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let tap = -reach; tap <= reach; tap++) {
      const from = mirrored(row + tap, height) * width;
      const weight = kernel[tap + reach];
      for (let at = 0; at < width; at++) sums[at] += weight * wide[from + at];
    }
    result.set(sums, row * width);
  }
  return result;
}

/** Give a class values that are made when they are first asked for, as Python's cached_property does. */
export function lazily(kind, makers) {
  for (const [name, make] of Object.entries(makers))
    Object.defineProperty(kind.prototype, name, {
      get() {
        const value = make(this);
        Object.defineProperty(this, name, { value });
        return value;
      },
    });
}
