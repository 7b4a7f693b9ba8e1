// What the page says: how far it is, what went wrong, what the picture shows. Its layout follows the phase: empty,
// working or done (page.css).
const { words, said, timeLeft } = window.lowlight;
const one = (selector) => document.querySelector(selector);
const note = one("#note .note");

export function phase(name) {
  note.dataset.phase = name;
  if (name !== "working") one("#progress").replaceChildren();
}

export const isWorking = () => note.dataset.phase === "working";

/** Say what went wrong, in the page's words; to have stopped is nothing wrong. */
export function complain(error) {
  if (error.word === "stopped") return tell(words.stopped);
  const sentence = error.word && words[error.word] ? said(words[error.word], error.values) : words.brokeOffHere;
  if (!error.word) console.error(error);
  note.replaceChildren(Object.assign(document.createElement("p"), { textContent: sentence }));
}

export const forgive = () => note.replaceChildren();

/** Say what the picture shows. */
export function tell(sentence) {
  one("#facts .seen").textContent = sentence;
}

/** Show how far it is: a sentence, a share where it is known, and the seconds that are left. */
export function progress(sentence, share = null, left = null) {
  const box = one("#progress");
  if (!one("#progress .bar"))
    box.innerHTML =
      '<p class="label"><span></span><span class="left"></span></p>' +
      '<div class="bar" role="progressbar"><div></div></div>';
  one("#progress .label span").textContent = sentence;
  one("#progress .left").textContent = left === null ? "" : `, ${timeLeft(left)}`;
  const bar = one("#progress .bar");
  bar.ariaLabel = sentence;
  if (share === null) bar.removeAttribute("aria-valuenow");
  else bar.ariaValueNow = String(Math.round(100 * share));
  one("#progress .bar div").style.width = share === null ? "" : `${100 * share}%`;
}

export const megabytes = (bytes) => Math.round(bytes / 1e6);

/** How long something takes, as people say it. */
export function inWords(time) {
  if (time < 4) return words.aFewSeconds;
  if (time < 57) return said(words.seconds, { seconds: 5 * Math.ceil(time / 5) });
  return said(words.minutes, { minutes: Math.ceil(time / 60) });
}
