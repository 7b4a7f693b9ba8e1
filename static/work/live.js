// What the page's live picture (live.js) is given: the small photo, the network's picture of it, and their maps, as
// lowlight/web/jobs/live.py writes them.
import { rounded } from "../recipe/arrays.js";
import { hold, lookedAt, SETTINGS } from "../recipe/controls.js";
import { STEPS } from "../recipe/linear.js";
import * as numbers from "../recipe/numbers.js";
import { Survey } from "../recipe/survey.js";
import { encoded } from "./files.js";

const PNG = { type: "image/png" };
const { CODE } = numbers.live;
const OF_STEP = Uint8Array.from({ length: STEPS + 1 }, (_, step) => rounded((step / STEPS) ** CODE * 255));

/** The photo as it came, without loss. */
export const photoFile = ({ data, width, height }) => encoded([{ top: 0, height, data }], width, height, PNG);

/** The network's picture in 8 bits, the dark in finer steps. */
export function cleanFile({ data, width, height }) {
  const coded = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let from = 0, to = 0; from < data.length; to += 4)
    for (let one = to; one < to + 3; one++, from++) coded[one] = OF_STEP[data[from]];
  return encoded([{ top: 0, height, data: coded }], width, height, PNG);
}

/** The maps of both, and the recipe's numbers, as JSON; `live.described` says what stands in it. */
export function mapsFile({ survey, scene, settings, photo }, clean) {
  const { clip_limit, tile_grid } = settings;
  const looked = (look) => lookedAt(survey, scene, { look, clip_limit, tile_grid });
  const maps = { natural: looked("natural"), night: looked("night"), own: scene.stops };
  Object.assign(maps, { base: survey.base, signal: survey.signal, logarithm: survey.logarithm });
  if (clean) {
    const seen = (clean.survey ??= new Survey(clean));
    Object.assign(maps, { clean_logarithm: seen.logarithm, hold: hold(survey, scene, seen) });
  }
  const { rows, cols, reach } = survey;
  const facts = { height: photo.height, width: photo.width, rows, cols, reach, untouched: scene.untouched };
  const packed = Object.entries(maps).map(([name, values]) => [name, inBase64(values)]);
  const first = { ...SETTINGS, clip_limit, tile_grid };
  const told = { ...facts, settings: first, numbers: numbers.live, maps: Object.fromEntries(packed) };
  return new Blob([JSON.stringify(told)]);
}

function inBase64(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}
