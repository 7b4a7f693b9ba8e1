// What the page does in the browser: takes photos that are dropped or pasted anywhere, tells the server when a control
// has come to rest, and keeps the before/after picture from catching the page's scrolling.
(() => {
  "use strict";
  const one = (selector, within = document) => within.querySelector(selector);
  const signal = (name, detail) => {
    const events = one("#browser-events .events");
    if (events) events.dispatchEvent(new CustomEvent(name, { detail }));
  };
  window.lowlight.signal = signal; // for the other scripts: tells the server; app.py lists the names (RELAYED)

  // The server has chosen the language (i18n/localized.py). Gradio writes the browser's, spoken or not, once it has loaded it.
  const speak = () => {
    const page = document.documentElement;
    if (page.lang !== window.lowlight.language) page.lang = window.lowlight.language;
  };
  new MutationObserver(speak).observe(document.documentElement, { attributeFilter: ["lang"] });
  speak();

  // -- Photos come in ------------------------------------------------------------------------------------------------
  // Browsers know no type for HEIC and other files, and Gradio's input drops those without a word: they are given one,
  // and whether the file is a photo is decided by the server, which can say what is wrong with it.
  const typed = (file) =>
    file.type.startsWith("image/") ? file : new File([file], file.name, { type: "image/x-unknown" });

  const offer = (file, patience = 50) => {
    if (file.size > window.lowlight.maxBytes) {
      signal("refused", { name: file.name, bytes: file.size });
      return;
    }
    const input = one("#photo input[type=file]");
    if (!input) {
      if (patience) setTimeout(() => offer(file, patience - 1), 100);
      return;
    }
    const carrier = new DataTransfer();
    carrier.items.add(typed(file));
    input.files = carrier.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    toTop();
  };

  // Several photos at once go to the place for many, which opens for them.
  const offerMany = (files, patience = 50) => {
    const input = one("#many-files input[type=file]");
    if (!input) {
      const closed = one("#many > button");
      if (closed && patience === 50) closed.click();
      if (patience) setTimeout(() => offerMany(files, patience - 1), 100);
      return;
    }
    const carrier = new DataTransfer();
    for (const file of files) carrier.items.add(typed(file));
    input.files = carrier.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    one("#many").scrollIntoView({ block: "start" });
  };

  const toTop = () => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.scrollTo({ top: 0, behavior: calm ? "auto" : "smooth" });
  };

  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

  // On the window and early, so that nothing on the page hears of an event before.
  const listen = (name, handle) => window.addEventListener(name, handle, { capture: true, passive: false });

  listen("change", (event) => {
    if (event.target.matches?.("#many-files input[type=file]")) {
      const files = [...event.target.files];
      if (files.every((file) => file.type.startsWith("image/"))) return;
      event.stopImmediatePropagation();
      offerMany(files);
    }
    if (!event.target.matches?.("#photo input[type=file]")) return;
    const file = event.target.files[0];
    if (!file || (file.type.startsWith("image/") && file.size <= window.lowlight.maxBytes)) return;
    event.stopImmediatePropagation();
    offer(file);
  });
  listen("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    document.documentElement.classList.add("dragging");
  });
  listen("dragleave", (event) => {
    if (!event.relatedTarget) document.documentElement.classList.remove("dragging");
  });
  listen("drop", (event) => {
    document.documentElement.classList.remove("dragging");
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const files = [...event.dataTransfer.files];
    if (files.length > 1 || event.target.closest?.("#many")) offerMany(files);
    else if (files.length) offer(files[0]);
  });
  listen("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    offer(file);
  });

  // The camera starts when it is chosen, without a second click.
  listen("click", (event) => {
    if (event.target.closest?.("#photo .source-selection button:nth-child(2)"))
      setTimeout(() => one("#photo [title='grant webcam access'] button")?.click(), 100);
  });

  // -- Controls come to rest -----------------------------------------------------------------------------------------
  let rest;
  listen("change", (event) => {
    if (!event.target.closest?.(".control")) return;
    clearTimeout(rest);
    rest = setTimeout(() => signal("settled"), 100);
  });

  // -- The before/after picture --------------------------------------------------------------------------------------
  // Gradio's picture takes every turn of the wheel and every touch for itself. The page scrolls over it unless it is
  // zoomed in, or the person zooms: Ctrl and the wheel, or two fingers.
  const zoomed = () => {
    const image = one("#compare .slider-wrap img");
    return Boolean(image) && !/scale\(1\)|^none$|^$/.test(image.style.transform || "scale(1)");
  };
  listen("wheel", (event) => {
    if (event.target.closest?.("#compare .slider-wrap") && !event.ctrlKey && !zoomed()) event.stopPropagation();
  });
  listen("touchstart", (event) => {
    if (event.target.closest?.("#compare .content") && event.touches.length === 1 && !zoomed()) event.stopPropagation();
  });

  // The style knows the photo's shape: a narrow page gives the picture the height that it needs.
  const measure = (event) => {
    const image = event.target;
    if (image.matches?.("#compare img") && image.naturalHeight)
      document.documentElement.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
  };
  document.addEventListener("load", measure, true); // windows are not told when a picture has loaded

  // The slider below the picture follows the line when the line itself was dragged.
  let dragged = false;
  const follow = () => {
    if (!dragged) return;
    dragged = false;
    const [line, frame, image] = ["[data-testid=slider]", ".wrap", "img"].map((s) => one(`#compare .slider-wrap ${s}`));
    const input = one("#position input[type=range]");
    if (!line || !image || !input) return;
    const box = frame.getBoundingClientRect();
    const width = Math.min(box.width, (box.height * image.naturalWidth) / image.naturalHeight);
    const x = line.getBoundingClientRect();
    const share = (x.left + x.width / 2 - box.left - (box.width - width) / 2) / width;
    input.value = String(Math.round(100 * Math.min(Math.max(share, 0), 1)));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  for (const name of ["mousedown", "touchstart"])
    listen(name, (event) => {
      if (event.target.closest?.("#compare [data-testid=slider]")) dragged = true;
    });
  for (const name of ["mouseup", "touchend"]) listen(name, () => setTimeout(follow));

  // -- Loupe ---------------------------------------------------------------------------------------------------------
  // The frame on the small picture follows the mouse and the arrow keys; the server cuts the part out at full size.
  const look = (map, x, y) => {
    const inside = (value) => Math.min(1, Math.max(0, value));
    signal("looked", { x: inside(x), y: inside(y) });
    new MutationObserver((_, observer) => {
      observer.disconnect();
      one("#loupe .map")?.focus({ preventScroll: true });
    }).observe(one("#loupe"), { childList: true, subtree: true });
  };
  document.addEventListener("click", (event) => {
    const map = event.target.closest?.("#loupe .map");
    if (!map || !event.detail) return; // a click of the keyboard has no place
    const box = map.getBoundingClientRect();
    look(map, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
  document.addEventListener("keydown", (event) => {
    const map = event.target.closest?.("#loupe .map");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!map || !step) return;
    event.preventDefault();
    const { x, y, w, h } = map.dataset;
    look(map, Number(x) + (step[0] * Number(w)) / 2, Number(y) + (step[1] * Number(h)) / 2);
  });

  document.addEventListener("click", (event) => {
    const sample = event.target.closest?.("[data-sample]");
    if (sample) {
      signal("picked", { file: sample.dataset.sample });
      toTop();
    }
  });
})();
