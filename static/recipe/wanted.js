// How light a photo ought to be: lowlight/light/wanted.py. The forest comes as wanted.json, from the same trees.
import { deviation, gaussian, made, mean, percentiles } from "./arrays.js";
import { wanted as N } from "./numbers.js";

let forest = null;

/** Take over the trees, as tools/static_site/recipe.py writes them: little-endian numbers in base64. */
export function plantForest(written) {
  const bytes = (name) => Uint8Array.from(atob(written[name]), (one) => one.charCodeAt(0)).buffer;
  forest = {
    roots: new Uint32Array(bytes("roots")),
    feature: new Int8Array(bytes("feature")),
    threshold: new Float32Array(bytes("threshold")),
    right: new Uint32Array(bytes("right")),
    value: new Float32Array(bytes("value")),
  };
}

/** The mean luma, in (0, 1), that a dark photo ought to have where it holds something. */
export function wantedMean(survey) {
  const values = features(survey);
  return Math.exp(mean(forest.roots.length ? Array.from(forest.roots, (root) => answered(root, values)) : [0]));
}

function answered(at, values) {
  while (forest.feature[at] >= 0)
    at = values[forest.feature[at]] <= forest.threshold[at] ? at + 1 : forest.right[at];
  return forest.value[at];
}

/** How much of a photo is a closed black, in [0, 1]. */
export function closedShare({ level, texture }) {
  return mean(level.map((value, at) => Number(value < N.CLOSED_LEVEL && texture[at] < N.CLOSED_TEXTURE)));
}

/** The numbers about a photo by which trees judge it, in the order of `wanted.NAMES`. */
export function features(survey) {
  const { rows, cols } = survey;
  const level = survey.level.map((value) => Math.log2(value + 1));
  const texture = survey.texture.map((value) => Math.log2(value + 0.05));
  const middle = mean(level);
  const spread = deviation(level);
  const skew = mean(Float64Array.from(level, (value) => (value - middle) ** 3)) / (spread ** 3 + 1e-6);
  const light = survey.logarithm;
  const wide = gaussian(light, rows, cols, N.WIDE);
  const [third, fourth] = [Math.floor(rows / 3), Math.floor(rows / 4)];
  const part = (from, to) => mean(light.subarray(from * cols, to * cols));
  const steps = made(rows * (cols - 1), (at) => {
    const place = Math.floor(at / (cols - 1)) * cols + (at % (cols - 1));
    return Math.abs(light[place + 1] - light[place]);
  });
  const quiet = made(level.length, (at) =>
    Number(survey.level[at] < N.QUIET_LEVEL && survey.texture[at] < N.QUIET_TEXTURE),
  );
  return Float32Array.from([
    ...percentiles(level, N.LEVELS),
    ...percentiles(texture, N.TEXTURES),
    ...percentiles(made(level.length, (at) => texture[at] - level[at]), N.ROUGHNESS),
    ...[Math.log2(survey.mean * 255 + 0.5), spread, skew],
    ...[deviation(wide), deviation(made(light.length, (at) => light[at] - wide[at])), mean(steps)],
    ...[part(0, third) - part(rows - third, rows), part(fourth, rows - fourth) - mean(light)],
    ...[closedShare(survey), mean(quiet)],
    ...colours(survey.light),
  ]);
}

/** Saturation, plain and weighted by light, red and blue against green over all, and how colours differ. */
function colours(light) {
  const count = light.length / 3;
  const channel = (of, which) => made(count, (at) => of[3 * at + which]);
  const strongest = made(count, (at) => Math.max(light[3 * at], light[3 * at + 1], light[3 * at + 2]));
  const shares = made(light.length, (at) => light[at] / (strongest[Math.floor(at / 3)] + 1e-4));
  const saturation = made(count, (at) => 1 - Math.min(shares[3 * at], shares[3 * at + 1], shares[3 * at + 2]));
  const [red, green, blue] = [0, 1, 2].map((which) => mean(channel(light, which)) + 1e-9);
  const apart = mean([0, 1, 2].map((which) => deviation(channel(shares, which))));
  const sums = [saturation.map((value, at) => value * strongest[at]), strongest].map((values) => mean(values) * count);
  return [mean(saturation), sums[0] / Math.max(sums[1], 1e-9), Math.log(red / green), Math.log(blue / green), apart];
}
