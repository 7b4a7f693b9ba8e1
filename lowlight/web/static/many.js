// Many photos: a click on a card opens it, and the card stays marked and keeps the focus while the gallery grows.
(() => {
  "use strict";
  const gallery = () => document.querySelector("#many-gallery");
  const card = (index) => gallery()?.querySelector(`[data-index="${index}"]`);
  let opened = null;
  let focused = null; // a card that had the focus when the gallery was drawn anew

  const mark = () => {
    for (const one of gallery()?.querySelectorAll("[aria-current]") ?? []) one.removeAttribute("aria-current");
    card(opened)?.setAttribute("aria-current", "true");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#many-gallery [data-index]");
    if (!button) return;
    opened = button.dataset.index;
    mark();
    window.lowlight.signal("opened", { index: Number(opened) });
    window.lowlight.toTop?.();
  });
  document.addEventListener("focusin", (event) => {
    focused = event.target.closest?.("#many-gallery [data-index]")?.dataset.index ?? null;
  });
  document.addEventListener("pointerdown", () => (focused = null)); // a focus that follows is told after it

  new MutationObserver((changes) => {
    if (!changes.some((change) => change.target.closest?.("#many-gallery"))) return;
    mark();
    if (focused !== null && document.activeElement === document.body) card(focused)?.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
