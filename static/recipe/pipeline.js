// The recipe, as lowlight/pipeline.py has it: lightness, light map, brightening, denoising, and what the controls make
// of it. Numbers come from there (numbers.js); tests/web/browser/test_static_recipe.py holds the two together.
import { lazily, made, rounded } from "./arrays.js";
import { kept } from "./clean.js";
import { STRIDE, thumbnail, told } from "./context.js";
import { asked, coloured, hold, noLighter, relit, SETTINGS, withGrain } from "./controls.js";
import { brightened, LightMap, Placed } from "./light-map.js";
import { levelOf, OF_LEVEL, OF_SRGB, perPixel, stepOf, toSrgb } from "./linear.js";
import { pipeline as N } from "./numbers.js";
import { Scene } from "./scene.js";
import { intensityAt, Survey } from "./survey.js";
import { tiles } from "./tiles.js";

/** A photo, what there is to know about it, and the light it is to be in. */
export class Plan {
  /**
   * @param {import("./survey.js").Photo} photo
   * @param {object} settings by the names and in the units of lowlight.Settings; what is missing stands as at first.
   * @param {?number} wanted the wanted mean luma, if it is known already.
   */
  constructor(photo, settings = {}, wanted = null) {
    Object.assign(this, { photo, settings: { ...SETTINGS, ...settings }, wanted });
  }

  /** The same photo under other settings; what is known of the photo goes along. */
  under(settings) {
    const plan = new Plan(this.photo, settings, this.wanted);
    for (const name of ["survey", "scene"]) Object.defineProperty(plan, name, { value: this[name] });
    return plan;
  }

  /** Whether the photo stays exactly as it is. */
  get same() {
    const { strength, warmth, colour } = this.settings;
    return strength === 0 || (this.scene.untouched && this.asked.nothing && !warmth && !colour);
  }

  /** The light of a part of the photo, three channels. */
  light({ top, left, height, width }) {
    const { data, width: whole } = this.photo;
    const light = new Float32Array(3 * height * width);
    for (let y = 0, to = 0; y < height; y++)
      for (let from = 4 * ((top + y) * whole + left), end = from + 4 * width; from < end; from += 4) {
        light[to++] = OF_LEVEL[data[from]];
        light[to++] = OF_LEVEL[data[from + 1]];
        light[to++] = OF_LEVEL[data[from + 2]];
      }
    return light;
  }

  /** A part of the photo in a light, by how many stops it was raised, and as it came. */
  lit(window, map) {
    const dark = this.light(window);
    const raised = map.at(window, perPixel(dark, intensityAt));
    return { dark, raised, lit: brightened(dark, raised) };
  }
}

lazily(Plan, {
  survey: ({ photo, wanted }) => new Survey(photo, wanted),
  scene: ({ survey }) => new Scene(survey),
  asked: ({ survey, scene, settings }) => asked(survey, scene, settings),
});

/**
 * Take the photo, in the light that it asks for itself, through the network, tile by tile.
 * @param {Plan} plan
 * @param {import("./network.js").Network} network
 * @param {number} size the tiles' side in pixels, a multiple of `STRIDE`.
 * @yields {number} the share of the tiles that is done.
 * @returns {import("./survey.js").Clean}
 */
export async function* cleaned(plan, network, size) {
  const { survey, scene, photo } = plan;
  const { height, width } = photo;
  const own = new LightMap(survey, scene.stops);
  const cells = toSrgb(brightened(survey.light, scene.stops));
  const whole = { thumbnail: thumbnail(cells, scene.stops, survey), height, width };
  const colour = survey.colour.some((value) => value < 1) ? new Placed(survey, [survey.colour]) : null;
  const clean = { height, width, data: new Uint16Array(3 * height * width) };
  const plans = tiles(height, width, { halo: network.halo, size, stride: STRIDE });
  for (const [index, { inner, outer }] of plans.entries()) {
    const { dark, raised, lit } = plan.lit(outer, own);
    const seen = await network.clean(told(toSrgb(lit), raised), outer, whole);
    keep(kept(seen, lit, dark, raised, believed(colour, outer), outer), inner, outer, clean);
    yield (index + 1) / plans.length;
  }
  return clean;
}

function believed(colour, window) {
  if (!colour) return null;
  const found = new Float32Array(window.height * window.width);
  colour.each(window, (pixel, values) => (found[pixel] = values[0]));
  return found;
}

/** Write what a tile contributes into the clean picture. */
function keep(light, inner, outer, { width, data }) {
  for (let y = 0; y < inner.height; y++) {
    let from = 3 * ((inner.top - outer.top + y) * outer.width + inner.left - outer.left);
    let to = 3 * ((inner.top + y) * width + inner.left);
    for (const end = to + 3 * inner.width; to < end; to++, from++) data[to] = stepOf(light[from]);
  }
}

/** Whether the network has anything to do. */
export const asksForNetwork = ({ scene, settings }) => !scene.untouched && settings.denoise > 0;

/** What makes parts of the result, in light, out of the clean picture; of the brightened photo where it is null. */
function finish(plan, clean) {
  const { survey, scene, settings } = plan;
  const whole = new LightMap(survey, plan.asked.stops);
  if (!clean) return (window) => coloured(plan.lit(window, whole).lit, settings);
  const seen = (clean.survey ??= new Survey(clean));
  const held = hold(survey, scene, seen);
  const after = new LightMap(seen, made(held.length, (at) => held[at] + plan.asked.change[at]));
  const [night, grain] = [settings.look === "night", settings.denoise < 1 || settings.detail > 0];
  return (window) => {
    const picture = cleanLight(clean, window);
    relit(picture, after.at(window, perPixel(picture, intensityAt)));
    const lit = night || grain ? plan.lit(window, whole).lit : null;
    if (night) noLighter(picture, lit, window);
    if (grain) withGrain(picture, lit, settings);
    return coloured(picture, settings);
  };
}

/** The light of a part of the clean picture. */
function cleanLight({ width, data }, window) {
  const light = new Float32Array(3 * window.height * window.width);
  for (let y = 0, to = 0; y < window.height; y++)
    for (let from = 3 * ((window.top + y) * width + window.left), end = from + 3 * window.width; from < end; from++)
      light[to++] = OF_SRGB[data[from]];
  return light;
}

/**
 * Make the result, or a part of it, strip by strip.
 * @param {Plan} plan
 * @param {?import("./survey.js").Clean} clean the network's picture; null where it did not work.
 * @param {{top: number, left: number, height: number, width: number}} part the whole if it is missing.
 * @yields {{top: number, height: number, data: Uint8ClampedArray}} rows of RGBA, from the part's top down.
 */
export function* strips(plan, clean, part = { top: 0, left: 0, ...sizeOf(plan.photo) }) {
  const { strength, denoise } = plan.settings;
  const make = plan.same ? null : finish(plan, denoise > 0 ? clean : null);
  for (let top = 0; top < part.height; top += N.STRIP_ROWS) {
    const window = { ...part, top: part.top + top, height: Math.min(N.STRIP_ROWS, part.height - top) };
    const data = pixelsOf(plan.photo, window);
    if (make) {
      const light = make(window);
      for (let from = 0, to = 0; from < light.length; to += 4)
        for (let one = to; one < to + 3; one++, from++) {
          const level = levelOf(light[from]);
          data[one] = strength < 1 ? rounded(data[one] + strength * (level - data[one])) : level;
        }
    }
    yield { top, height: window.height, data };
  }
}

const sizeOf = ({ height, width }) => ({ height, width });

/** A part of a photo: RGBA. */
export function pixelsOf({ data, width: whole }, { top, left, height, width }) {
  const found = new Uint8ClampedArray(4 * height * width);
  for (let y = 0; y < height; y++) {
    const start = 4 * ((top + y) * whole + left);
    found.set(data.subarray(start, start + 4 * width), 4 * y * width);
  }
  return found;
}

/** The brightened photo, its noise still in it: RGBA. */
export function brightenedPhoto(plan) {
  const { height, width, data } = plan.photo;
  if (plan.asked.nothing && plan.scene.untouched) return data.slice();
  const map = new LightMap(plan.survey, plan.asked.stops);
  const result = new Uint8ClampedArray(data.length).fill(255);
  for (let top = 0; top < height; top += N.STRIP_ROWS) {
    const { lit } = plan.lit({ top, left: 0, height: Math.min(N.STRIP_ROWS, height - top), width }, map);
    for (let from = 0, to = 4 * top * width; from < lit.length; from++, to++) {
      result[to] = levelOf(lit[from]);
      if (from % 3 === 2) to++;
    }
  }
  return result;
}
