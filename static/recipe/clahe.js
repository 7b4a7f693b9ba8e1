// Contrast-limited adaptive histogram equalization (Zuiderveld 1994), as OpenCV does it on 8 bits.
import { clipped, mirrored, rounded } from "./arrays.js";

/**
 * Equalize a grey picture.
 * @param {Uint8Array} grey height x width.
 * @param {number} limit the height at which each tile's histogram is cut, in multiples of its mean bin.
 * @param {number} grid tiles along each side.
 */
export function equalized(grey, height, width, limit, grid) {
  const [across, down] = [Math.min(grid, width), Math.min(grid, height)];
  // where one side is no multiple of its tiles, OpenCV enlarges both, the other by a whole pixel a tile
  const even = width % across === 0 && height % down === 0;
  const side = (length, count) => (even ? length / count : Math.floor(length / count) + 1);
  const [tileWidth, tileHeight] = [side(width, across), side(height, down)];
  const tile = { tileWidth, tileHeight, most: Math.max(Math.floor((limit * tileWidth * tileHeight) / 256), 1) };
  const tables = Array.from({ length: across * down }, (_, at) =>
    tableOf(grey, height, width, (at % across) * tileWidth, Math.floor(at / across) * tileHeight, tile),
  );
  const columns = Array.from({ length: width }, (_, x) => around(x, tileWidth, across));
  const result = new Uint8Array(grey.length);
  for (let y = 0, at = 0; y < height; y++) {
    const [above, below, share] = around(y, tileHeight, down);
    for (let x = 0; x < width; x++, at++) {
      const [left, right, part] = columns[x];
      const mixed = (row) => {
        const [one, other] = [tables[row * across + left][grey[at]], tables[row * across + right][grey[at]]];
        return one * (1 - part) + other * part;
      };
      result[at] = clipped(rounded(mixed(above) * (1 - share) + mixed(below) * share), 0, 255);
    }
  }
  return result;
}

/** The two tiles around a pixel, and the share of the second. */
function around(at, side, count) {
  const place = at / side - 0.5;
  const low = Math.floor(place);
  return [Math.max(low, 0), Math.min(low + 1, count - 1), place - low];
}

/** What each of the 256 values becomes in one tile; beyond the picture's edges it goes on as in a mirror. */
function tableOf(grey, height, width, left, top, { tileWidth, tileHeight, most }) {
  const counts = new Uint32Array(256);
  for (let y = top; y < top + tileHeight; y++)
    for (let x = left; x < left + tileWidth; x++) counts[grey[mirrored(y, height) * width + mirrored(x, width)]]++;
  let over = 0;
  for (let value = 0; value < 256; value++) {
    over += Math.max(counts[value] - most, 0);
    counts[value] = Math.min(counts[value], most);
  }
  const each = Math.floor(over / 256);
  let rest = over - 256 * each;
  const stride = rest ? Math.max(Math.floor(256 / rest), 1) : 0;
  for (let value = 0; value < 256; value++) counts[value] += each;
  for (let value = 0; rest > 0 && value < 256; value += stride, rest--) counts[value]++;
  const scale = Math.fround(255 / (tileWidth * tileHeight));
  let sum = 0;
  return Uint8Array.from(counts, (count) => clipped(rounded((sum += count) * scale), 0, 255));
}
