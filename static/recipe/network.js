// Runs a network file with ONNX Runtime's WebAssembly: lowlight/network/session.py.
import * as ort from "../ort/ort.wasm.min.mjs";
import { interpolation, SQUARE, STRIDE } from "./context.js";

const EXECUTION = { graphOptimizationLevel: "all", logSeverityLevel: 3 };
const CHECKED = 64; // pixels a side: of the tile on which two ways to run a network are compared
const ALIKE = 1 / 255;

/**
 * Make ready what runs networks, once, before the first of them.
 * @param {Uint8Array} wasm ONNX Runtime's WebAssembly file.
 * @param {number} threads how many are wanted: more than one needs a page that is isolated.
 * @returns {number} how many there are.
 */
export function useRuntime(wasm, threads) {
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.wasmPaths = new URL("../ort/", import.meta.url).href;
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
  return ort.env.wasm.numThreads;
}

/**
 * Make ready what runs networks on a graphics card; it is given to `Network.open`.
 * @param {Uint8Array} wasm ONNX Runtime's WebAssembly file with WebGPU.
 */
export async function graphicsRuntime(wasm) {
  const library = await import("../ort/ort.jspi.min.mjs");
  Object.assign(library.env.wasm, { wasmBinary: wasm, wasmPaths: ort.env.wasm.wasmPaths, numThreads: 1 });
  return library;
}

/** Whether two networks give the same for a tile of made values: WebGPU has given wrong pictures without a word. */
export async function areAlike(one, other) {
  const values = (count) => Float32Array.from({ length: count }, (_, at) => ((at * 7919) % 1013) / 1266);
  const window = { top: 0, left: 0, height: CHECKED, width: CHECKED };
  const whole = { thumbnail: values(4 * SQUARE * SQUARE), height: CHECKED, width: CHECKED };
  const made = [];
  for (const network of [one, other]) made.push(await network.clean(values(4 * CHECKED * CHECKED), window, whole));
  return made[0].every((value, at) => Math.abs(value - made[1][at]) <= ALIKE);
}

/** A network that cleans a brightened photo, is told by how much each part was brightened, and about the whole. */
export class Network {
  #session;
  #tensor;

  /**
   * Open a network.
   * @param {Uint8Array} bytes the ONNX file.
   * @param {{halo: number}} facts how much of the surroundings of a part it must be given, in pixels.
   * @param {object} graphics `graphicsRuntime`, for one that runs on a graphics card.
   */
  static async open(bytes, { halo }, graphics = null) {
    const library = graphics ?? ort;
    const executionProviders = [graphics ? "webgpu" : "wasm"];
    const network = new Network();
    network.halo = halo;
    network.#session = await library.InferenceSession.create(bytes, { ...EXECUTION, executionProviders });
    network.#tensor = (values, shape) => new library.Tensor("float32", values, [1, ...shape]);
    return network;
  }

  /**
   * A part of the photo, clean: sRGB, three channels, not clipped.
   * @param {Float32Array} part as `told` makes it.
   * @param {{top: number, left: number, height: number, width: number}} window where it lies; its corner on multiples
   *   of `STRIDE`.
   * @param {{thumbnail: Float32Array, height: number, width: number}} whole the photo.
   */
  async clean(part, window, whole) {
    const [height, width] = [window.height, window.width].map((side) => Math.ceil(side / STRIDE) * STRIDE);
    const [columns, tensor] = [SQUARE / 2, this.#tensor];
    const feeds = {
      picture: tensor(padded(part, window, height, width), [height, width, 4]),
      thumbnail: tensor(whole.thumbnail, [SQUARE, SQUARE, 4]),
      vertical: tensor(interpolation(window.top, height, whole.height), [height / 2, columns]),
      horizontal: tensor(interpolation(window.left, width, whole.width), [width / 2, columns]),
    };
    const found = Object.values(await this.#session.run(feeds))[0];
    return cropped(await found.getData(true), window, width);
  }

  /** Give back what it holds. */
  close() {
    return this.#session.release();
  }
}

/** Go on below and on the right as the picture ends. */
function padded(part, { height, width }, tall, wide) {
  if (height === tall && width === wide) return part;
  const result = new Float32Array(4 * tall * wide);
  for (let y = 0, to = 0; y < tall; y++)
    for (let x = 0; x < wide; x++, to += 4) {
      const from = 4 * (Math.min(y, height - 1) * width + Math.min(x, width - 1));
      for (let channel = 0; channel < 4; channel++) result[to + channel] = part[from + channel];
    }
  return result;
}

function cropped(values, { height, width }, wide) {
  if (values.length === 3 * height * width) return values;
  const result = new Float32Array(3 * height * width);
  for (let y = 0; y < height; y++)
    result.set(values.subarray(3 * y * wide, 3 * (y * wide + width)), 3 * y * width);
  return result;
}
