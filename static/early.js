// Before anything is drawn: dark or light as the device has it, and the visitor's language where the page has it.
(() => {
  "use strict";
  const page = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => page.classList.toggle("dark", dark.matches);
  dark.addEventListener("change", follow);
  follow();
  const others = page.dataset.others?.split(" ") ?? [];
  const wishes = navigator.languages.map((wish) => wish.toLowerCase().split("-")[0]);
  const wish = wishes.find((code) => code === page.lang || others.includes(code));
  if (others.includes(wish)) location.replace(`${wish}.html${location.hash}`);
})();
