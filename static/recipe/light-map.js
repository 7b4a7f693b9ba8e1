// How light each part of a photo is to be, and the photo brightened by it: lowlight/light/light_map.py.
import { average, clipped, made, taps } from "./arrays.js";
import { srgbOf, strongestAt } from "./linear.js";
import { arrays, light_map as N } from "./numbers.js";
import { stopsOf } from "./survey.js";

const ROOM = N.CEILING - N.KNEE;

/** The factor of linear light that stops mean: 2 to their power, in a third of that operator's time. */
export const factorOf = (stops) => Math.exp(stops * Math.LN2);

/** Maps of a thumbnail's cells for parts of the photo, between cells linearly (`Survey.placed`). */
export class Placed {
  /**
   * @param {{height: number, width: number, rows: number, cols: number}} survey
   * @param {Float32Array[]} maps rows x cols each.
   */
  constructor(survey, maps) {
    this.maps = maps;
    this.cols = survey.cols;
    this.down = taps(survey.rows, survey.height, false);
    this.across = taps(survey.cols, survey.width, false);
  }

  /** Call `use` with each pixel of a window, its number there, and the maps' values there. */
  each({ top, left, height, width }, use) {
    const { cols, maps } = this;
    const lows = Int32Array.from({ length: width }, (_, x) => this.across[left + x].first);
    const shares = made(width, (x) => this.across[left + x].weights[1] ?? 0);
    const rows = maps.map(() => new Float32Array(cols + 1));
    const found = new Float32Array(maps.length);
    for (let y = 0, pixel = 0; y < height; y++) {
      const { first, weights } = this.down[top + y];
      for (const [index, map] of maps.entries())
        for (let col = 0; col < cols; col++) {
          const at = first * cols + col;
          rows[index][col] = weights.length > 1 ? map[at] * weights[0] + map[at + cols] * weights[1] : map[at];
        }
      for (let x = 0; x < width; x++, pixel++) {
        const low = lows[x];
        for (let index = 0; index < maps.length; index++)
          found[index] = rows[index][low] + shares[x] * (rows[index][low + 1] - rows[index][low]);
        use(pixel, found);
      }
    }
  }
}

/** By how many stops the light is changed, for each cell and, by the photo's own edges, for each pixel. */
export class LightMap {
  constructor(survey, stops) {
    const { slope, offset, range } = survey.fitted(stops);
    this.range = range;
    this.placed = new Placed(survey, [slope, offset]);
  }

  /** The stops for a part of the photo, given the linear intensity of its pixels. */
  at(window, values) {
    const [least, most] = this.range;
    const stops = new Float32Array(values.length);
    this.placed.each(window, (pixel, fit) => {
      stops[pixel] = clipped(fit[0] * stopsOf(values[pixel]) + fit[1], least, most);
    });
    return stops;
  }
}

/** The light that surroundings get: `gain` times theirs in the dark, themselves at white. */
const curve = (base, gain, bend) => (gain * base) / (1 + (gain ** bend - 1) * base ** bend) ** (1 / bend);

/** The map in which the dark gets `gain`, what is bright nothing, and what bears none less. */
export function stopsForGain({ base, signal }, gain, bend) {
  return made(base.length, (at) =>
    Math.log2(1 + (Math.max(curve(base[at], gain, bend) / base[at], 1) - 1) * signal[at]),
  );
}

/** The gain with which a photo's mean luma comes to `wanted`, by bisection; 1 if it is there already. */
export function gainFor(survey, wanted, weights, bend) {
  const [red, green, blue] = arrays.LUMA;
  const reached = (stops) => {
    const light = brightened(survey.light, stopsForGain(survey, 2 ** stops, bend));
    const luma = made(weights.length, (at) => {
      const [r, g, b] = [light[3 * at], light[3 * at + 1], light[3 * at + 2]];
      return red * srgbOf(r) + green * srgbOf(g) + blue * srgbOf(b);
    });
    return average(luma, weights);
  };
  let [low, high] = [0, N.MOST_STOPS];
  if (reached(low) >= wanted) return 1;
  for (let turn = 0; turn < N.BISECTIONS; turn++) {
    const middle = (low + high) / 2;
    if (reached(middle) < wanted) low = middle;
    else high = middle;
  }
  return 2 ** ((low + high) / 2);
}

/** Light raised by stops, the same for all three channels, below a shoulder. */
export function brightened(light, stops) {
  const raised = new Float32Array(light.length);
  for (let pixel = 0, at = 0; pixel < stops.length; pixel++) {
    const factor = factorOf(stops[pixel]);
    for (let channel = 0; channel < 3; channel++, at++) raised[at] = light[at] * factor;
  }
  return shouldered(raised, light);
}

const bent = (value) => (value > N.KNEE ? N.CEILING - ROOM * Math.exp((N.KNEE - value) / ROOM) : value);

/** Bend what is raised above `KNEE` towards `CEILING`, in place; what was bright stays, no channel becomes darker. */
export function shouldered(raised, light) {
  for (let at = 0; at < raised.length; at += 3) {
    const high = strongestAt(raised, at);
    if (!(high > N.KNEE)) continue;
    const factor = Math.max(bent(high), Math.min(strongestAt(light, at), high)) / high;
    for (let one = at; one < at + 3; one++) {
      const alone = Math.max(bent(raised[one]), Math.min(light[one], raised[one]));
      const together = raised[one] * factor;
      raised[one] = together + N.ALONE * (alone - together);
    }
  }
  return raised;
}
