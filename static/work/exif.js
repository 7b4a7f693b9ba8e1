// Camera, exposure and date go on to the result; the place, thumbnails, serial numbers and texts do not. As
// lowlight/files/exif.py, for photos that are JPEG.
import { CAMERA, EXPOSURE } from "./tags.js";

const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]; // bytes of a value, by EXIF's types
const LONGEST = 200; // bytes of a value that is kept
const EXIF = 0x45786966; // "Exif"
const EXIF_IFD = 0x8769;
const COLOUR_SPACE = 0xa001;
const HEAD = 262144; // of a file, in which EXIF stands

/** The result with what may be kept of the photo's EXIF; as it is where there is none, or it is broken. */
export async function withExif(picture, photo) {
  try {
    const tiff = keptExif(new DataView(await photo.slice(0, HEAD).arrayBuffer()));
    return tiff ? inserted(picture, tiff) : picture;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return picture; // it points beyond its end
  }
}

/** A new EXIF block with what may be kept, or null. */
export function keptExif(file) {
  const tiff = tiffIn(file);
  if (!tiff) return null;
  const little = tiff.getUint16(0) === 0x4949;
  const first = entries(tiff, tiff.getUint32(4, little), little);
  const pointer = first.get(EXIF_IFD);
  const camera = sifted(first, CAMERA);
  const exposure = pointer ? sifted(entries(tiff, pointer.view.getUint32(0, little), little), EXPOSURE) : [];
  if (!camera.length && !exposure.length) return null;
  exposure.push({ tag: COLOUR_SPACE, type: 3, count: 1, bytes: Uint8Array.of(1, 0) }); // sRGB
  return written(camera, exposure);
}

/** The TIFF structure in a JPEG's EXIF segment, or null. */
function tiffIn(file) {
  if (file.byteLength < 4 || file.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < file.byteLength; ) {
    const [marker, length] = [file.getUint16(at), file.getUint16(at + 2)];
    if (marker === 0xffda || marker >> 8 !== 0xff) return null;
    if (marker === 0xffe1 && file.getUint32(at + 4) === EXIF) return new DataView(file.buffer, at + 10, length - 8);
    at += 2 + length;
  }
  return null;
}

/** A directory's values by their tags. */
function entries(tiff, at, little) {
  const found = new Map();
  const count = tiff.getUint16(at, little);
  for (let entry = at + 2; entry < at + 2 + 12 * count; entry += 12) {
    const [tag, type] = [tiff.getUint16(entry, little), tiff.getUint16(entry + 2, little)];
    const many = tiff.getUint32(entry + 4, little);
    const size = (SIZES[type] ?? 0) * many;
    if (!size || size > LONGEST) continue;
    const place = size > 4 ? tiff.getUint32(entry + 8, little) : entry + 8;
    found.set(tag, { tag, type, count: many, little, view: new DataView(tiff.buffer, tiff.byteOffset + place, size) });
  }
  return found;
}

function sifted(found, wanted) {
  const values = wanted.filter((tag) => found.has(tag)).map((tag) => found.get(tag));
  return values.map((value) => ({ ...value, bytes: littleEndian(value) }));
}

/** A value's bytes, the lowest first. */
function littleEndian({ view, type, little }) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  const unit = type === 5 || type === 10 ? 4 : SIZES[type]; // fractions are two numbers of four bytes
  if (!little && unit > 1) for (let at = 0; at < bytes.length; at += unit) bytes.subarray(at, at + unit).reverse();
  return bytes;
}

/** A TIFF structure of two directories, little-endian. */
function written(camera, exposure) {
  const start = 8;
  const second = start + 2 + 12 * (camera.length + 1) + 4;
  const beside = second + 2 + 12 * exposure.length + 4;
  const long = [...camera, ...exposure].filter(({ bytes }) => bytes.length > 4);
  const tiff = new DataView(new ArrayBuffer(long.reduce((sum, { bytes }) => sum + even(bytes.length), beside)));
  const all = new Uint8Array(tiff.buffer);
  all.set([0x49, 0x49, 42, 0, start, 0, 0, 0]);
  let free = beside;
  const directory = (at, values) => {
    tiff.setUint16(at, values.length, true);
    for (const [index, { tag, type, count, bytes }] of values.sort((a, b) => a.tag - b.tag).entries()) {
      const entry = at + 2 + 12 * index;
      tiff.setUint16(entry, tag, true);
      tiff.setUint16(entry + 2, type, true);
      tiff.setUint32(entry + 4, count, true);
      if (bytes.length <= 4) all.set(bytes, entry + 8);
      else {
        tiff.setUint32(entry + 8, free, true);
        all.set(bytes, free);
        free += even(bytes.length);
      }
    }
  };
  const pointer = new DataView(new ArrayBuffer(4));
  pointer.setUint32(0, second, true);
  directory(start, [...camera, { tag: EXIF_IFD, type: 4, count: 1, bytes: new Uint8Array(pointer.buffer) }]);
  directory(second, exposure);
  return all;
}

const even = (length) => length + (length % 2);

/** A JPEG or PNG with an EXIF block in it. */
async function inserted(picture, tiff) {
  if (picture.type === "image/jpeg") {
    const head = new DataView(new ArrayBuffer(12));
    head.setUint32(0, 0xffd8ffe1);
    head.setUint16(4, tiff.length + 8);
    head.setUint32(6, EXIF); // and two zeros
    return new Blob([head.buffer, tiff, picture.slice(2)], { type: picture.type });
  }
  const chunk = new Uint8Array(12 + tiff.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, tiff.length);
  chunk.set([0x65, 0x58, 0x49, 0x66], 4); // eXIf
  chunk.set(tiff, 8);
  view.setUint32(8 + tiff.length, checksum(chunk.subarray(4, 8 + tiff.length)));
  const header = 33; // the signature and the first chunk
  return new Blob([picture.slice(0, header), chunk, picture.slice(header)], { type: picture.type });
}

/** CRC-32, as PNG wants it. */
function checksum(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
