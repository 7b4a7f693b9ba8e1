// The page: takes a photo, shows what the worker makes of it, and hands the result over. Pictures are shown small at
// first; the whole one is made on request, since it takes a phone a while.
import { Asked } from "./work/ask.js";
import { format, reset, settings, writeAll, written } from "./work/controls.js";
import { hasGraphics, isAble, prepare } from "./work/network.js";
import { complain, forgive, inWords, isWorking, phase, progress, tell } from "./work/said.js";

const { lowlight } = window;
const { words, said, take } = lowlight;
const one = (selector) => document.querySelector(selector);
const view = one("#view");
const worker = new Asked();

const TILE = 768; // pixels a side: 1024 takes a sixth more memory and no less time, and Stop waits for a tile
const AT_ONCE = 3; // seconds: what takes less is made without being asked for
const FINISH_PACE = 3e-7; // seconds a pixel for all but the network, on two slow cores
const LIVE_MILLISECONDS = 20;

let open = null; // what there is of the photo on the page
let latest = null; // the photo that came last: it is `open`, or on its way there
let count = 0;

/** Have the chosen network ready, and say meanwhile how much of it has arrived. */
function ready() {
  const chosen = { quality: one("#quality").value, graphics: one("#graphics input").checked };
  const arriving = (how) => {
    if (isWorking()) progress(said(words.fetching, how), how.done / how.all);
  };
  return prepare(worker, chosen, arriving, (word) => lowlight.tell(words[word], 8));
}

// -- A photo ----------------------------------------------------------------------------------------------------------

/** The address of a picture or a file under a name; the one that had the name before is given back. */
function address(name, blob) {
  URL.revokeObjectURL(open.addresses.get(name));
  const made = URL.createObjectURL(blob);
  open.addresses.set(name, made);
  return made;
}

function leave() {
  open?.live?.close();
  for (const made of open?.addresses.values() ?? []) URL.revokeObjectURL(made);
}

lowlight.send = ([file, ...others]) => {
  if (others.length) lowlight.tell(words.oneAtATime);
  if (file.size > lowlight.maxBytes) {
    const facts = { names: file.name, limit: Math.round(lowlight.maxBytes / 2 ** 20) };
    return complain({ word: "tooLarge", values: facts });
  }
  opened(file);
};

async function opened(file) {
  const mine = (latest = { file, key: ++count, addresses: new Map(), pace: 0 });
  worker.stop();
  forgive();
  phase("working");
  progress(said(words.reading, { name: file.name }));
  try {
    await ready();
    const photo = await worker.ask("open", { file, most: lowlight.maxPixels });
    if (latest !== mine) return;
    leave();
    open = Object.assign(mine, { width: photo.width, height: photo.height, untouched: photo.untouched });
    one("#facts h2").textContent = file.name;
    tell("");
    document.documentElement.style.setProperty("--ratio", photo.width / photo.height);
    open.before = address("before", photo.before);
    show(open.before);
    await preview();
  } catch (error) {
    if (latest !== mine) return;
    latest = open;
    complain(error);
    phase(open ? "done" : "empty");
    if (open) offer();
  }
}

/** Show a picture beside the photo. */
function show(after, before = open.before) {
  const { width, height, key } = open;
  open.after = after;
  return view.show({ before, after, width, height, key });
}

async function preview() {
  const mine = open;
  phase("working");
  progress(words.brightening);
  open.whole = null;
  const wished = wish();
  const chosen = settings();
  const made = await worker.ask("preview", { settings: chosen }, ({ share }) => progress(words.brightening, share));
  if (latest !== mine) return;
  open.pace = made.pace;
  open.files = made.live;
  open.settled = chosen;
  show(address("after", made.after));
  phase("done");
  tell(open.untouched ? words.bright : words.seenPreview);
  offer();
  await openLive();
  if (latest !== mine || isWorking()) return;
  if (wish() !== wished) await settle();
  else if (seconds() < AT_ONCE) await whole();
}

// -- A moved control is seen at once ----------------------------------------------------------------------------------

async function openLive() {
  const mine = open;
  const { photo, clean, maps } = mine.files;
  const files = { photo: address("photo", photo), maps: address("maps", maps) };
  files.clean = clean && address("clean", clean);
  const finish = await lowlight.LiveFinish.open(files, LIVE_MILLISECONDS);
  if (latest !== mine) return finish?.close();
  mine.live?.close();
  mine.live = finish;
}

let frame = 0;
function drawLive() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
    const canvas = open?.live?.render(settings());
    if (canvas) view.live(canvas);
  });
}

let settling = null;
/** Have the small picture made exactly as the controls stand; while one is made, the next waits for the last wish. */
async function settle() {
  const mine = open;
  if (!mine || isWorking()) return;
  if (settling) return (settling = "again");
  settling = "once";
  try {
    const before = open.settled;
    const wished = settings();
    const made = await worker.ask("redraw", { settings: wished });
    if (latest !== mine) return;
    view.addEventListener("shown", () => view.refresh(), { once: true });
    show(address("after", made.after));
    open.settled = wished;
    offer();
    const contrast = (of) => [of.clip_limit, of.tile_grid].join();
    if (open.files && contrast(wished) !== contrast(before)) {
      open.files.maps = made.maps;
      await openLive();
    }
  } catch (error) {
    complain(error);
  } finally {
    const again = settling === "again";
    settling = null;
    if (again) settle();
  }
}

// -- Zoomed in: sharper than the small picture, where the network has made the whole one ------------------------------
let looking = 0;
view.addEventListener("look", async ({ detail: { x, y, width, height } }) => {
  const [mine, mineLook] = [open, ++looking];
  if (!open?.denoised || isWorking() || open.whole?.wish === wish()) return;
  const share = { left: Math.max(x - width / 2, 0), top: Math.max(y - height / 2, 0), width, height };
  const wished = wish();
  const part = await worker.ask("part", { settings: settings(), share }).catch(() => null);
  if (!part || open !== mine || looking !== mineLook || wish() !== wished) return;
  const pictures = { before: address("part before", part.before), after: address("part after", part.after) };
  view.part({ ...pictures, ...part.place });
});

// -- The whole picture ------------------------------------------------------------------------------------------------

const wish = () => JSON.stringify([settings(), format(open.file)]);
const seconds = () => open.width * open.height * ((open.denoised ? 0 : open.pace) + FINISH_PACE);

/** Say on the button what it does. */
function offer() {
  const button = one("#download");
  const megapixels = ((open.width * open.height) / 1e6).toLocaleString(lowlight.language, { maximumFractionDigits: 1 });
  const there = open.whole || open.denoised;
  button.textContent = there ? words.download : said(words.whole, { megapixels, time: inWords(seconds()) });
  button.disabled = false;
  one("#take").hidden = open.whole?.wish !== wish();
}

function nameOf(file, kind) {
  return `${file.name.replace(/\.[^.]*$/, "") || "photo"}_enhanced.${kind}`;
}

async function whole() {
  const mine = open;
  const [wished, kind] = [wish(), format(open.file)];
  const began = performance.now();
  phase("working");
  one("#stop").hidden = false;
  progress(said(words.makingWhole, { share: 0 }), 0, seconds());
  const tellShare = ({ share }) => {
    const left = ((performance.now() - began) / 1000 / share) * (1 - share);
    progress(said(words.makingWhole, { share: Math.round(100 * share) }), share, left);
  };
  try {
    const made = await worker.ask("whole", { settings: settings(), format: kind, tile: TILE }, tellShare);
    if (latest !== mine) return;
    open.denoised = true;
    open.whole = { wish: wished, url: address("whole", made.picture), name: nameOf(open.file, kind) };
    show(open.whole.url, (open.original ??= address("original", open.file)));
    const took = ((performance.now() - began) / 1000).toLocaleString(lowlight.language, { maximumFractionDigits: 1 });
    tell(`${words.seenWhole} ${said(words.took, { seconds: took })}`);
  } catch (error) {
    if (latest === mine) complain(error);
  } finally {
    one("#stop").hidden = true;
    if (latest === mine) {
      phase("done");
      offer();
      if (wish() !== wished) settle();
    }
  }
}

// -- What people do ---------------------------------------------------------------------------------------------------

async function download() {
  const first = !open.whole && !open.denoised;
  if (open.whole?.wish !== wish()) await whole();
  if (!first && open.whole?.wish === wish()) {
    const { sentence } = await take.save(open.whole.url, open.whole.name);
    if (sentence) lowlight.tell(sentence);
  }
}

const taken = {
  copy: () => take.copy(open.whole.url),
  share: () => take.share(open.whole.url, open.whole.name),
};

document.addEventListener("click", async ({ target }) => {
  const act = target.closest("[data-take]")?.dataset.take;
  if (act) {
    const { sentence } = await taken[act]();
    if (sentence) lowlight.tell(sentence);
  }
  const sample = target.closest("[data-sample]")?.dataset.sample;
  if (sample) {
    lowlight.toTop();
    const answer = await fetch(`examples/${sample}`).catch(() => null);
    const found = answer?.ok ? await answer.blob() : null;
    if (found) lowlight.send([new File([found], sample, { type: found.type })]);
    else lowlight.tell(words.unreachable);
  }
});
one("#download").addEventListener("click", download);
one("#stop").addEventListener("click", () => worker.stop());
one("#format").addEventListener("change", () => open && offer());
one("#reset").addEventListener("click", () => {
  reset();
  drawLive();
  settle();
});
async function changeNetwork() {
  try {
    if (open) phase("working");
    await ready();
    if (open) {
      open.denoised = false;
      await preview();
    }
  } catch (error) {
    complain(error);
    phase(open ? "done" : "empty");
  }
}
for (const choice of ["#quality", "#graphics input"]) one(choice).addEventListener("change", changeNetwork);
one("#side").addEventListener("input", ({ target }) => {
  const control = target.closest(".control");
  if (control) written(control);
  if (control || target.closest("#look")) drawLive();
});
one("#side").addEventListener("change", ({ target }) => {
  if (target.closest(".control, #look")) settle();
});

// -- At the start -----------------------------------------------------------------------------------------------------

document.documentElement.classList.toggle("can-copy", take.canCopy());
document.documentElement.classList.toggle("can-share", take.canShare());
one("#graphics").hidden = !hasGraphics();
writeAll();
new ResizeObserver(lowlight.pin).observe(one("#desk"));
if (!isAble()) complain({ word: "tooOld" });
else if (!navigator.connection?.saveData) (window.requestIdleCallback ?? setTimeout)(() => ready());
navigator.serviceWorker?.register("service-worker.js").catch(() => {});
document.documentElement.dataset.ready = "";
