// Runs a network file with ONNX Runtime's WebAssembly: lowlight/network/session.py.
import * as ort from "../ort/ort.wasm.min.mjs";
import { interpolation, SQUARE, STRIDE } from "./context.js";

const EXECUTION = { executionProviders: ["wasm"], graphOptimizationLevel: "all", logSeverityLevel: 3 };

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

/** A network that cleans a brightened photo, is told by how much each part was brightened, and about the whole. */
export class Network {
  #session;

  /**
   * Open a network.
   * @param {Uint8Array} bytes the ONNX file.
   * @param {{halo: number}} facts how much of the surroundings of a part it must be given, in pixels.
   */
  static async open(bytes, { halo }) {
    const network = new Network();
    network.halo = halo;
    network.#session = await ort.InferenceSession.create(bytes, EXECUTION);
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
    const columns = SQUARE / 2;
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

const tensor = (values, shape) => new ort.Tensor("float32", values, [1, ...shape]);

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
