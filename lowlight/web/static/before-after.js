// <before-after>: two pictures of the same thing in one place, with a line between them, zoom and side by side.
//
// Mouse, touch and keys: drag the line, or anywhere while the whole is shown; press and hold to see the picture before;
// wheel with Ctrl, pinch or double click to zoom; drag to move what is zoomed. 1:1 is one pixel of the photo on one of
// the screen. It is free of the page around it: pictures come through `show`, and what it needs is asked by events.
//
//   show({ before, after, width, height, key })  addresses of both; the photo's size; a new key is a new photo
//   live(canvas)                                 a picture in the place of the after one, until the next is shown
//   warm(canvas)                                 have the browser ready for it: showing one first takes it long
//   part({ before, after, left, top, width, height })   a sharper part, in shares of the photo
//   position                                     where the line is, in [0, 1]
//   event "look", detail { x, y, width, height } the part in sight, in shares, once it is more than `show` has to show
//   event "touched"                              somebody has begun to use it
(() => {
  "use strict";
  const HOLD = 280; // ms until a press counts as hold
  const SLOP = 5; // px that a press may wander
  const MOST = 8; // screen pixels for one of the photo's
  const STYLE = `
    :host { display: block; position: relative; overflow: hidden; background: #242424; color: #f2f2f2;
      font: 13px/1.3 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; --bar: 52px; }
    :host(:fullscreen), :host(:popover-open) { width: 100vw; height: 100dvh; max-width: none; max-height: none;
      inset: 0; margin: 0; padding: 0; border: 0; border-radius: 0; }
    .frame { position: absolute; inset: 0; overflow: hidden; touch-action: pan-y; cursor: ew-resize; outline: none;
      -webkit-user-select: none; user-select: none; -webkit-touch-callout: none; }
    .frame.zoomed { touch-action: none; cursor: grab; }
    .frame.grabbed { cursor: grabbing; }
    .pane { position: absolute; inset: 0; overflow: hidden; }
    .sheet { position: absolute; left: 0; top: 0; transform-origin: 0 0; }
    .sheet > * { position: absolute; left: 0; top: 0; width: 100%; height: 100%; display: block; max-width: none;
      pointer-events: none; }
    .sheet > .warming { opacity: 0.01; }
    .coarse .sheet > * { image-rendering: pixelated; }
    .beside .pane.before { right: calc(50% + 1px); }
    .beside .pane.after { left: calc(50% + 1px); }
    .beside.tall .pane.before { right: 0; bottom: calc(50% + 1px); }
    .beside.tall .pane.after { left: 0; top: calc(50% + 1px); }
    .beside .line, .empty .line, .empty .label, .empty .bar { display: none; }
    .before-only .line { opacity: 0; }
    .before-only .pane.after { visibility: hidden; }
    .line { position: absolute; top: 0; bottom: 0; width: 0; margin: 0; padding: 0; border: 0; background: none;
      cursor: ew-resize; }
    .line::before { content: ""; position: absolute; top: 0; bottom: 0; left: -1px; width: 2px; background: #fff;
      box-shadow: 0 0 0 1px rgb(0 0 0 / 40%); }
    .knob { position: absolute; left: -22px; top: calc(50% - 22px); width: 44px; height: 44px; border-radius: 50%;
      border: 0; padding: 0; background: #fff; color: #1a1a1a; cursor: ew-resize; display: grid; place-items: center;
      box-shadow: 0 0 0 1px rgb(0 0 0 / 40%), 0 2px 12px rgb(0 0 0 / 40%); }
    .knob svg { width: 22px; height: 22px; }
    .label { position: absolute; padding: 3px 9px; border-radius: 6px; background: rgb(20 20 20 / 78%); color: #fff;
      pointer-events: none; white-space: nowrap; transition: opacity .15s; }
    .label.gone { opacity: 0; }
    .bar { position: absolute; left: 50%; bottom: 8px; transform: translateX(-50%); display: flex; gap: 2px; padding: 3px;
      border-radius: 11px; background: rgb(28 28 28 / 88%); box-shadow: 0 0 0 1px rgb(255 255 255 / 9%); }
    .bar button { min-width: 38px; height: 36px; padding: 0 10px; border: 0; border-radius: 8px; background: none;
      color: #f2f2f2; font: inherit; font-weight: 500; cursor: pointer; display: grid; place-items: center; }
    .bar button:hover { background: rgb(255 255 255 / 12%); }
    .bar button[aria-pressed="true"] { background: #f2f2f2; color: #161616; }
    .bar svg { width: 18px; height: 18px; display: block; }
    .bar i { width: 1px; margin: 7px 3px; background: rgb(255 255 255 / 18%); }
    :is(.knob, .bar button):focus-visible { outline: 3px solid #6db3ff; outline-offset: 2px; }
    :host([plain]) :is(.bar, .label) { display: none; }
    :host([plain]) .label { display: block; }
    @media (prefers-reduced-motion: reduce) { .label { transition: none; } }
    @media (max-width: 480px) { .bar button { min-width: 36px; padding: 0 8px; } }
  `;
  const icon = (path) =>
    `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"` +
    ` stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;
  const ICONS = {
    knob: icon("M9 6l-6 6 6 6M15 6l6 6-6 6"),
    beside: icon("M4 5h16v14H4zM12 5v14"),
    hold: icon("M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6"),
    full: icon("M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"),
  };
  const between = (low, value, high) => Math.min(Math.max(value, low), Math.max(low, high));

  const loaded = async (address, image = new Image()) => {
    image.decoding = "async";
    image.src = address;
    await image.decode();
    image.alt = "";
    image.draggable = false;
    return image;
  };

  class BeforeAfter extends HTMLElement {
    #size = { width: 3, height: 2 };
    #line = 0.5;
    #scale = 0; // CSS pixels a pixel of the photo; 0 shows the whole
    #at = { x: 0.5, y: 0.5 }; // what lies in the middle, in shares of the photo
    #asked = 0;
    #key = null;
    #fingers = new Map();
    #gesture = null;
    #words = {};
    #twice = -Infinity; // when two taps were one

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML =
        `<style>${STYLE}</style><div class="frame empty" part="frame"><div class="pane before"><div class="sheet">` +
        `</div></div><div class="pane after"><div class="sheet"></div></div><div class="line"><button type="button"` +
        ` class="knob" role="slider" aria-valuemin="0" aria-valuemax="100" aria-orientation="horizontal">${ICONS.knob}` +
        `</button></div><span class="label before"></span><span class="label after"></span><div class="bar"` +
        ` role="toolbar"></div></div>`;
      this.frame = root.querySelector(".frame");
      this.panes = { before: root.querySelector(".pane.before"), after: root.querySelector(".pane.after") };
      this.sheets = { before: this.panes.before.firstElementChild, after: this.panes.after.firstElementChild };
      this.knob = root.querySelector(".knob");
      this.labels = { before: root.querySelector(".label.before"), after: root.querySelector(".label.after") };
      this.#wire();
      new ResizeObserver(() => this.#place()).observe(this);
    }

    connectedCallback() {
      this.words = { ...this.#words, ...(window.lowlight?.words || {}) };
    }

    // -- What the page says -----------------------------------------------------------------------------------------

    set words(words) {
      this.#words = words;
      const { before = "Before", after = "After" } = words;
      this.labels.before.textContent = before;
      this.labels.after.textContent = after;
      this.knob.ariaLabel = words.line || "Line between before and after";
      const bar = this.frame.querySelector(".bar");
      const button = (act, label, content, keys) =>
        `<button type="button" data-act="${act}" aria-label="${label}" title="${label} (${keys})" aria-pressed="false"` +
        ` aria-keyshortcuts="${keys}">${content}</button>`;
      bar.ariaLabel = words.zoom || "Zoom";
      bar.innerHTML =
        button("fit", words.fit || "Whole picture", words.fitShort || "Fit", "0") +
        button("one", words.one || "One pixel on one of the screen", "1:1", "1") +
        button("two", words.two || "Twice as large", "2:1", "2") +
        `<i></i>${button("hold", words.hold || "Hold to see it before", ICONS.hold, "B")}` +
        button("beside", words.beside || "Side by side", ICONS.beside, "S") +
        button("full", words.full || "Full screen", ICONS.full, "F");
      this.#say();
    }

    async show({ before, after, width, height, key = null }) {
      const asked = ++this.#asked;
      const wanted = [before, after].map((address) => new URL(address, document.baseURI).href);
      for (const address of this.#loads.keys()) if (!wanted.includes(address)) this.#leave(address);
      const put = (pictures) => {
        const other = key !== this.#key || this.frame.classList.contains("empty");
        this.#size = { width, height };
        if (other) [this.#line, this.#scale, this.#at] = [0.5, 0, { x: 0.5, y: 0.5 }];
        this.#key = key;
        for (const [index, sheet] of [this.sheets.before, this.sheets.after].entries())
          if (sheet.firstElementChild !== pictures[index] || index) sheet.replaceChildren(pictures[index]);
        this.frame.classList.remove("empty");
        this.#place();
        if (this.#scale) this.#ask();
      };
      try {
        const first = await this.#loaded(wanted[0]);
        if (asked !== this.#asked) return;
        if (key !== this.#key || this.frame.classList.contains("empty")) put([first, first.cloneNode()]); // better than nothing
        const second = await this.#loaded(wanted[1]);
        if (asked !== this.#asked) return;
        put([first, second === first ? first.cloneNode() : second]);
      } catch {
        return; // deleted meanwhile, or a newer one is on its way: what is there stays
      }
      for (const address of this.#loads.keys()) if (!wanted.includes(address)) this.#loads.delete(address);
      this.dispatchEvent(new CustomEvent("shown"));
    }
    #loads = new Map(); // pictures on their way or shown, by their addresses

    #loaded(address) {
      if (!this.#loads.has(address)) {
        const image = new Image();
        image.fetchPriority = "high";
        this.#loads.set(address, { image, ready: loaded(address, image) });
      }
      return this.#loads.get(address).ready;
    }

    /** Stop loading what is wanted no more. */
    #leave(address) {
      const { image } = this.#loads.get(address);
      this.#loads.delete(address);
      if (!image.isConnected) image.src = "";
    }

    clear() {
      this.#asked++;
      for (const sheet of Object.values(this.sheets)) sheet.replaceChildren();
      this.#loads.clear();
      this.#key = null;
      this.frame.classList.add("empty");
    }

    live(canvas) {
      if (!canvas) return;
      canvas.classList.remove("warming");
      const sheet = this.sheets.after;
      if (sheet.lastElementChild !== canvas) sheet.replaceChildren(...(sheet.firstElementChild ? [sheet.firstElementChild] : []), canvas);
    }

    async warm(canvas) {
      if (canvas.isConnected) return;
      canvas.classList.add("warming");
      this.sheets.after.append(canvas);
      for (const _ of [1, 2]) await new Promise((done) => requestAnimationFrame(done));
      if (canvas.matches(".warming")) canvas.remove();
    }

    async part({ before, after, left, top, width, height }) {
      const asked = this.#asked;
      let pictures;
      try {
        pictures = await Promise.all([loaded(before), loaded(after)]);
      } catch {
        return;
      }
      if (asked !== this.#asked || !this.#scale) return;
      for (const [index, sheet] of [this.sheets.before, this.sheets.after].entries()) {
        if (sheet.querySelector("canvas:not(.warming)")) continue;
        const image = pictures[index];
        image.className = "part";
        const share = { left, top, width, height };
        for (const [side, value] of Object.entries(share)) image.style[side] = `${100 * value}%`;
        sheet.querySelector(".part")?.remove();
        sheet.append(image);
      }
      this.dispatchEvent(new CustomEvent("sharp"));
    }

    /** Ask anew for the part in sight, which may be sharper by now. */
    refresh() {
      this.#ask();
    }

    get position() { return this.#line; }
    set position(share) {
      this.#line = between(0, share, 1);
      this.#place();
    }
    get zoom() { return this.#scale ? this.#scale * devicePixelRatio : 0; }

    // -- Where things are -------------------------------------------------------------------------------------------

    get #beside() { return this.frame.classList.contains("beside"); }

    #room() {
      const pane = this.panes.after;
      const tools = !this.hasAttribute("plain") && this.clientHeight > 380 ? 52 : 0;
      const bottom = this.#beside && this.frame.classList.contains("tall") ? 0 : tools;
      return { width: pane.clientWidth, height: pane.clientHeight, free: pane.clientHeight - bottom };
    }

    #whole() {
      const { width, free } = this.#room();
      return Math.min(width / this.#size.width, free / this.#size.height);
    }

    #place() {
      if (!this.clientWidth) return;
      this.frame.classList.toggle("tall", this.clientHeight > this.clientWidth);
      const { width, height, free } = this.#room();
      const fit = this.#whole();
      const scale = this.#scale || fit;
      const wide = this.#size.width * scale;
      const high = this.#size.height * scale;
      if (!this.#scale) this.#at = { x: 0.5, y: 0.5 };
      const area = this.#scale ? height : free;
      const spare = (length, room) => (length > room ? room / 2 / length : 0.5);
      this.#at.x = between(spare(wide, width), this.#at.x, 1 - spare(wide, width));
      this.#at.y = between(spare(high, area), this.#at.y, 1 - spare(high, area));
      const x = width / 2 - this.#at.x * wide;
      const y = area / 2 - this.#at.y * high;
      for (const sheet of Object.values(this.sheets)) {
        sheet.style.width = `${wide}px`;
        sheet.style.height = `${high}px`;
        sheet.style.transform = `translate(${x}px, ${y}px)`;
      }
      this.frame.classList.toggle("zoomed", Boolean(this.#scale));
      this.frame.classList.toggle("coarse", this.zoom >= 2);
      this.box = { left: Math.max(x, 0), right: Math.min(x + wide, width), top: Math.max(y, 0), bottom: Math.min(y + high, area) };
      this.#draw();
    }

    #draw() {
      const { left, right, top, bottom } = this.box;
      const line = left + this.#line * (right - left);
      const beside = this.#beside;
      this.panes.after.style.clipPath = beside ? "" : `inset(0 0 0 ${line}px)`;
      this.knob.parentElement.style.left = `${line}px`;
      this.knob.parentElement.style.top = `${top}px`;
      this.knob.parentElement.style.bottom = `${this.clientHeight - bottom}px`;
      const after = this.panes.after;
      const set = (label, side, value, foot) => {
        label.style[side] = `${value + 10}px`;
        label.style.top = `${foot + 10}px`;
      };
      set(this.labels.before, "left", left, top);
      set(this.labels.after, "right", this.clientWidth - after.offsetLeft - right, after.offsetTop + top);
      this.labels.before.classList.toggle("gone", !beside && line - left < this.labels.before.offsetWidth + 16);
      this.labels.after.classList.toggle("gone", !beside && right - line < this.labels.after.offsetWidth + 16);
      this.#say();
    }

    #say() {
      const shown = Math.round(100 * this.#line);
      this.knob.ariaValueNow = String(shown);
      this.knob.ariaValueText = `${this.#words.before || "Before"} ${shown} %`;
      const pressed = { fit: !this.#scale, one: Math.abs(this.zoom - 1) < 0.01, two: Math.abs(this.zoom - 2) < 0.01 };
      pressed.beside = this.#beside;
      pressed.full = this.#full;
      pressed.hold = this.frame.classList.contains("before-only");
      for (const button of this.frame.querySelectorAll("[data-act]")) button.ariaPressed = String(Boolean(pressed[button.dataset.act]));
    }

    // -- What people do ---------------------------------------------------------------------------------------------

    zoomTo(zoom, point) {
      const fit = this.#whole();
      const rect = this.panes.after.getBoundingClientRect();
      const before = this.#scale || fit;
      const scale = zoom / devicePixelRatio;
      const { width, height, free } = this.#room();
      const area = this.#scale ? height : free;
      const from = point ? { x: point.x - rect.left - width / 2, y: point.y - rect.top - area / 2 } : { x: 0, y: 0 };
      if (!this.#scale && !point) this.#at = { x: 0.5, y: 0.5 };
      const under = {
        x: this.#at.x + from.x / (this.#size.width * before),
        y: this.#at.y + from.y / (this.#size.height * before),
      };
      this.#scale = zoom && scale > fit * 1.001 ? Math.min(scale, MOST / devicePixelRatio) : zoom >= 1 ? scale : 0;
      const now = this.#scale || fit;
      const to = point ? { x: point.x - rect.left - width / 2, y: point.y - rect.top - height / 2 } : { x: 0, y: 0 };
      this.#at = { x: under.x - to.x / (this.#size.width * now), y: under.y - to.y / (this.#size.height * now) };
      if (!this.#scale) for (const sheet of Object.values(this.sheets)) sheet.querySelector(".part")?.remove();
      this.#place();
      this.#ask();
    }

    #ask() {
      clearTimeout(this.waiting);
      if (!this.#scale) return;
      this.waiting = setTimeout(() => {
        const { width, height } = this.#room();
        const share = { width: width / (this.#size.width * this.#scale), height: height / (this.#size.height * this.#scale) };
        const detail = { x: this.#at.x, y: this.#at.y, width: Math.min(share.width, 1), height: Math.min(share.height, 1) };
        this.dispatchEvent(new CustomEvent("look", { detail }));
      }, 140);
    }

    #move(dx, dy) {
      this.#at.x -= dx / (this.#size.width * this.#scale);
      this.#at.y -= dy / (this.#size.height * this.#scale);
      this.#place();
      this.#ask();
    }

    #toLine(x) {
      const { left, right } = this.box;
      const rect = this.frame.getBoundingClientRect();
      this.position = (x - rect.left - left) / Math.max(right - left, 1);
    }

    #hold(on) {
      this.frame.classList.toggle("before-only", on);
      this.#say();
    }

    #toggleBeside() {
      this.frame.classList.toggle("beside");
      this.#place();
      this.#ask();
    }

    get #full() { return document.fullscreenElement === this || (this.hasAttribute("popover") && this.matches(":popover-open")); }

    async #toggleFull() {
      if (document.fullscreenElement === this) await document.exitFullscreen();
      else if (this.#full) this.#leavePopover();
      else if (document.fullscreenEnabled && this.requestFullscreen) await this.requestFullscreen().catch(() => this.#enterPopover());
      else this.#enterPopover();
      this.#say();
    }
    #enterPopover() { // iPhones know no full screen but for films
      this.setAttribute("popover", "manual");
      this.showPopover();
    }
    #leavePopover() {
      this.hidePopover();
      this.removeAttribute("popover");
      this.#place();
    }

    act(name) {
      if (name === "fit") this.zoomTo(0);
      if (name === "one") this.zoomTo(1);
      if (name === "two") this.zoomTo(2);
      if (name === "beside") this.#toggleBeside();
      if (name === "full") this.#toggleFull();
    }

    #wire() {
      const frame = this.frame;
      const on = (name, handle, options) => frame.addEventListener(name, handle, options);
      on("click", (event) => {
        const act = event.target.closest?.("[data-act]")?.dataset.act;
        if (act) this.act(act);
      });
      on("pointerdown", (event) => this.#down(event));
      on("pointermove", (event) => this.#moved(event));
      for (const name of ["pointerup", "pointercancel"]) on(name, (event) => this.#up(event));
      on("contextmenu", (event) => {
        if (event.pointerType === "touch" || this.#gesture) event.preventDefault();
      });
      on("wheel", (event) => {
        if (!event.ctrlKey && !this.#scale && !this.#full) return; // the page scrolls
        event.preventDefault();
        const now = this.zoom || this.#whole() * devicePixelRatio;
        const next = now * Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0022) * (event.ctrlKey ? 3 : 1));
        this.zoomTo(next <= this.#whole() * devicePixelRatio ? 0 : next, { x: event.clientX, y: event.clientY });
      }, { passive: false });
      on("dblclick", (event) => {
        if (event.target.closest(".bar, .knob") || this.hasAttribute("plain")) return;
        if (event.timeStamp - this.#twice < 500) return; // two taps have zoomed already
        this.zoomTo(this.#scale ? 0 : 1, { x: event.clientX, y: event.clientY });
      });
      on("keydown", (event) => this.#key_(event));
      on("keyup", (event) => {
        if (event.key.toLowerCase() === "b" || event.key === " ") this.#hold(false);
      });
      on("focusout", () => this.#hold(false));
      document.addEventListener("fullscreenchange", () => this.#place());
    }

    #key_(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const act = { 0: "fit", 1: "one", 2: "two", s: "beside", f: "full" }[event.key.toLowerCase()];
      const plain = this.hasAttribute("plain");
      let done = true;
      if (step && this.#scale && event.shiftKey) this.#move(-60 * step[0], -60 * step[1]);
      else if (step && event.target === this.knob) this.position = this.#line + (step[0] - step[1]) * (event.shiftKey ? 0.1 : 0.02);
      else if (event.key === "Home" && event.target === this.knob) this.position = 0;
      else if (event.key === "End" && event.target === this.knob) this.position = 1;
      else if (event.key === "Escape" && this.#full && !document.fullscreenElement) this.#leavePopover();
      else if (plain) done = false;
      else if (event.key === "+" || event.key === "-") {
        const now = this.zoom || this.#whole() * devicePixelRatio;
        this.zoomTo(now * (event.key === "+" ? 1.5 : 1 / 1.5));
      } else if (act) this.act(act);
      else if (event.key.toLowerCase() === "b" || (event.key === " " && event.target.dataset.act === "hold")) this.#hold(true);
      else done = false;
      if (!done) return;
      event.preventDefault();
      event.stopPropagation();
      this.#touched();
    }

    #touched() {
      this.dispatchEvent(new CustomEvent("touched"));
    }

    #down(event) {
      if (event.button > 0) return;
      this.#touched();
      const act = event.target.closest?.("[data-act]")?.dataset.act;
      if (act === "hold") {
        this.#hold(true);
        event.target.setPointerCapture(event.pointerId);
        this.#gesture = { kind: "hold" };
      }
      if (event.target.closest?.(".bar")) return;
      this.frame.setPointerCapture(event.pointerId);
      this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (this.#fingers.size === 2 && !this.hasAttribute("plain")) {
        clearTimeout(this.#gesture?.timer);
        this.#hold(false);
        this.#gesture = { kind: "pinch", ...this.#spread() };
        return;
      }
      const start = { x: event.clientX, y: event.clientY };
      const rect = this.frame.getBoundingClientRect();
      const knob = this.knob.getBoundingClientRect();
      const onLine = !this.#beside && Math.abs(start.x - knob.left - knob.width / 2) < 24 && start.y < rect.bottom;
      const kind = onLine ? "line" : this.#scale ? "move" : this.#beside ? "none" : "press";
      const timer = kind === "line" ? 0 : setTimeout(() => {
        if (this.#gesture?.start !== start || this.#gesture.wandered) return;
        this.#gesture.kind = "hold";
        this.#hold(true);
      }, HOLD);
      this.#gesture = { kind, start, last: start, timer };
      if (kind === "line") this.knob.focus({ preventScroll: true });
      if (event.pointerType === "mouse") event.preventDefault();
    }

    #moved(event) {
      const finger = this.#fingers.get(event.pointerId);
      const gesture = this.#gesture;
      if (!finger || !gesture) return;
      const now = { x: event.clientX, y: event.clientY };
      const [dx, dy] = [now.x - finger.x, now.y - finger.y];
      Object.assign(finger, now);
      if (gesture.kind === "pinch") {
        this.#pinch(gesture);
        return;
      }
      if (!gesture.wandered && Math.hypot(now.x - gesture.start.x, now.y - gesture.start.y) < SLOP) return;
      gesture.wandered = true;
      if (gesture.kind === "press") gesture.kind = "line";
      if (gesture.kind === "line") this.#toLine(now.x);
      if (gesture.kind === "move") {
        this.frame.classList.add("grabbed");
        this.#move(dx, dy);
      }
    }

    #up(event) {
      this.#fingers.delete(event.pointerId);
      const gesture = this.#gesture;
      clearTimeout(gesture?.timer);
      this.frame.classList.remove("grabbed");
      this.#hold(false);
      const touch = event.pointerType === "touch" && event.type === "pointerup";
      if (touch && gesture && !gesture.wandered && ["press", "move"].includes(gesture.kind)) this.#tapped(event);
      if (!this.#fingers.size) this.#gesture = null;
      else if (gesture?.kind === "pinch") {
        const [rest] = this.#fingers.values();
        this.#gesture = { kind: this.#scale ? "move" : "none", start: rest, wandered: true };
      }
    }

    // Two taps in one place zoom: not all browsers tell a double click of fingers, and those that do tell it after this.
    #tapped(event) {
      const tap = { x: event.clientX, y: event.clientY, time: event.timeStamp };
      const last = this.tap;
      this.tap = tap;
      if (!last || tap.time - last.time > 350 || Math.hypot(tap.x - last.x, tap.y - last.y) > 30) return;
      this.tap = null;
      this.#twice = tap.time;
      if (!this.hasAttribute("plain")) this.zoomTo(this.#scale ? 0 : 1, tap);
    }

    #spread() {
      const [one, other] = [...this.#fingers.values()];
      return {
        span: Math.hypot(one.x - other.x, one.y - other.y),
        middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
      };
    }

    #pinch(gesture) {
      if (this.#fingers.size < 2) return;
      const { span, middle } = this.#spread();
      const now = this.zoom || this.#whole() * devicePixelRatio;
      const next = (now * span) / Math.max(gesture.span, 1);
      this.zoomTo(next <= this.#whole() * devicePixelRatio ? 0 : next, middle);
      if (this.#scale) this.#move(middle.x - gesture.middle.x, middle.y - gesture.middle.y);
      Object.assign(gesture, { span, middle });
    }
  }
  customElements.define("before-after", BeforeAfter);
})();
