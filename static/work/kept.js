// Fetches the large files, tells how far they are, checks each against its hash and keeps it, so that it is fetched
// once. Their names hold their hashes: what is kept never grows old.
import { Told } from "./files.js";

const STORE = "large-files";

/**
 * A file's bytes, from the browser's store or fetched.
 * @param {{file: string, bytes: number, sha256: string}} facts
 * @param {function(number)} tell is given the bytes that have arrived.
 * @returns {Promise<{bytes: Uint8Array, kept: boolean}>} `kept`: whether the browser lets the page keep it.
 */
export async function largeFile(facts, tell) {
  const address = new URL(`../${facts.file}`, import.meta.url).href;
  const store = await self.caches?.open(STORE).catch(() => null);
  const known = await store?.match(address);
  if (known) {
    const bytes = new Uint8Array(await known.arrayBuffer());
    if (await matches(bytes, facts)) return { bytes, kept: true };
    await store.delete(address);
  }
  const bytes = await fetched(address, facts.bytes, tell);
  if (!(await matches(bytes, facts))) throw new Told("damagedNetwork");
  try {
    await store.put(address, new Response(bytes));
    return { bytes, kept: true };
  } catch {
    return { bytes, kept: false }; // there is no store, or no room in it
  }
}

/** Give back the room of files that are wanted no more. */
export async function forgetOthers(files) {
  const wanted = files.map(({ file }) => new URL(`../${file}`, import.meta.url).href);
  const store = await self.caches?.open(STORE).catch(() => null);
  for (const { url } of (await store?.keys()) ?? []) if (!wanted.includes(url)) await store.delete(url);
}

async function fetched(address, length, tell) {
  const bytes = new Uint8Array(length);
  let at = 0;
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    for (const reader = answer.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > length) throw new Told("damagedNetwork");
      bytes.set(value, at);
      tell((at += value.length));
    }
  } catch (error) {
    throw error instanceof Told ? error : new Told("networkMissing");
  }
  return bytes.subarray(0, at);
}

/** Whether bytes have their SHA-256. Pages without encryption are not given the means to tell, but for their number. */
async function matches(bytes, { bytes: length, sha256 }) {
  if (bytes.length !== length) return false;
  if (!self.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
