// What the controls do to a photo: to its light map, and to the finished picture's colours: lowlight/light/controls.py.
import { average, blurred, clipped, gaussian, made, resized, rounded, stopsFor, taps } from "./arrays.js";
import { equalized } from "./clahe.js";
import { brightened, factorOf, shouldered } from "./light-map.js";
import { lightOf, luminanceAt, perPixel, srgbOf, strongestAt } from "./linear.js";
import { controls as N, light_map, survey } from "./numbers.js";
import { intensityAt, stopsOf } from "./survey.js";

/** What the controls stand at first, in the units of lowlight.Settings. */
export { SETTINGS } from "./numbers.js";

/** The light map that a photo gets under these settings, and its difference from the scene's own. */
export function asked(seen, scene, settings) {
  const own = lookedAt(seen, scene, settings);
  const maps = { base: seen.base, signal: seen.signal, natural: own, night: own };
  const stops = stopsFor({ maps, numbers: N }, settings);
  const change = made(stops.length, (at) => stops[at] - scene.stops[at]);
  return { stops, change, nothing: change.every((value) => value === 0) };
}

/** The light map under a look, with its local contrast and before the sliders. */
export function lookedAt(seen, scene, { look, clip_limit, tile_grid }) {
  const night = look === "night";
  const own = night ? scene.stops.map((value) => N.NIGHT_STOPS * Math.tanh(value / N.NIGHT_STOPS)) : scene.stops;
  const contrast = localContrast(seen, own, clip_limit, tile_grid);
  return made(own.length, (at) => Math.min(own[at] + contrast[at], night ? N.NIGHT_STOPS : Infinity));
}

/** What CLAHE on the lightness of the map adds to it, in stops; nothing where the map is empty. */
function localContrast(seen, stops, clipLimit, tileGrid) {
  if (clipLimit <= 1 || stops.every((value) => value === 0)) return new Float32Array(stops.length);
  const { rows, cols, signal } = seen;
  const [tall, wide] = [rows * N.ENLARGED, cols * N.ENLARGED];
  const cells = made(stops.length, (at) =>
    rounded(Math.cbrt(clipped(seen.intensity[at] * 2 ** stops[at], 0, 1)) * 255),
  );
  const lightness = Uint8Array.from(
    resized(cells, { rows, cols }, taps(rows, tall, false), taps(cols, wide, false)),
    rounded,
  );
  const after = equalized(lightness, tall, wide, clipLimit, tileGrid);
  const large = made(after.length, (at) => 3 * Math.log2((after[at] + 8) / (lightness[at] + 8)));
  const change = resized(large, { rows: tall, cols: wide }, taps(tall, rows, true), taps(wide, cols, true));
  const middle = average(change, signal.map((value) => value + 1e-3));
  const smooth = gaussian(change.map((value) => value - middle), rows, cols, 1.5);
  return made(stops.length, (at) => {
    const share = N.CONTRAST_SHARE * clipLimit * Math.min(stops[at], 1) * signal[at];
    return Math.max(smooth[at] * share, -stops[at]);
  });
}

/** By how many stops the clean picture is to be changed so that its light is the map's. */
export function hold(seen, scene, clean) {
  const wanted = perPixel(brightened(seen.light, scene.stops), intensityAt);
  return wanted.map((value, at) => clipped(stopsOf(value) - clean.logarithm[at], -N.MOST_HELD, N.MOST_HELD));
}

function scale(picture, factor) {
  for (let pixel = 0, at = 0; at < picture.length; pixel++) {
    const by = factor(picture, at, pixel);
    picture[at++] *= by;
    picture[at++] *= by;
    picture[at++] *= by;
  }
  return picture;
}

// These four write into the picture they are given, and return it: linear light, three channels.

/** Light changed by stops, the same factor for the three channels; white stays below white. */
export function relit(picture, stops) {
  return scale(picture, (light, at, pixel) => {
    const high = Math.min(strongestAt(light, at) / light_map.CEILING, 1);
    const rolled = 1 + (factorOf(Math.max(stops[pixel], 0) * N.ROLL) - 1) * (high * high * high);
    return factorOf(stops[pixel] - Math.log2(rolled) / N.ROLL);
  });
}

/** Nowhere lighter than the brightened photo around, but for a tenth. */
export function noLighter(picture, lit, { height, width }) {
  const around = blurred(perPixel(lit, intensityAt), height, width, N.NIGHT_AROUND);
  return scale(picture, (light, at, pixel) =>
    Math.min((around[pixel] * N.NIGHT_ROOM + survey.FLOOR) / (intensityAt(light, at) + survey.FLOOR), 1),
  );
}

/** With what people want back of the brightened photo: fine structure, or all of its grain. */
export function withGrain(picture, lit, { detail, denoise }) {
  if (detail) {
    const most = made(picture.length, (at) => Math.max(picture[at], lit[at]));
    scale(picture, (light, at) => {
      const ratio = (luminanceAt(lit, at) + N.DETAIL_FLOOR) / (luminanceAt(light, at) + N.DETAIL_FLOOR);
      return clipped(ratio, ...N.DETAIL_RANGE) ** detail;
    });
    shouldered(picture, most);
  }
  if (denoise < 1)
    for (let at = 0; at < picture.length; at++) {
      const before = srgbOf(lit[at]);
      picture[at] = lightOf(before + denoise * (srgbOf(picture[at]) - before));
    }
  return picture;
}

/** In warmer or cooler, stronger or paler colours of the same luminance; no channel clips that did not. */
export function coloured(picture, { warmth, colour }) {
  if (!warmth && !colour) return picture;
  const before = picture.slice();
  const side = 2 ** (N.WARM_STOPS * warmth);
  const factor = 1 + colour * (colour > 0 ? N.COLOUR_GAIN : 1);
  for (let at = 0; at < picture.length; at += 3) {
    const grey = luminanceAt(before, at);
    if (warmth) {
      picture[at] *= side;
      picture[at + 2] /= side;
      const kept = grey / Math.max(luminanceAt(picture, at), N.LEAST_LUMINANCE);
      for (let one = at; one < at + 3; one++) picture[one] *= kept;
    }
    if (!colour) continue;
    for (let one = at; one < at + 3; one++) picture[one] = Math.max(grey + (picture[one] - grey) * factor, 0);
  }
  return shouldered(picture, before);
}
