// Fetches a network, tells how far it is, and checks that it is the one that is meant.
import { Network } from "../recipe/network.js";
import { Told } from "./files.js";

/**
 * Fetch and open a network.
 * @param {{file: string, bytes: number, sha256: string, halo: number}} facts
 * @param {function(number)} tell is given the bytes that have arrived.
 */
export async function opened(facts, tell) {
  const bytes = await fetched(new URL(`../networks/${facts.file}`, import.meta.url), facts.bytes, tell);
  if (!(await matches(bytes, facts.sha256))) throw new Told("damagedNetwork");
  try {
    return await Network.open(bytes.buffer, facts);
  } catch (error) {
    console.warn(error);
    throw new Told("noRuntime");
  }
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

/** Whether bytes have this SHA-256. Pages without encryption are not given the means to tell. */
async function matches(bytes, wanted) {
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === wanted;
}
