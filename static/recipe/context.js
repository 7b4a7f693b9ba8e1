// What the network is told about the whole photo while it works on a part: lowlight/network/context.py.
import { clipped, resized, taps } from "./arrays.js";
import { context as N } from "./numbers.js";

export const STRIDE = N.PICTURE_STRIDE;
export const SQUARE = N.SQUARE;

/** What the network sees of a picture: its sRGB values, and by how many stops it was brightened, over 8. */
export function told(srgb, stops) {
  const result = new Float32Array(4 * stops.length);
  for (let pixel = 0, from = 0, to = 0; pixel < stops.length; pixel++) {
    result[to++] = srgb[from++];
    result[to++] = srgb[from++];
    result[to++] = srgb[from++];
    result[to++] = stops[pixel] / 8;
  }
  return result;
}

/** The square thumbnail that the network is given, of the brightened photo's cells. */
export function thumbnail(srgb, stops, { rows, cols }) {
  const area = Math.min(rows, cols) >= SQUARE;
  return resized(told(srgb, stops), { rows, cols, channels: 4 }, taps(rows, SQUARE, area), taps(cols, SQUARE, area));
}

/** How every second pixel along a side is mixed from the network's map of the photo: places x cells. */
export function interpolation(start, length, whole) {
  const columns = SQUARE / N.GUIDE_STRIDE;
  const result = new Float32Array((length / 2) * columns);
  for (let row = 0; row < length / 2; row++) {
    const place = clipped(((start + 2 * row + 1) * columns) / whole - 0.5, 0, columns - 1);
    for (let col = 0; col < columns; col++) result[row * columns + col] = Math.max(1 - Math.abs(place - col), 0);
  }
  return result;
}
