// Opens the steps large, moves between them, and shows what there was before a step while it is held. It reads the
// cards that ui/steps.py writes: a picture in a button, with data-before and data-change beside it, and words.
(() => {
  "use strict";
  const one = (selector, within = document) => within.querySelector(selector);
  const words = window.lowlight.words;
  const SWIPE = 48; // pixels across; less is no swipe
  const HOLD = 160; // milliseconds after which a finger that rests holds
  const STILL = 10; // pixels that a resting finger may move

  let viewer;
  let at = 0;
  let held = false;
  let changed = false;

  const pictures = () => [...document.querySelectorAll("#stages button.picture")];
  const button = () => pictures()[at];
  const part = (name) => one(`[data-${name}]`, viewer);

  // Which of a step's pictures is seen: what there was before while it is held, what changed, or the step itself.
  const draw = () => {
    const picture = button();
    if (!picture) return;
    const { before, beforeCaption, change, changeCaption } = picture.dataset;
    const [address, caption] = held && before ? [before, beforeCaption] : changed && change ? [change, changeCaption] : [];
    const image = one("img", viewer);
    const source = address || picture.dataset.large;
    if (image.getAttribute("src") !== source) image.src = source;
    image.alt = caption || one("h3", picture.closest("li")).textContent;
    one(".caption", viewer).textContent = caption || "";
    part("hold").setAttribute("aria-pressed", String(held && Boolean(before)));
    part("change").setAttribute("aria-pressed", String(changed));
  };
  const hold = (down) => {
    held = down;
    draw();
  };

  const show = (index) => {
    const all = pictures();
    if (!all.length) return;
    at = (index + all.length) % all.length;
    held = changed = false;
    const { before, change } = all[at].dataset;
    for (const address of [before, change]) if (address) new Image().src = address; // ready when it is wanted
    const told = one(".words", all[at].closest("li")).cloneNode(true);
    one("h3", told).textContent = `${at + 1}. ${one("h3", told).textContent}`;
    one(".words", viewer).replaceWith(told);
    part("hold").setAttribute("aria-disabled", String(!before));
    part("change").hidden = !change;
    draw();
  };

  const made = () => {
    const dialog = document.createElement("dialog");
    dialog.id = "viewer";
    dialog.innerHTML =
      "<div class='mat'><img alt=''><p class='caption' role='status'></p></div><div class='foot'><div class='words'></div>" +
      "<div class='keys'><button type='button' data-hold autofocus></button><button type='button' data-change></button>" +
      "<button type='button' data-step='-1'>‹</button><button type='button' data-step='1'>›</button></div></div>" +
      "<button type='button' data-close>×</button>";
    one("[data-hold]", dialog).textContent = words.holdStep;
    one("[data-change]", dialog).textContent = words.changed;
    one("[data-step='-1']", dialog).ariaLabel = words.previous;
    one("[data-step='1']", dialog).ariaLabel = words.next;
    one("[data-close]", dialog).ariaLabel = words.close;
    dialog.addEventListener("click", (event) => {
      const pressed = event.target.closest("button")?.dataset;
      if (!pressed) return;
      if (pressed.step) show(at + Number(pressed.step));
      else if ("close" in pressed) dialog.close();
      else if ("change" in pressed) {
        changed = !changed;
        draw();
      }
    });
    dialog.addEventListener("keydown", pressed);
    dialog.addEventListener("keyup", (event) => {
      if ([" ", "Enter"].includes(event.key) && held) hold(false);
    });
    dialog.addEventListener("close", () => {
      held = false;
      button()?.focus();
    });
    dialog.addEventListener("contextmenu", (event) => {
      if (!event.target.closest(".words")) event.preventDefault(); // a finger that rests opens no menu
    });
    touched(one(".mat", dialog), true);
    touched(one("[data-hold]", dialog), false);
    return dialog;
  };

  // Space holds, unless the keyboard stands on a button that it presses.
  const pressed = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      show(at + step);
    }
    const other = event.target.closest?.("button:focus-visible:not([data-hold])");
    const holds = event.key === " " ? !other : event.key === "Enter" && event.target.closest?.("[data-hold]");
    if (!holds) return;
    event.preventDefault();
    if (!event.repeat) hold(true);
  };

  // A mouse holds at once. A finger on the picture holds when it rests, and moves on to another step when it swipes.
  const touched = (place, swipes) => {
    let from;
    let resting;
    const release = () => {
      clearTimeout(resting);
      from = undefined;
      if (held) hold(false);
    };
    place.addEventListener("pointerdown", (event) => {
      if (event.button || !event.isPrimary) {
        release(); // a second finger zooms
        return;
      }
      from = { x: event.clientX, y: event.clientY };
      if (!swipes || event.pointerType === "mouse") hold(true);
      else resting = setTimeout(() => hold(true), HOLD);
      if (event.pointerType === "mouse" || !swipes) place.setPointerCapture(event.pointerId);
    });
    place.addEventListener("pointermove", (event) => {
      if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL) clearTimeout(resting);
    });
    place.addEventListener("pointerup", (event) => {
      const x = from && !held ? event.clientX - from.x : 0;
      const y = from ? Math.abs(event.clientY - from.y) : 0;
      release();
      if (swipes && Math.abs(x) > SWIPE && Math.abs(x) > 2 * y) show(at + (x < 0 ? 1 : -1));
    });
    for (const name of ["pointercancel", "lostpointercapture"]) place.addEventListener(name, release);
  };

  document.addEventListener("click", (event) => {
    const picture = event.target.closest?.("#stages button.picture");
    if (!picture) return;
    if (!viewer) {
      viewer = made();
      (one(".gradio-container") || document.body).append(viewer);
    }
    show(pictures().indexOf(picture));
    viewer.showModal();
    part("hold").focus({ focusVisible: false });
  });
})();
