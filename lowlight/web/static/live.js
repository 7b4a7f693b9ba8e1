// Makes a photo's picture in the browser while a control is moved, with the arithmetic of lowlight/pipeline.py
// (`_finish`): the light map on the processor, each pixel in a WebGL2 shader. What it needs, lowlight/web/jobs/live.py
// writes, the recipe's numbers included. It knows nothing of the page.
(() => {
  "use strict";

  // -- The light map: rows x cols values in one array each, as in lowlight/light/ --------------------------------------

  const clipped = (value, low, high) => Math.min(Math.max(value, low), high);

  function made(count, value) {
    const values = new Float32Array(count);
    for (let at = 0; at < count; at++) values[at] = value(at);
    return values;
  }

  function ramp(value, [low, high]) {
    const share = clipped((value - low) / (high - low), 0, 1);
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

  // -- The shaders -----------------------------------------------------------------------------------------------------
  // Where the processor draws, branches cost as much as what they skip. So there is a program for what is asked for, and
  // what stays the same is made once. What is kept between passes are floating point's bits as whole numbers: these can
  // be drawn without any extension.

  const CORNERS = `#version 300 es
    void main() { gl_Position = vec4(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1, 0, 1); }`;

  const COMMON = `
    precision highp float;
    precision highp int;
    precision highp sampler2D;
    precision highp usampler2D;
    uniform sampler2D photo;

    float strongest(vec3 colour) { return max(max(colour.r, colour.g), colour.b); }
    float luminance(vec3 colour) { return dot(colour, LUMINANCE); }
    float intensity(vec3 colour) { return mix(luminance(colour), strongest(colour), STRONGEST_SHARE); }

    vec3 between(int at, int pixels, int cells) {  // the two cells around a pixel, and the share of the second
      float place = clamp((float(at) + 0.5) * float(cells) / float(pixels) - 0.5, 0.0, float(cells - 1));
      float low = floor(place);
      return vec3(low, min(low + 1.0, float(cells - 1)), place - low);
    }

    vec3 fromSrgb(vec3 values) {
      values = clamp(values, 0.0, 1.0);
      return mix(pow((values + 0.055) / 1.055, vec3(2.4)), values / 12.92, lessThanEqual(values, vec3(0.04045)));
    }

    vec3 toSrgb(vec3 values) {
      values = clamp(values, 0.0, 1.0);
      vec3 curved = 1.055 * pow(max(values, 0.0031308), vec3(1.0 / 2.4)) - 0.055;
      return mix(curved, values * 12.92, lessThanEqual(values, vec3(0.0031308)));
    }`;

  // Slope and offset of the whole map, and of what changes the clean picture: for each row of the photo, cell by cell.
  const COLUMNS = `
    uniform sampler2D model;
    out uvec4 result;
    void main() {
      ivec2 at = ivec2(gl_FragCoord.xy);
      vec3 place = between(at.y, textureSize(photo, 0).y, textureSize(model, 0).y);
      vec4 above = texelFetch(model, ivec2(at.x, place.x), 0);
      result = floatBitsToUint(mix(above, texelFetch(model, ivec2(at.x, place.y), 0), place.z));
    }`;

  // A picture's light, and the logarithm of its intensity.
  const LIGHT = `
    uniform sampler2D source;
    uniform float code;
    out uvec4 result;
    void main() {
      vec3 light = fromSrgb(pow(texelFetch(source, ivec2(gl_FragCoord.xy), 0).rgb, vec3(1.0 / code)));
      result = floatBitsToUint(vec4(light, log2(intensity(light) + FLOOR)));
    }`;

  const LIT = `
    uniform usampler2D dark;
    uniform usampler2D columns;
    uniform vec4 range;  // the least and the most stops of the whole map, and of what changes the clean picture

    vec4 modelAt(ivec2 at) {
      vec3 place = between(at.x, textureSize(photo, 0).x, textureSize(columns, 0).x);
      vec4 left = uintBitsToFloat(texelFetch(columns, ivec2(place.x, at.y), 0));
      return mix(left, uintBitsToFloat(texelFetch(columns, ivec2(place.y, at.y), 0)), place.z);
    }

    vec3 shouldered(vec3 raised, vec3 before) {
      float high = strongest(raised), room = CEILING - KNEE;
      vec3 curve = CEILING - room * exp((KNEE - raised) / room);
      vec3 bent = mix(raised, curve, greaterThan(raised, vec3(KNEE)));
      float most = max(strongest(bent), min(strongest(before), high));
      vec3 alone = max(bent, min(before, raised));
      return high > KNEE ? mix(raised * (most / high), alone, ALONE) : raised;
    }

    vec3 litAt(ivec2 at, vec4 fit) {
      vec4 seen = uintBitsToFloat(texelFetch(dark, at, 0));
      return shouldered(seen.rgb * exp2(clamp(fit.x * seen.a + fit.y, range.x, range.y)), seen.rgb);
    }`;

  // What the picture of a kept night must not pass: the intensity of the brightened photo, and then its mean along rows.
  const INTENSITY = `
    out uint result;
    void main() {
      ivec2 at = ivec2(gl_FragCoord.xy);
      result = floatBitsToUint(intensity(litAt(at, modelAt(at))));
    }`;

  // It is written out, as loops are slow there.
  const summed = (name, side) =>
    `(${Array.from({ length: side }, (_, step) => `${name}(at, ${step - (side >> 1)})`).join(" + ")})`;
  const around = (side) => `
    uniform usampler2D intensities;
    uniform usampler2D means;

    int mirrored(int at, int count) {  // BORDER_REFLECT_101, a few pixels beyond the edges
      return min(abs(min(abs(at), 2 * (count - 1) - abs(at))), count - 1);
    }

    float intensityAt(ivec2 at, int step) {
      at.x = mirrored(at.x + step, textureSize(photo, 0).x);
      return uintBitsToFloat(texelFetch(intensities, at, 0).r);
    }

    float meanAt(ivec2 at, int step) {  // a strip of rows at a time, as pipeline.py goes
      int rows = int(STRIP_ROWS), top = at.y / rows * rows;
      at.y = top + mirrored(at.y + step - top, min(rows, textureSize(photo, 0).y - top));
      return uintBitsToFloat(texelFetch(means, at, 0).r);
    }

    float meanAcross(ivec2 at) { return ${summed("intensityAt", side)} / NIGHT_AROUND; }
    float meanDown(ivec2 at) { return ${summed("meanAt", side)} / NIGHT_AROUND; }`;

  const MEANS = `
    out uint result;
    void main() { result = floatBitsToUint(meanAcross(ivec2(gl_FragCoord.xy))); }`;

  const FINISH = `
    uniform usampler2D clean;
    uniform float strength, warmth, colour, detail, denoise;
    out vec4 result;

    vec3 relit(vec3 picture, float stops) {
      float high = min(strongest(picture) / CEILING, 1.0);
      float rolled = 1.0 + (exp2(max(stops, 0.0) * ROLL) - 1.0) * high * high * high;
      return picture * exp2(stops - log2(rolled) / ROLL);
    }

    vec3 noLighter(vec3 picture, float around) {
      return picture * min((around * NIGHT_ROOM + FLOOR) / (intensity(picture) + FLOOR), 1.0);
    }

    vec3 withGrain(vec3 picture, vec3 lit) {
      float ratio = (luminance(lit) + DETAIL_FLOOR) / (luminance(picture) + DETAIL_FLOOR);
      float factor = pow(clamp(ratio, DETAIL_RANGE.x, DETAIL_RANGE.y), detail);
      vec3 found = detail > 0.0 ? shouldered(picture * factor, max(picture, lit)) : picture;
      return denoise < 1.0 ? fromSrgb(mix(toSrgb(lit), toSrgb(found), denoise)) : found;
    }

    vec3 coloured(vec3 picture) {
      float before = luminance(picture), side = exp2(WARM_STOPS * warmth);
      vec3 found = picture * vec3(side, 1.0, 1.0 / side);
      found = warmth != 0.0 ? found * (before / max(luminance(found), LEAST_LUMINANCE)) : picture;
      float factor = 1.0 + colour * (colour > 0.0 ? COLOUR_GAIN : 1.0);
      return shouldered(max(before + (found - before) * factor, 0.0), picture);
    }

    vec3 finishedAt(ivec2 at) {
      vec4 fit = modelAt(at);
      #ifdef CLEANED
        vec4 seen = uintBitsToFloat(texelFetch(clean, at, 0));
        vec3 picture = relit(seen.rgb, clamp(fit.z * seen.a + fit.w, range.z, range.w));
        #ifdef NIGHT
          picture = noLighter(picture, meanDown(at));
        #endif
        #ifdef GRAIN
          picture = withGrain(picture, litAt(at, fit));
        #endif
      #else
        vec3 picture = litAt(at, fit);
      #endif
      #ifdef COLOURED
        picture = coloured(picture);
      #endif
      return picture;
    }

    void main() {
      ivec2 at = ivec2(gl_FragCoord.xy);
      at.y = textureSize(photo, 0).y - 1 - at.y;
      vec3 picture = roundEven(texelFetch(photo, at, 0).rgb * 255.0);
      #ifndef SAME
        picture = roundEven(mix(picture, roundEven(toSrgb(finishedAt(at)) * 255.0), strength));
      #endif
      result = vec4(picture / 255.0, 1);
    }`;

  /** The recipe's numbers, and what is asked for, as GLSL. */
  function defined(numbers, flags = []) {
    const written = (value) => Number(value).toExponential();
    const lines = Object.entries(numbers).map(([name, value]) =>
      Array.isArray(value)
        ? `#define ${name} vec${value.length}(${value.map(written)})`
        : `#define ${name} ${written(value)}`,
    );
    return ["#version 300 es", ...lines, ...flags.map((name) => `#define ${name}`), COMMON].join("\n");
  }

  // -- What is drawn with ----------------------------------------------------------------------------------------------

  const LEAST_SHARE = 0.4; // of its sides: below that one no longer sees what a control does
  const UNITS = { photo: 0, dark: 1, clean: 2, model: 3, columns: 4, intensities: 5, means: 6, source: 7 };

  function compiled(gl, source) {
    const program = gl.createProgram();
    const parts = { [gl.VERTEX_SHADER]: CORNERS, [gl.FRAGMENT_SHADER]: source };
    for (const [kind, text] of Object.entries(parts)) {
      const shader = gl.createShader(Number(kind));
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    const said = () => gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader)).join("");
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) + said());
    gl.useProgram(program);
    for (const [name, unit] of Object.entries(UNITS)) gl.uniform1i(gl.getUniformLocation(program, name), unit);
    return { program, at: (name) => gl.getUniformLocation(program, name) };
  }

  /** A texture at its unit, read by texelFetch alone: nothing is filtered. */
  function texture(gl, unit) {
    const found = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + UNITS[unit]);
    gl.bindTexture(gl.TEXTURE_2D, found);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    return found;
  }

  function pictureIn(gl, unit, picture) {
    texture(gl, unit);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  }

  /** A texture that can be drawn into, as large as the picture; returns the frame that does it. */
  function frameFor(gl, unit, format, width = gl.canvas.width) {
    const { height } = gl.canvas;
    const found = texture(gl, unit);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
    const frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, found, 0);
    return { frame, width };
  }

  /** Run a program for each pixel of a frame, or of the canvas. */
  function fill(gl, { program }, { frame, width } = { frame: null, width: gl.canvas.width }) {
    gl.useProgram(program);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.viewport(0, 0, width, gl.canvas.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  async function fetched(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer;
  }

  async function pictureAt(address) {
    const options = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
    return createImageBitmap(await (await fetched(address)).blob(), options);
  }

  function shrunk(picture, share) {
    const [resizeWidth, resizeHeight] = [picture.width, picture.height].map((side) => Math.ceil(side * share));
    return createImageBitmap(picture, { resizeWidth, resizeHeight, resizeQuality: "high" });
  }

  async function factsAt(address) {
    const facts = await (await fetched(address)).json();
    for (const [name, text] of Object.entries(facts.maps)) {
      const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
      facts.maps[name] = new Float32Array(bytes.buffer);
    }
    return facts;
  }

  /** A photo whose picture can be made anew for any settings, in milliseconds. */
  class LiveFinish {
    /**
     * Fetch what is needed and make all ready.
     * @param {{photo: string, clean: ?string, maps: string}} addresses of the files of `live.Live`.
     * @param {number} most milliseconds that the first picture may take; without a graphics card it is drawn smaller
     *   until it does.
     * @returns {Promise<?LiveFinish>} null if there is no WebGL2, a file is missing, or anything else fails.
     */
    static async open({ photo, clean, maps }, most = Infinity) {
      let live = null;
      try {
        const [facts, ...pictures] = await Promise.all([factsAt(maps), ...[photo, clean].filter(Boolean).map(pictureAt)]);
        live = LiveFinish.#made(facts, pictures);
        const share = live ? Math.max(Math.sqrt(most / live.#milliseconds()), LEAST_SHARE) : 1;
        if (share < 1) {
          const small = await Promise.all(pictures.map((picture) => shrunk(picture, share)));
          live.close();
          live = LiveFinish.#made({ ...facts, width: small[0].width, height: small[0].height }, small);
          pictures.push(...small);
        }
        for (const picture of pictures) picture.close();
        return live;
      } catch {
        live?.close();
        return null;
      }
    }

    /** One that has drawn its first picture, which takes longest: its shaders are made ready. */
    static #made(facts, pictures) {
      const canvas = document.createElement("canvas");
      const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
      const live = gl && new LiveFinish(canvas, gl, facts, pictures);
      return live?.render({}) ? live : null;
    }

    /** How long a picture takes: the shortest of three, as other things may come between. */
    #milliseconds() {
      const gl = this.#gl;
      const taken = [0, 1, 2].map(() => {
        const began = performance.now();
        this.render({});
        gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // it waits until all is drawn
        return performance.now() - began;
      });
      return Math.min(...taken);
    }

    #gl;
    #facts;
    #fits;
    #columns;
    #programs = new Map();
    #night = null;
    #lost = false;

    constructor(canvas, gl, facts, pictures) {
      const { height, width, rows, cols, maps, numbers } = facts;
      Object.assign(canvas, { width, height });
      canvas.addEventListener("webglcontextlost", () => (this.#lost = true));
      this.#gl = gl;
      this.#facts = facts;
      /** The element that shows the picture; it stays the same. */
      this.canvas = canvas;
      /** Whether the photo asks for nothing. */
      this.untouched = facts.untouched;
      /** Whether the network's picture is there. */
      this.cleaned = pictures.length > 1 && "hold" in maps;
      this.#fits = [maps.logarithm, this.cleaned ? maps.clean_logarithm : maps.logarithm].map((logarithm) =>
        fitterFor(logarithm, facts, numbers.EDGE_VARIANCE),
      );
      pictureIn(gl, "photo", pictures[0]);
      this.#keepLight("dark", pictures[0], 1);
      if (this.cleaned) this.#keepLight("clean", pictures[1], numbers.CODE);
      texture(gl, "model");
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, cols, rows);
      this.#columns = frameFor(gl, "columns", gl.RGBA32UI, cols);
    }

    /** Whether the picture is the photo itself under these settings (`Plan.same`). */
    sameAs(settings) {
      const wanted = { ...this.#facts.settings, ...settings };
      if (wanted.strength === 0) return true;
      if (!this.untouched || wanted.warmth || wanted.colour) return false;
      const { own } = this.#facts.maps;
      return stopsFor(this.#facts, wanted).every((stops, at) => stops === own[at]);
    }

    /**
     * Draw the picture.
     * @param {object} settings by the names and in the units of lowlight.Settings; what is missing stands as at first.
     * @returns {?HTMLCanvasElement} `canvas`; null where it cannot be drawn: the context is lost, or the clip limit or
     *   tile grid are others than those of the photo's job.
     */
    render(settings) {
      const first = this.#facts.settings;
      const wanted = { ...first, ...settings };
      const known = wanted.clip_limit === first.clip_limit && wanted.tile_grid === first.tile_grid;
      if (!known || this.#lost || this.#gl.isContextLost()) return null;
      try {
        this.#draw(wanted, this.sameAs(wanted));
      } catch {
        return null;
      }
      return this.#gl.isContextLost() ? null : this.canvas;
    }

    /** Give back what the graphics processor holds; nothing is drawn from then on. */
    close() {
      this.#lost = true;
      this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
    }

    /** Make a picture's light, once; its values are those of its file to the power of a code. */
    #keepLight(unit, picture, code) {
      const gl = this.#gl;
      const frame = frameFor(gl, unit, gl.RGBA32UI);
      pictureIn(gl, "source", picture);
      const light = this.#program("light", LIGHT);
      gl.useProgram(light.program);
      gl.uniform1f(light.at("code"), code);
      fill(gl, light, frame);
    }

    /** The program of a name, made when it is first asked for. */
    #program(name, source, flags) {
      if (!this.#programs.has(name))
        this.#programs.set(name, compiled(this.#gl, defined(this.#facts.numbers, flags) + source));
      return this.#programs.get(name);
    }

    #draw(settings, same) {
      const gl = this.#gl;
      const cleaned = this.cleaned && settings.denoise > 0;
      const asked = {
        CLEANED: cleaned,
        NIGHT: cleaned && settings.look === "night",
        GRAIN: cleaned && (settings.denoise < 1 || settings.detail > 0),
        COLOURED: settings.warmth !== 0 || settings.colour !== 0,
      };
      const flags = same ? ["SAME"] : Object.keys(asked).filter((name) => asked[name]);
      const range = same ? [0, 0, 0, 0] : this.#sendModel(settings);
      if (flags.includes("NIGHT")) this.#drawNight(range);
      const finish = this.#program(flags.join(), LIT + around(this.#facts.numbers.NIGHT_AROUND) + FINISH, flags);
      gl.useProgram(finish.program);
      gl.uniform4fv(finish.at("range"), range);
      for (const name of ["strength", "warmth", "colour", "detail", "denoise"])
        gl.uniform1f(finish.at(name), settings[name]);
      fill(gl, finish);
    }

    /** Make the light map and what changes the clean picture, and hand both over; return the range of their stops. */
    #sendModel(settings) {
      const gl = this.#gl;
      const { maps, rows, cols } = this.#facts;
      const stops = stopsFor(this.#facts, settings);
      const whole = this.#fits[0](stops);
      const after = this.cleaned ? this.#fits[1](stops.map((value, at) => value - maps.own[at] + maps.hold[at])) : whole;
      const planes = [whole.slope, whole.offset, after.slope, after.offset];
      gl.activeTexture(gl.TEXTURE0 + UNITS.model);
      const texels = made(4 * rows * cols, (at) => planes[at % 4][at >> 2]);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, cols, rows, gl.RGBA, gl.FLOAT, texels);
      fill(gl, this.#program("columns", COLUMNS), this.#columns);
      return [...whole.range, ...after.range];
    }

    #drawNight(range) {
      const gl = this.#gl;
      this.#night ??= ["intensities", "means"].map((unit) => frameFor(gl, unit, gl.R32UI));
      const first = this.#program("intensity", LIT + INTENSITY);
      gl.useProgram(first.program);
      gl.uniform4fv(first.at("range"), range);
      fill(gl, first, this.#night[0]);
      fill(gl, this.#program("means", around(this.#facts.numbers.NIGHT_AROUND) + MEANS), this.#night[1]);
    }
  }

  window.lowlight = window.lowlight || {};
  window.lowlight.LiveFinish = LiveFinish;
})();
