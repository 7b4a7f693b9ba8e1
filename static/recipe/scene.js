// What kind of photo it is, and how much light it asks for: lowlight/light/scene.py.
import { average, made, mean, percentiles, ramp } from "./arrays.js";
import { gainFor, stopsForGain } from "./light-map.js";
import { light_map, scene as N, survey } from "./numbers.js";

/** A photo's kind, and its light map as the photo itself asks for it. */
export class Scene {
  constructor(seen) {
    this.bend = light_map.BEND + (N.FINISHED_BEND - light_map.BEND) * (1 - seen.underexposed) * reaching(seen);
    [this.kind, this.gain] = judged(seen, this.bend);
    if (this.gain < 2 ** N.LEAST_STOPS) [this.kind, this.gain] = [this.kind === "black" ? "black" : "fine", 1];
    const stops = stopsForGain(seen, this.gain, this.bend);
    /** The light map: rows x cols, never negative. */
    this.stops =
      this.kind === "backlit"
        ? stops.map((value, at) => value * (1 - ramp(seen.base[at], [2 * N.BACKLIT_DARK, N.BACKLIT_BRIGHT])))
        : unveiled(seen, stops);
  }

  /** Whether the photo asks for nothing. */
  get untouched() {
    return this.gain === 1;
  }
}

function judged(seen, bend) {
  if (percentiles(seen.level, [99.5])[0] < N.BLACK_LEVEL) return ["black", 1];
  const shadows = ramp(inShadow(seen), N.SHADOWY) * (1 - ramp(seen.mean, N.SHADOWY_MEAN));
  const need = Math.max(1 - ramp(seen.mean, N.FINE_MEAN), shadows);
  const weights = seen.signal.map((value) => value + 1e-3);
  const present = average(seen.luma, weights);
  const least = N.LEAST * (present / N.LEAST) ** N.LEAST_FOLLOWS;
  const wanted = Math.min(Math.max(seen.wanted * (1 - N.LESS_IF_CLOSED * seen.closed), least), N.MOST_WANTED);
  const stops = need ? need * Math.log2(gainFor(seen, wanted, weights, bend)) : 0;
  const backlitStops = backlit(seen) * N.BACKLIT_STOPS;
  if (backlitStops > stops) return ["backlit", 2 ** backlitStops];
  return [uneven(seen) > 0.5 ? "night" : "dim", 2 ** stops];
}

/** The map with less for the darkest, as if their light were taken away before; never below 0. */
function unveiled(seen, stops) {
  const veil = N.VEIL * reaching(seen) * percentiles(seen.base, [2])[0];
  return stops.map((value, at) => Math.max(value + Math.log2(Math.max(1 - veil / seen.base[at], 1 - N.MOST_VEIL)), 0));
}

/** How far up a photo reaches, in [0, 1]. */
function reaching(seen) {
  const [tenth, hundredth] = percentiles(seen.level, [90, 99]);
  return ramp(Math.log2(Math.max(tenth, hundredth / 2) + 1), N.REACHING.map(Math.log2));
}

function uneven(seen) {
  const [middle, bright] = percentiles(seen.base, [50, 98]).map((value) => Math.log2(value + survey.FLOOR));
  return ramp(bright - middle, N.EVEN);
}

/** The share of a photo that lies in shadow and holds something. */
function inShadow({ base, signal }) {
  return mean(made(base.length, (at) => (base[at] < N.BACKLIT_DARK ? signal[at] : 0)));
}

/** How much a photo is backlit, in [0, 1]: bright in one part, and in shadow, with signal, in another. */
function backlit(seen) {
  const dark = inShadow(seen);
  const bright = mean(seen.base.map((value) => Number(value > N.BACKLIT_BRIGHT)));
  const each = [dark, bright].map((found, at) => {
    const least = N.BACKLIT_SHARES[at];
    return ramp(found, [0.85 * least, 1.4 * least]);
  });
  return Math.min(...each) * ramp(dark + bright, N.BACKLIT_BOTH);
}
