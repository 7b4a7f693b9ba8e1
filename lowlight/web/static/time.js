// How long it still takes: what the server says (data-left, in seconds) counts down here until it says something else.
(() => {
  "use strict";
  const FEW = 3.5; // seconds: below it there is nothing to count
  const CALM = 0.1; // a new figure that differs by a tenth or a second does not make the old one jump
  const EVERY = 250; // milliseconds

  // Steps of a second below 10, of 5 below a minute, then as people say it. It is rounded up: too short is worse.
  const words = (seconds) => {
    const said = window.lowlight.words;
    if (seconds < FEW) return said.fewSecondsLeft;
    const shown = seconds < 9.5 ? Math.round(seconds) : 5 * Math.ceil((seconds - 0.5) / 5);
    if (shown < 60) return said.secondsLeft.replace("{seconds}", shown);
    const halves = Math.ceil((seconds - 5) / 30);
    if (halves <= 2) return said.minuteLeft;
    if (halves === 3) return said.minuteAndHalfLeft;
    return said.minutesLeft.replace("{minutes}", Math.ceil(halves / 2));
  };
  window.lowlight.timeLeft = words;

  // For each part of the page: the figure that came last, and when the time is up. Figures may come again with a part
  // that is drawn anew; they are not news then.
  const ends = new Map();
  const up = (key, said) => {
    const now = performance.now() / 1000;
    const known = ends.get(key);
    if (known && known.said === said) return known.end - now;
    const end = now + Number(said);
    const near = known && Math.abs(known.end - end) < Math.max(1, CALM * Number(said));
    ends.set(key, { said, end: near ? known.end : end });
    return ends.get(key).end - now;
  };

  const show = () => {
    const seen = new Set();
    for (const place of document.querySelectorAll("[data-left]")) {
      const key = place.parentElement.closest("[id]")?.id ?? "";
      seen.add(key);
      const text = `, ${words(up(key, place.dataset.left))}`;
      if (place.textContent !== text) place.textContent = text;
    }
    for (const key of ends.keys()) if (!seen.has(key)) ends.delete(key);
  };
  new MutationObserver(show).observe(document.documentElement, { childList: true, subtree: true });
  setInterval(show, EVERY);
})();
