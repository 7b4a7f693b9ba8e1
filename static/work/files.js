// From a file to pixels and back, in a worker, in bounded pieces.
const ROWS = 512; // of the canvas through which pixels go: browsers have no room for very large ones

/** Something that people are told: the name of a sentence in the page's words, and its values. */
export class Told extends Error {
  constructor(word, values = {}) {
    super(word);
    Object.assign(this, { word, values });
  }
}

function surface(width, height) {
  if (!self.OffscreenCanvas) throw new Told("tooOld");
  const canvas = new OffscreenCanvas(width, height);
  // without transparency: what is transparent lies over black, as in files/color.py
  return { canvas, context: canvas.getContext("2d", { alpha: false, willReadFrequently: true }) };
}

/**
 * Read a photo: upright, in sRGB.
 * @param {Blob} file
 * @param {number} most pixels that are taken.
 * @returns {Promise<import("../recipe/survey.js").Photo>}
 */
export async function decoded(file, most) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Told(/hei[cf]$/i.test(file.type || file.name || "") ? "noHeic" : "unreadable");
  }
  const { width, height } = bitmap;
  try {
    const megapixels = Math.round((width * height) / 1e6);
    if (width * height > most) throw new Told("tooManyPixels", { megapixels, most: most / 1e6 });
    const data = new Uint8ClampedArray(4 * width * height);
    const { context } = surface(width, Math.min(ROWS, height));
    for (let top = 0; top < height; top += ROWS) {
      const rows = Math.min(ROWS, height - top);
      context.fillRect(0, 0, width, ROWS);
      context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
      data.set(context.getImageData(0, 0, width, rows).data, 4 * top * width);
    }
    return { width, height, data };
  } finally {
    bitmap.close();
  }
}

/**
 * Write a picture that comes in strips, from the top down.
 * @param {Iterable<{top: number, height: number, data: Uint8ClampedArray}>} strips
 * @param {{type: string, quality: number}} format
 * @param {function(number): Promise} between is told the share of rows that is done, and waited for.
 */
export async function encoded(strips, width, height, format, between = async () => {}) {
  const { canvas, context } = surface(width, height);
  if (!context) throw new Told("noMemory");
  for (const strip of strips) {
    context.putImageData(new ImageData(strip.data, width, strip.height), 0, strip.top);
    await between((strip.top + strip.height) / height);
  }
  const blob = await canvas.convertToBlob(format);
  if (blob.type !== format.type) throw new Told("noMemory");
  return blob;
}
