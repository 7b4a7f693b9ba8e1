// Where the pictures stand, on whichever page they are: in sight on narrow screens, and on the landing page to be dragged.
(() => {
  "use strict";
  const lowlight = window.lowlight;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  lowlight.toTop = () => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.scrollTo({ top: 0, behavior: calm ? "auto" : "smooth" });
  };

  // -- On narrow screens the picture stays in sight, a third of the height, while what is below it scrolls --------------
  const pin = () => {
    const desk = one("#desk");
    const picture = one("#view");
    if (!desk || !picture) return;
    if (!matchMedia("(max-width: 900px)").matches) {
      if (picture.style.height) picture.style.height = "";
      return;
    }
    const box = desk.getBoundingClientRect();
    const least = Math.round(innerHeight * 0.34);
    const full = one("#compare").clientHeight;
    const scrolled = Math.max(0, -box.top);
    picture.style.height = `${Math.max(Math.min(full, least), full - scrolled)}px`;
  };
  addEventListener("scroll", pin, { passive: true });
  addEventListener("resize", pin);
  lowlight.pin = pin;

  // -- The landing page: the effect, to be dragged at once ------------------------------------------------------------
  const TURN = 7000; // ms for each of the two pictures
  const SWEEP = 3200; // ms of these in which its line goes there and back
  const demonstrate = () => {
    const demo = one("#demo");
    if (!demo || demo.dataset.begun || !demo.show) return;
    demo.dataset.begun = "yes";
    const scenes = JSON.parse(demo.dataset.scenes);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let at = 0;
    let touched = calm;
    let began = performance.now();
    const turn = (index) => {
      at = index % scenes.length;
      began = performance.now();
      for (const dot of all("#scenes button")) dot.ariaPressed = String(Number(dot.dataset.scene) === at);
      demo.show({ ...scenes[at], key: at });
    };
    demo.addEventListener("touched", () => (touched = true));
    document.addEventListener("click", (event) => {
      const dot = event.target.closest?.("#scenes [data-scene]");
      if (!dot) return;
      touched = true;
      turn(Number(dot.dataset.scene));
    });
    const sway = (now) => {
      if (touched || !demo.isConnected) return;
      if (!demo.offsetParent || document.hidden) began = now;
      const time = now - began;
      if (time >= TURN) turn(at + 1);
      else if (time < SWEEP) demo.position = 0.5 + 0.36 * Math.sin((2 * Math.PI * time) / SWEEP);
      if (time < SWEEP) requestAnimationFrame(sway);
      else setTimeout(() => requestAnimationFrame(sway), Math.max(TURN - time, 200)); // at rest it costs nothing
    };
    turn(0);
    if (!calm) requestAnimationFrame(sway);
  };
  new MutationObserver(demonstrate).observe(document, { childList: true, subtree: true });
})();
