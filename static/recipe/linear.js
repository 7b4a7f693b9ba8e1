// Linear light from sRGB values and back by tables, as lowlight/light/linear.py.
import { made, rounded } from "./arrays.js";
import { linear } from "./numbers.js";

export const STEPS = linear.STEPS;
const [RED, GREEN, BLUE] = linear.LUMINANCE;

export const decoded = (srgb) => (srgb <= 0.04045 ? srgb / 12.92 : ((srgb + 0.055) / 1.055) ** 2.4);
export const encoded = (light) => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);

export const OF_LEVEL = made(256, (level) => decoded(level / 255));
export const OF_SRGB = made(STEPS + 1, (step) => decoded(step / STEPS));
const OF_LIGHT = made(STEPS + 1, (step) => encoded(step / STEPS));
const LEVEL_OF_LIGHT = Uint8Array.from({ length: STEPS + 1 }, (_, step) => rounded(encoded(step / STEPS) * 255));
const STEP_OF_LIGHT = Uint16Array.from(OF_LIGHT, (srgb) => rounded(srgb * STEPS));

/** Where a value in [0, 1] stands in the tables; what is no number counts as 0. */
export const step = (value) => (value > 0 ? (value < 1 ? (value * STEPS + 0.5) | 0 : STEPS) : 0);

export const fromSrgb = (values) => made(values.length, (at) => OF_SRGB[step(values[at])]);
export const toSrgb = (light) => made(light.length, (at) => OF_LIGHT[step(light[at])]);
export const srgbOf = (light) => OF_LIGHT[step(light)];
export const lightOf = (srgb) => OF_SRGB[step(srgb)];
export const levelOf = (light) => LEVEL_OF_LIGHT[step(light)];

/** sRGB of light in 16 bits, as the clean picture is kept: a step is a place in the table `OF_SRGB`. */
export const stepOf = (light) => STEP_OF_LIGHT[step(light)];

export const luminanceAt = (light, at) => RED * light[at] + GREEN * light[at + 1] + BLUE * light[at + 2];
export const strongestAt = (light, at) => Math.max(light[at], light[at + 1], light[at + 2]);

/** A value for each pixel of an array of three channels. */
export function perPixel(light, value) {
  const result = new Float32Array(light.length / 3);
  for (let pixel = 0, at = 0; pixel < result.length; pixel++, at += 3) result[pixel] = value(light, at, pixel);
  return result;
}

export const luminance = (light) => perPixel(light, luminanceAt);
export const strongest = (light) => perPixel(light, strongestAt);
