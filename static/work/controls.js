// The controls as they stand on the page: the look, the sliders, the file's format.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

/** What they stand at, by the names and in the units of lowlight.Settings. */
export function settings() {
  const found = { look: one("#look input:checked").value };
  for (const control of all(".control"))
    found[control.id] = Number(range(control).value) / (hundred(control) ? 100 : 1);
  return found;
}

/** Put all back to where they stand at first. */
export function reset() {
  one("#look input").checked = true;
  for (const control of all(".control")) {
    range(control).value = range(control).defaultValue;
    written(control);
  }
}

/** Write a slider's number beside its name, and fill its track. */
export function written(control) {
  const { value, min, max } = range(control);
  one("output", control).textContent = Number(value).toLocaleString(document.documentElement.lang);
  control.style.setProperty("--range_progress", `${(100 * (value - min)) / (max - min)}%`);
}

export function writeAll() {
  for (const control of all(".control")) written(control);
}

const range = (control) => one("input[type=range]", control);
const hundred = (control) => control.matches(".hundred");

/** The format of the file, given the photo's: what comes without loss goes so. */
export function format(file) {
  const { value } = one("#format");
  return value !== "same" ? value : /png|bmp|gif|tiff/.test(file.type) ? "png" : "jpg";
}
