// The network, and what runs it: fetched once, and made ready before the first photo needs them.
import { megabytes } from "./said.js";

const { lowlight } = window;
const MOST_THREADS = 4;
const { userAgent, maxTouchPoints } = navigator;
const ON_IOS = /iP(hone|ad|od)/.test(userAgent) || (/Mac/.test(userAgent) && maxTouchPoints > 1); // threads break there
// a function with one instruction of SIMD
const SIMD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0],
  ...[65, 0, 253, 15, 253, 98, 11],
];

/** Whether the browser can run a network at all. */
export const isAble = () => WebAssembly.validate(Uint8Array.from(SIMD));

/** Whether the browser may have a network run on a graphics card. */
export const hasGraphics = () => "gpu" in navigator && "Suspending" in WebAssembly;

let prepared = null;

/**
 * Have the chosen network ready, made so anew after something failed.
 * @param {{quality: string, graphics: boolean}} chosen which network, and whether a graphics card is to run it.
 * @param {function({done: string, all: string})} arriving is given megabytes.
 * @param {function(string)} note is given the name of a sentence, where the graphics card is not used after all.
 */
export function prepare(worker, { quality, graphics }, arriving, note) {
  const name = `${quality} ${graphics}`;
  if (prepared?.name === name) return prepared.ready;
  const { networks, runtime } = lowlight;
  const threads = ON_IOS ? 1 : Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS);
  const wishes = { threads, runtime, facts: networks[quality], all: Object.values(networks) };
  if (graphics) wishes.graphics = lowlight.graphics;
  const tell = ({ done, all }) => arriving({ done: megabytes(done), all: megabytes(all) });
  const mine = (prepared = { name, ready: worker.ask("prepare", wishes, tell) });
  mine.ready.then(
    ({ threads: used, kept, note: word }) => {
      document.documentElement.dataset.threads = used;
      document.documentElement.dataset.graphics = graphics && !word;
      if (word) note(word);
      if (!kept) lowlight.tell(lowlight.words.notKept, 8);
    },
    () => (prepared = prepared === mine ? null : prepared),
  );
  return mine.ready;
}
