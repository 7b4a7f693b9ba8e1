// What the page does in the browser: shows what the server says, tells it what people do, and keeps the visit.
(() => {
  "use strict";
  const lowlight = window.lowlight;
  const words = lowlight.words;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // -- To the server ------------------------------------------------------------------------------------------------
  // Events of these names arrive at one element, and Gradio passes them on (app.py: RELAYED). Until it is there they wait.
  const waiting = [];
  const relay = () => one("#browser-events .events[data-ready]");
  lowlight.signal = (name, detail = {}) => {
    const events = relay();
    if (events) events.dispatchEvent(new CustomEvent(name, { detail }));
    else waiting.push([name, detail]);
  };
  lowlight.ready = () => {
    for (const [name, detail] of waiting.splice(0)) lowlight.signal(name, detail);
  };

  // The server has chosen the language (i18n/localized.py). Gradio writes the browser's, spoken or not, once it has loaded it.
  const speak = () => {
    const page = document.documentElement;
    if (page.lang !== lowlight.language) page.lang = lowlight.language;
  };
  new MutationObserver(speak).observe(document.documentElement, { attributeFilter: ["lang"] });
  speak();

  // -- From the server ----------------------------------------------------------------------------------------------
  // One element holds what there is to show, as JSON (markup.shown): pictures, sizes, addresses, the settings' link.
  let shown = {};
  let live = null; // { key, finish }: the picture made in the browser while a control is moved
  const view = () => one("#view");

  const show = () => {
    const element = one("#shown [data-shown]");
    const picture = view();
    if (!element || !picture) return;
    const text = element.dataset.shown;
    if (text === shown.text) return;
    const before = shown;
    shown = { text, ...JSON.parse(text) };
    if (shown.visit) sessionStorage.setItem("visit", shown.visit);
    if (shown.gone) sessionStorage.removeItem("visit");
    // Another process answers: the page was started anew, or a copy of it took over. It does not know the photo, and
    // Gradio would wait for its results on a stream of the one that is no more. The page comes anew, to what is there.
    if (before.visit && shown.process !== before.process && !shown.gone) return location.reload();
    if (!shown.pair) picture.clear();
    else if (shown.size) document.documentElement.style.setProperty("--ratio", shown.size.width / shown.size.height);
    if (shown.pair && (JSON.stringify(shown.pair) !== JSON.stringify(before.pair) || shown.key !== before.key))
      picture.show({ ...shown.pair, ...shown.size, key: shown.key });
    if (shown.part && JSON.stringify(shown.part) !== JSON.stringify(before.part)) picture.part(shown.part);
    if (shown.done && !before.done) picture.refresh();
    prepare();
    lowlight.pin();
    document.documentElement.classList.toggle("can-copy", Boolean(lowlight.take?.canCopy()));
    document.documentElement.classList.toggle("can-share", Boolean(lowlight.take?.canShare()));
  };
  new MutationObserver(show).observe(document, { childList: true, subtree: true, attributeFilter: ["data-shown"] });
  Object.defineProperty(lowlight, "shown", { get: () => shown });

  // -- A moved control is seen at once ------------------------------------------------------------------------------
  const LIVE_MILLISECONDS = 20; // for the first picture; grain and getting it on the screen take as much again each
  const settled = () =>
    new Promise((done) => {
      const after = one("#view").sheets.after.firstElementChild;
      if (after && shown.pair && after.src?.endsWith(shown.pair.after)) done();
      else one("#view").addEventListener("shown", done, { once: true });
    });
  const prepare = async () => {
    if (live && shown.key !== live.photo) {
      live.finish?.close();
      live = null;
    }
    const key = shown.live?.key;
    if (!key || live?.key === key || !lowlight.LiveFinish) return;
    await settled(); // the picture comes first
    if (shown.live?.key !== key || live?.key === key) return;
    live?.finish?.close();
    const mine = (live = { key, photo: shown.key, finish: null });
    const finish = await lowlight.LiveFinish.open(shown.live, LIVE_MILLISECONDS);
    if (live !== mine) return finish?.close();
    mine.finish = finish;
    if (finish) await warmUp(mine);
  };

  /** Have ready, while nothing else is to be done, what else a control may need: its first picture comes late otherwise. */
  const warmUp = async (mine) => {
    const { finish } = mine;
    for (const asked of [{ warmth: 0.1 }, { denoise: 0.9 }, { warmth: 0.1, denoise: 0.9 }, { look: "night" }, {}]) {
      await new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done));
      if (live !== mine || finish.canvas.isConnected) return; // it is in use already
      finish.render(asked);
    }
    await view().warm(finish.canvas);
  };

  /** What the controls stand at, in the units of the library's settings. */
  const settings = () => {
    const found = { look: one("#look input:checked")?.value || "natural" };
    for (const control of all(".control")) {
      const input = one("input[type=range]", control);
      if (input) found[control.id] = Number(input.value) / (control.matches(".hundred") ? 100 : 1);
    }
    return found;
  };
  let frame = 0;
  const drawLive = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const canvas = live?.finish?.render(settings());
      if (canvas) view().live(canvas);
    });
  };

  let rest;
  const settle = (patience = 100) => {
    clearTimeout(rest);
    rest = setTimeout(() => lowlight.signal("settled"), patience);
  };
  const listen = (name, handle) => window.addEventListener(name, handle, { capture: true, passive: false });
  listen("input", (event) => {
    const control = event.target.closest?.(".control");
    if (control && !control.matches("#clip_limit, #tile_grid")) drawLive();
    if (event.target.closest?.("#look")) setTimeout(drawLive);
  });
  listen("change", (event) => {
    if (event.target.closest?.(".control")) settle();
  });
  listen("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    if (event.target.matches?.("input[type=text], input[type=number], textarea")) return;
    event.preventDefault();
    one(event.shiftKey ? "#redo" : "#undo")?.click();
  });

  // -- The visit ----------------------------------------------------------------------------------------------------
  // What is there survives a reload, a lost connection and a locked phone: the tab keeps a token, the server the rest.
  const visit = sessionStorage.getItem("visit");
  const linked = location.hash.slice(1);
  if (visit || linked) lowlight.signal("resumed", { visit: visit || "", link: linked });
  if (visit) document.documentElement.classList.add("resuming");
  setTimeout(() => document.documentElement.classList.remove("resuming"), 4000);

  // Gradio says in English that the connection is lost, tries every two seconds, and loads the page anew when it is back.
  new MutationObserver(() => {
    const lost = all(".toast-body.error").some((toast) => /connection|reconnect/i.test(toast.textContent));
    document.documentElement.classList.toggle("lost", lost);
    if (lost && !one("#lost")) {
      const line = document.createElement("p");
      line.id = "lost";
      line.role = "alert";
      line.textContent = words.lost;
      (one(".gradio-container") || document.body).append(line);
    }
  }).observe(document, { childList: true, subtree: true });

  // -- Links and what can be taken along ------------------------------------------------------------------------------
  const copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  const acts = {
    link: async () => {
      await copyText(`${location.href.split("#")[0]}#${shown.link || ""}`);
      lowlight.tell(words.linkCopied);
    },
    copy: async () => told(await lowlight.take.copy(shown.result.url)),
    share: async () => told(await lowlight.take.share(shown.result.url, shown.result.name)),
    picture: () => make("picture"),
    film: () => make("film"),
  };
  const told = ({ sentence }) => sentence && lowlight.tell(sentence);
  const make = (kind) => {
    lowlight.tell(words.making, 30);
    lowlight.signal("keepsake", { kind });
  };
  // What was made is saved as soon as the server says where it lies, or its sentence is told.
  let kept = null;
  const keep = async () => {
    const found = one("#kept [data-kind]");
    if (!found || found === kept) return;
    kept = found;
    if (found.matches("a")) {
      const { sentence } = await lowlight.take.save(found.getAttribute("href"), found.download);
      lowlight.tell(sentence || words.made);
    } else lowlight.tell(found.textContent);
  };
  new MutationObserver(keep).observe(document, { childList: true, subtree: true });
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest?.("[data-take=share], [data-take=copy]")) lowlight.take.prepare(shown.result.url);
  });

  document.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-take]")?.dataset.take;
    if (act) acts[act]();
    const sample = event.target.closest?.("[data-sample]");
    if (sample) {
      lowlight.signal("picked", { file: sample.dataset.sample });
      lowlight.toTop();
      view().addEventListener("shown", () => one("#look input:checked")?.focus({ preventScroll: true }), { once: true });
    }
  });
  // Events of the picture do not bubble: they are taken on their way down.
  document.addEventListener("look", (event) => {
    if (event.target.id === "view" && shown.done) lowlight.signal("looked", event.detail);
  }, true);
})();
