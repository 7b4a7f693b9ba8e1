// What there is to know about a photo before anything is done to it: lowlight/light/survey.py.
import { clipped, fitterFor, gaussian, lazily, made, mean, percentiles, ramp, rounded } from "./arrays.js";
import { mixRow, stacked, taps } from "./arrays.js";
import { luminanceAt, OF_LEVEL, OF_SRGB, STEPS, strongestAt } from "./linear.js";
import { arrays, survey as N } from "./numbers.js";
import { closedShare, wantedMean } from "./wanted.js";

const CHANNELS = 7; // light, intensity, strongest value, luma and its square
const [RED, GREEN, BLUE] = arrays.LUMA;

/** How intense a pixel's linear light is: luminance, and a share of the strongest channel. */
export function intensityAt(light, at) {
  return luminanceAt(light, at) * (1 - N.STRONGEST_SHARE) + strongestAt(light, at) * N.STRONGEST_SHARE;
}

/** The logarithm to base 2 of linear intensity, `FLOOR` added. */
export const stopsOf = (value) => Math.log2(value + N.FLOOR);

/**
 * A photo as it came: RGBA of 8 bits, as a canvas has it.
 * @typedef {{height: number, width: number, data: Uint8ClampedArray}} Photo
 *
 * The network's picture: sRGB of 16 bits, three channels; and its survey, once somebody has asked for it.
 * @typedef {{height: number, width: number, data: Uint16Array, survey?: Survey}} Clean
 */

/** How a picture's pixels are read: its channels, and the light and the level (of 255) of a value. */
function readerOf({ data }) {
  return data instanceof Uint16Array
    ? { channels: 3, light: OF_SRGB, level: 255 / STEPS }
    : { channels: 4, light: OF_LEVEL, level: 1 };
}

/** A photo's means over the cells of a thumbnail; `Survey` in Python says what each is. */
export class Survey {
  /**
   * @param {Photo | Clean} picture
   * @param {?number} known the wanted mean luma, if it is known already.
   */
  constructor(picture, known = null) {
    const { height, width } = picture;
    const { rows, cols } = thumbnailSize(height, width);
    Object.assign(this, { height, width, rows, cols, known });
    const cells = cellMeans(picture, rows, cols);
    const plane = (channel, factor = 1) => made(rows * cols, (at) => cells[CHANNELS * at + channel] * factor);
    const luma = plane(5);
    const squares = plane(6);
    this.light = made(3 * rows * cols, (at) => cells[CHANNELS * Math.floor(at / 3) + (at % 3)]);
    this.intensity = plane(3);
    this.level = plane(4);
    this.texture = made(luma.length, (at) => Math.sqrt(Math.max(squares[at] - luma[at] * luma[at], 0)));
    this.luma = plane(5, 1 / 255);
    this.mean = mean(this.luma);
  }

  /** By how many cells the surroundings reach. */
  get reach() {
    return Math.max(2, Math.floor(Math.max(this.rows, this.cols) / N.SURROUNDINGS));
  }

  /** Fit a map to the photo's logarithm around each cell: slope, offset and the map's range. */
  fitted(target) {
    return this.fitter(target);
  }
}

lazily(Survey, {
  logarithm: (seen) => made(seen.intensity.length, (at) => stopsOf(seen.intensity[at])),
  fitter: (seen) => fitterFor(seen.logarithm, seen, N.EDGE_VARIANCE),
  base: (seen) => {
    const { slope, offset } = seen.fitted(seen.logarithm);
    return made(slope.length, (at) => clipped(2 ** (slope[at] * seen.logarithm[at] + offset[at]), N.FLOOR, 1));
  },
  wanted: (seen) => seen.known ?? wantedMean(seen),
  closed: (seen) => ramp(closedShare(seen), N.CLOSED),
  underexposed: (seen) => ramp(seen.wanted - N.CLOSED_DOUBT * seen.closed, N.UNDEREXPOSED),
  black: (seen) => {
    const [bright, highest] = percentiles(seen.level, [95, 99.5]);
    const own = clipped(Math.max(bright / 20, highest / 30), 1.2, 8);
    return own + (Math.min(own, N.OPEN_BLACK) - own) * seen.underexposed;
  },
  signal: (seen) => {
    const bears = made(seen.level.length, (at) => ramp(seen.level[at], [seen.black / 4, seen.black]) * alive(seen, at));
    return gaussian(bears, seen.rows, seen.cols, N.SIGNAL_BLUR);
  },
  colour: (seen) =>
    made(seen.level.length, (at) => ramp(seen.level[at], [seen.black / 3, seen.black * 2]) * alive(seen, at)),
});

/** Whether anything was recorded in a cell, in [0, 1]. */
function alive({ level, texture }, at) {
  return Math.max(ramp(texture[at], [0.1, 0.35]), ramp(level[at], [4, 8]));
}

function thumbnailSize(height, width) {
  const scale = Math.sqrt(N.THUMBNAIL_PIXELS / (height * width));
  const cells = (side) => Math.max(rounded((side * scale) / N.THUMBNAIL_STRIDE), 1) * N.THUMBNAIL_STRIDE;
  return { rows: cells(height), cols: cells(width) };
}

/** The means of light, intensity, strongest value, luma and its square: rows x cols x `CHANNELS`. */
function cellMeans(picture, rows, cols) {
  const every = Math.max(1, Math.floor(Math.sqrt((picture.height * picture.width) / N.ENOUGH_PIXELS)));
  const [height, width] = [picture.height, picture.width].map((side) => Math.ceil(side / every));
  const across = taps(width, cols, width >= cols);
  const row = new Float32Array(CHANNELS * width);
  const wide = new Float32Array(height * cols * CHANNELS);
  for (let y = 0; y < height; y++) {
    measureRow(picture, y * every, every, row);
    mixRow(row, 0, wide, y * cols * CHANNELS, across, CHANNELS);
  }
  return stacked(wide, cols * CHANNELS, taps(height, rows, height >= rows));
}

/** Write what the means are taken of for each pixel of a row, or every second, third, ... of them. */
function measureRow({ width, data }, y, every, row, reader = readerOf({ data })) {
  const { channels, light, level } = reader;
  const start = y * width * channels;
  const end = start + width * channels;
  for (let from = start, to = 0; from < end; from += every * channels, to += CHANNELS) {
    const [red, green, blue] = [data[from], data[from + 1], data[from + 2]];
    row[to] = light[red];
    row[to + 1] = light[green];
    row[to + 2] = light[blue];
    row[to + 3] = intensityAt(row, to);
    row[to + 4] = Math.max(red, green, blue) * level;
    const luma = (RED * red + GREEN * green + BLUE * blue) * level;
    row[to + 5] = luma;
    row[to + 6] = luma * luma;
  }
}
