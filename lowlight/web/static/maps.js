// The arithmetic of light maps, as in lowlight/light/: rows x cols values in one array each. The page's live picture
// (live.js) and the recipe in the browser (static/recipe/) share it. It runs as a script and as a module.
(() => {
  "use strict";

  const clipped = (value, low, high) => Math.min(Math.max(value, low), high);

  function made(count, value) {
    const values = new Float32Array(count);
    for (let at = 0; at < count; at++) values[at] = value(at);
    return values;
  }

  function ramp(value, range) {
    const low = range[0]; // taken apart in the parameters it would cost ten times as much
    const share = clipped((value - low) / (range[1] - low), 0, 1);
    return share * share * (3 - 2 * share);
  }

  /** The mean over a square of 2 * reach + 1 cells; beyond its edges the map goes on as in a mirror (BORDER_REFLECT). */
  function boxMean(values, { rows, cols, reach }) {
    const mirrored = (at, count) => {
      while (at < 0 || at >= count) at = at < 0 ? -1 - at : 2 * count - 1 - at;
      return at;
    };
    const along = (from, count, step, others, otherStep) => {
      const places = Array.from({ length: count + 2 * reach }, (_, at) => mirrored(at - reach, count) * step);
      const means = new Float64Array(from.length);
      for (let other = 0; other < others; other++)
        for (let at = 0; at < count; at++) {
          let sum = 0;
          for (let next = 0; next <= 2 * reach; next++) sum += from[other * otherStep + places[at + next]];
          means[other * otherStep + at * step] = sum / (2 * reach + 1);
        }
      return means;
    };
    return Float32Array.from(along(along(values, cols, 1, rows, cols), rows, cols, cols, 1));
  }

  /** What fits a map to a logarithm around each cell (`survey.fitted`): a function from the map to slope and offset. */
  function fitterFor(logarithm, shape, edge) {
    const count = logarithm.length;
    const along = boxMean(logarithm, shape);
    const squares = boxMean(made(count, (at) => logarithm[at] ** 2), shape);
    const spread = made(count, (at) => Math.max(squares[at] - along[at] ** 2, 0) + edge);
    return (target) => {
      const level = boxMean(target, shape);
      const products = boxMean(made(count, (at) => logarithm[at] * target[at]), shape);
      const slope = made(count, (at) => (products[at] - along[at] * level[at]) / spread[at]);
      const offset = made(count, (at) => level[at] - slope[at] * along[at]);
      const range = [target.reduce((a, b) => Math.min(a, b)), target.reduce((a, b) => Math.max(a, b))];
      return { slope: boxMean(slope, shape), offset: boxMean(offset, shape), range };
    };
  }

  /** By how many stops each cell is raised under these settings (`controls.asked`). */
  function stopsFor({ maps, numbers: n }, settings) {
    const { base, signal } = maps;
    const own = maps[settings.look === "night" ? "night" : "natural"];
    const lifted = settings.look === "bright" ? n.BRIGHT_STOPS : 0;
    return made(own.length, (at) => {
      const lit = base[at] * 2 ** own[at];
      const shadows = settings.shadows * n.SHADOW_STOPS * (1 - ramp(lit, n.SHADOWS)) * signal[at];
      const highlights = settings.highlights * n.HIGHLIGHT_STOPS * ramp(lit, n.HIGHLIGHTS);
      return own[at] + shadows + highlights + lifted * signal[at] + settings.exposure;
    });
  }

  globalThis.lowlight = globalThis.lowlight || {};
  globalThis.lowlight.maps = { clipped, made, ramp, boxMean, fitterFor, stopsFor };
})();
