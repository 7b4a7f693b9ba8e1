// Works on one photo, away from the page, which stays quick. The page sends {id, act, ...}, and gets {id, done} or
// {id, wrong} back, and in between {id, progress}. What a photo's work leaves is kept for the next request.
import { Plan, asksForNetwork, cleaned, pixelsOf, strips } from "./recipe/pipeline.js";
import { resized, rounded, taps } from "./recipe/arrays.js";
import { STRIDE } from "./recipe/context.js";
import { plantForest } from "./recipe/wanted.js";
import { areAlike, graphicsRuntime, Network, useRuntime } from "./recipe/network.js";
import { cleanFile, mapsFile, photoFile } from "./work/live.js";
import { decoded, encoded, Told } from "./work/files.js";
import { forgetOthers, largeFile } from "./work/kept.js";
import { withExif } from "./work/exif.js";

const PREVIEW_SIDE = 1000; // pixels, as the page on a server shows
const PNG = { type: "image/png" };
const FORMATS = { png: PNG, jpg: { type: "image/jpeg", quality: 0.95 } };

let forest = null;
let runtimeThreads = 0; // none yet
let network = null;
let graphicsLibrary = null; // until somebody wants it
let work = null; // of the photo that is open: { file, plan, small, smallClean, clean }
let stopped = false;

/** Let messages in, one to stop among them. */
const breathe = () => new Promise((done) => setTimeout(done));

const acts = {
  /** Load the trees, what runs networks, and a network; on the graphics card, if that is wanted and gives the same. */
  async prepare({ threads, runtime, facts, all, graphics }, tell) {
    forest ??= fetch(new URL("recipe/wanted.json", import.meta.url)).then((answer) => answer.json()).then(plantForest);
    const parts = [runtimeThreads ? 0 : runtime.bytes, facts.bytes, graphics && !graphicsLibrary ? graphics.bytes : 0];
    const whole = parts[0] + parts[1] + parts[2];
    const wanted = facts.file + (graphics?.file ?? "");
    let [kept, note] = [true, ""];
    const have = async (one, before) => {
      const found = await largeFile(one, (bytes) => tell({ done: before + bytes, all: whole }));
      kept &&= found.kept;
      return found.bytes;
    };
    await forest;
    runtimeThreads ||= useRuntime(await have(runtime, 0), threads);
    if (network?.wanted !== wanted) {
      const bytes = await have(facts, parts[0]);
      let opened = await openedNetwork(bytes, facts);
      if (graphics) {
        const onCard = await onGraphics(bytes, facts, () => have(graphics, parts[0] + parts[1]));
        const serves = onCard && (await areAlike(opened, onCard));
        if (!serves) note = onCard ? "graphicsDiffers" : "graphicsMissing";
        await (serves ? opened : onCard)?.close();
        if (serves) opened = onCard;
      }
      await network?.close();
      network = Object.assign(opened, { wanted });
      if (work) Object.assign(work, { smallClean: null, clean: null });
      await forgetOthers([runtime, ...all, ...(graphics ? [graphics] : [])]);
    }
    return { threads: runtimeThreads, kept, note };
  },

  /** Read a photo, and say what there is to know about it. */
  async open({ file, most }) {
    const photo = await decoded(file, most);
    const plan = new Plan(photo);
    const small = new Plan(smaller(photo), {}, plan.survey.wanted);
    work = { file, plan, small, smallClean: null, clean: null };
    const { width, height } = photo;
    return { width, height, untouched: plan.scene.untouched, before: await photoFile(small.photo) };
  },

  /** Make the small picture, and what the page needs to make others while a control is moved. */
  async preview({ settings }, tell) {
    const plan = work.small.under(settings);
    const began = performance.now();
    if (asksForNetwork(work.small)) work.smallClean ??= await denoised(work.small, Infinity, tell);
    const seconds = (performance.now() - began) / 1000;
    const { width, height } = plan.photo;
    return {
      after: await pictured(plan, work.smallClean),
      live: {
        photo: await photoFile(plan.photo),
        clean: work.smallClean && (await cleanFile(work.smallClean)),
        maps: mapsFile(plan, work.smallClean),
      },
      pace: work.smallClean ? seconds / (width * height) : 0, // seconds a pixel
    };
  },

  /** Make the small picture under other settings; the network rests. */
  async redraw({ settings }) {
    const plan = work.small.under(settings);
    return { after: await pictured(plan, work.smallClean), maps: mapsFile(plan, work.smallClean) };
  },

  /** Make a part of the picture at full size, and the same part of the photo; null until the whole was made once. */
  async part({ settings, share }) {
    const plan = work.plan.under(settings);
    const { clean } = work;
    if (!clean && asksForNetwork(plan)) return null;
    const { width, height } = plan.photo;
    const [left, top] = [share.left * width, share.top * height].map(Math.floor);
    const window = { left, top, width: Math.min(Math.ceil(share.width * width), width - left), height: 0 };
    window.height = Math.min(Math.ceil(share.height * height), height - top);
    const before = [{ top: 0, height: window.height, data: pixelsOf(plan.photo, window) }];
    const [first, second] = [before, strips(plan, clean, window)].map((one) =>
      encoded(one, window.width, window.height, PNG),
    );
    const size = { width: window.width / width, height: window.height / height };
    const place = { left: left / width, top: top / height, ...size };
    return { before: await first, after: await second, place };
  },

  /** Make the whole picture as a file. */
  async whole({ settings, format, tile }, tell) {
    stopped = false;
    const { photo } = work.plan;
    const plan = work.plan.under(settings);
    if (asksForNetwork(plan)) {
      if (photo === work.small.photo) work.clean ??= work.smallClean;
      work.clean ??= await denoised(work.plan, tile, tell);
    }
    const between = async () => {
      await breathe();
      if (stopped) throw new Told("stopped");
    };
    const picture = await encoded(strips(plan, work.clean), photo.width, photo.height, FORMATS[format], between);
    return { picture: await withExif(picture, work.file) };
  },
};

async function openedNetwork(bytes, facts) {
  try {
    return await Network.open(bytes, facts);
  } catch (error) {
    console.warn(error);
    throw new Told("noRuntime");
  }
}

/** A network on the graphics card; null where there is none, or it cannot be used. */
async function onGraphics(bytes, facts, load) {
  try {
    graphicsLibrary ??= await graphicsRuntime(await load());
    return await Network.open(bytes, facts, graphicsLibrary);
  } catch (error) {
    if (error instanceof Told) throw error;
    console.info(error);
    return null;
  }
}

/** Take a plan's photo through the network. */
async function denoised(plan, tile, tell) {
  const side = Math.ceil(Math.max(plan.photo.width, plan.photo.height) / STRIDE) * STRIDE;
  const steps = cleaned(plan, network, Math.min(tile, side));
  stopped = false;
  for (;;) {
    const { value, done } = await steps.next();
    if (done) return value;
    tell({ share: value });
    await breathe();
    if (stopped) throw new Told("stopped");
  }
}

const pictured = (plan, clean) => encoded(strips(plan, clean), plan.photo.width, plan.photo.height, PNG);

/** The photo with a long side of at most `PREVIEW_SIDE` pixels, each the mean of what it covers. */
function smaller(photo) {
  const { width, height, data } = photo;
  const scale = PREVIEW_SIDE / Math.max(width, height);
  if (scale >= 1) return photo;
  const [cols, rows] = [width, height].map((side) => Math.max(1, rounded(side * scale)));
  const shape = { rows: height, cols: width, channels: 4 };
  const mixed = resized(data, shape, taps(height, rows, true), taps(width, cols, true));
  return { width: cols, height: rows, data: Uint8ClampedArray.from(mixed, rounded) };
}

/** What people are told of an error. */
function toldOf(error) {
  if (error instanceof Told) return { word: error.word, values: error.values };
  console.warn(error);
  const memory = error instanceof RangeError || /memory|alloc|OOM/i.test(String(error?.message ?? error));
  return { word: memory ? "noMemory" : "brokeOffHere", values: {} };
}

let turn = Promise.resolve(); // one after the other: a photo's work is in one place

self.onmessage = ({ data: { id, act, ...wishes } }) => {
  if (act === "stop") stopped = true;
  else turn = turn.then(() => answer(id, act, wishes));
};

async function answer(id, act, wishes) {
  try {
    const done = await acts[act](wishes, (progress) => self.postMessage({ id, progress }));
    self.postMessage({ id, done });
  } catch (error) {
    self.postMessage({ id, wrong: toldOf(error) });
  }
}
