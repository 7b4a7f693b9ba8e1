// What a network may do to a photo, whichever weights it has: lowlight/network/clean.py.
import { blurred, gaussian, made, ramp } from "./arrays.js";
import { shouldered } from "./light-map.js";
import { fromSrgb, luminance, luminanceAt, srgbOf, strongestAt, perPixel } from "./linear.js";
import { clean as N } from "./numbers.js";

/**
 * The network's picture as far as the rules let it; arrays are of a part of the photo, in linear light.
 * @param {Float32Array} network its picture: sRGB, three channels, of any values.
 * @param {Float32Array} brightened the photo in its light.
 * @param {Float32Array} photo as it came.
 * @param {Float32Array} raised by how many stops, for each pixel.
 * @param {?Float32Array} believed how far colours can be believed, for each pixel; null if wholly.
 * @param {{height: number, width: number}} window the part.
 */
export function kept(network, brightened, photo, raised, believed, { height, width }) {
  const clean = fromSrgb(network);
  const strongest = perPixel(photo, (light, at) => srgbOf(strongestAt(light, at)));
  const bright = brightShare(strongest, height, width);
  const strayed = strayedShare(clean, brightened, height, width);
  for (let pixel = 0, at = 0; pixel < strongest.length; pixel++, at += 3) {
    const hardly = (1 - ramp(raised[pixel], N.RAISED)) * ramp(strongest[pixel], N.RAISED_FROM);
    const share = Math.max(bright[pixel], strayed[pixel], hardly);
    if (share > 0) for (let one = at; one < at + 3; one++) clean[one] += share * (brightened[one] - clean[one]);
    if (!believed) continue;
    const grey = luminanceAt(clean, at);
    for (let one = at; one < at + 3; one++) clean[one] = grey + believed[pixel] * (clean[one] - grey);
  }
  return shouldered(clean, photo);
}

/** How bright the photo was already, in [0, 1], by its strongest sRGB values. */
function brightShare(strongest, height, width) {
  if (strongest.every((value) => value <= N.KEPT[0])) return new Float32Array(strongest.length);
  const around = gaussian(strongest, height, width, N.KEPT_SMOOTHING);
  return made(around.length, (at) => ramp(Math.max(around[at], strongest[at] - N.KEPT_MARGIN), N.KEPT));
}

/** How far the network is not to be believed for its light, in [0, 1]. */
function strayedShare(clean, brightened, height, width) {
  const [found, given] = [clean, brightened].map((one) => blurred(luminance(one), height, width, N.AROUND));
  const believed = 2 ** N.STRAYED[0];
  return made(found.length, (at) => {
    const ratio = (found[at] + N.FLOOR) / (given[at] + N.FLOOR);
    return ratio < believed && ratio * believed > 1 ? 0 : ramp(Math.abs(Math.log2(ratio)), N.STRAYED);
  });
}
