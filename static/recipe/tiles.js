// A picture of any size, tile by tile: lowlight/network/tiling.py.
import { rounded } from "./arrays.js";

/**
 * Cut a picture into tiles with a halo that ends at its border.
 * @returns {{inner: Window, outer: Window}[]} windows are {top, left, height, width}.
 */
export function tiles(height, width, { halo, size, stride }) {
  const margin = Math.ceil(halo / stride) * stride;
  const spans = (length) =>
    spansOf(length, size, stride).map((inner) => ({ inner, outer: grown(inner, margin, length) }));
  const across = spans(width);
  return spans(height).flatMap((rows) =>
    across.map((cols) => ({ inner: windowOf(rows.inner, cols.inner), outer: windowOf(rows.outer, cols.outer) })),
  );
}

const windowOf = ([top, bottom], [left, right]) => ({ top, left, height: bottom - top, width: right - left });
const grown = ([start, stop], margin, length) => [Math.max(start - margin, 0), Math.min(stop + margin, length)];

/** The fewest spans of at most `size`, all about as long. */
function spansOf(length, size, stride) {
  const units = Math.ceil(length / stride);
  const count = Math.ceil(units / Math.floor(size / stride));
  const edge = (index) => Math.min(rounded((index * units) / count) * stride, length);
  return Array.from({ length: count }, (_, index) => [edge(index), edge(index + 1)]);
}
