// Ways in: choose, drop anywhere, paste, camera; and what is told while files are on their way. What becomes of them is
// `lowlight.send(files)`, and of a reference `lowlight.refer(file)`: another script has these (sending.js).
(() => {
  "use strict";
  const lowlight = window.lowlight;
  const words = lowlight.words;
  const one = (selector, within = document) => within.querySelector(selector);
  lowlight.said = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // -- What is told while files travel ------------------------------------------------------------------------------
  let pill;
  const tell = (sentence, { share = null, actions = [], wrong = false } = {}) => {
    if (!pill) {
      pill = document.createElement("div");
      pill.id = "arriving";
      pill.innerHTML = '<p role="status"></p><div class="bar"><div></div></div><span class="actions"></span>';
      (one(".gradio-container") || document.body).append(pill);
    }
    pill.hidden = !sentence;
    pill.classList.toggle("wrong", wrong);
    one("p", pill).textContent = sentence || "";
    one(".bar", pill).hidden = share === null;
    one(".bar div", pill).style.width = `${100 * (share ?? 0)}%`;
    one(".actions", pill).replaceChildren(
      ...actions.map(([label, act]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = label;
        button.addEventListener("click", act);
        return button;
      }),
    );
  };
  const close = () => tell("");
  lowlight.tell = (sentence, seconds = 4) => {
    tell(sentence);
    clearTimeout(lowlight.telling);
    lowlight.telling = setTimeout(close, 1000 * seconds);
  };
  const complain = (sentence) => tell(sentence, { wrong: true, actions: [[words.ok, close]] });
  lowlight.pill = { tell, close, complain };

  const take = (files, target) => {
    const list = [...files];
    if (!list.length) return;
    if (target?.closest?.("#reference")) {
      lowlight.refer(list[0]);
      return;
    }
    lowlight.send(list);
    if (list.length === 1) lowlight.toTop?.();
  };

  // -- Choose -------------------------------------------------------------------------------------------------------
  const ACCEPT = ["image/*,.heic,.heif,.avif", ...lowlight.largeSuffixes].join();
  const chooser = (id, options) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", id, accept: ACCEPT, tabIndex: -1, ...options });
    input.ariaHidden = "true";
    input.className = "chooser";
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      if (id === "reference-file") lowlight.refer(files[0]);
      else take(files);
    });
    document.body.append(input);
    return input;
  };
  const start = () => {
    chooser("file", { multiple: true });
    chooser("shot", {}).setAttribute("capture", "environment");
    chooser("reference-file", {});
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);

  // -- Camera -------------------------------------------------------------------------------------------------------
  // Phones have a camera of their own for this; elsewhere its picture is shown first.
  const shoot = async () => {
    if (matchMedia("(pointer: coarse)").matches) return one("#shot").click();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 4096 }, height: { ideal: 2160 } } });
    } catch {
      return complain(words.noCamera);
    }
    const dialog = document.createElement("dialog");
    dialog.id = "camera";
    dialog.ariaLabel = words.camera;
    dialog.innerHTML = "<video autoplay playsinline muted></video><div><button type='button' data-shoot></button><button type='button'></button></div>";
    const [take, leave] = dialog.querySelectorAll("button");
    [take.textContent, leave.textContent] = [words.shoot, words.cancel];
    const video = one("video", dialog);
    video.srcObject = stream;
    leave.addEventListener("click", () => dialog.close());
    take.addEventListener("click", () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => {
        dialog.close();
        if (blob) lowlight.send([new File([blob], "camera.jpg", { type: "image/jpeg" })]);
      }, "image/jpeg", 0.95);
    });
    dialog.addEventListener("close", () => {
      for (const track of stream.getTracks()) track.stop();
      dialog.remove();
    });
    (one(".gradio-container") || document.body).append(dialog);
    dialog.showModal();
  };

  // -- Paste --------------------------------------------------------------------------------------------------------
  const pasted = async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((name) => name.startsWith("image/"));
        if (type) return lowlight.send([new File([await item.getType(type)], `pasted.${type.split("/")[1]}`, { type })]);
      }
      complain(words.nothingToPaste);
    } catch {
      complain(words.pasteByKey);
    }
  };

  document.addEventListener("click", (event) => {
    const way = event.target.closest?.("[data-way]")?.dataset.way;
    if (way === "choose") one("#file").click();
    if (way === "camera") shoot();
    if (way === "paste") pasted();
    if (way === "reference") one("#reference-file").click();
  });

  // -- Drop and paste, anywhere -------------------------------------------------------------------------------------
  const kinds = (event) => [...(event.dataTransfer?.types || [])];
  const isPicture = (event) => kinds(event).includes("Files") || kinds(event).includes("text/uri-list");
  const listen = (name, handle) => window.addEventListener(name, handle, { capture: true, passive: false });
  const veil = (on) => document.documentElement.classList.toggle("dragging", on);

  listen("dragover", (event) => {
    if (!isPicture(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    veil(true);
  });
  listen("dragleave", (event) => {
    if (!event.relatedTarget) veil(false);
  });
  listen("drop", (event) => {
    veil(false);
    if (!isPicture(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const files = event.dataTransfer.files;
    if (files.length) take(files, event.target);
    else complain(words.saveFirst); // a picture of another page comes as its address alone
  });
  listen("paste", (event) => {
    const data = event.clipboardData;
    if (event.target.matches?.("input:not([type=range]), textarea") && !data?.files.length) return;
    if (data?.files.length) take([data.files[0]]);
    else if (/<img\s/i.test(data?.getData("text/html") || "") || /^https?:\S+$/.test(data?.getData("text/plain")?.trim() || "")) complain(words.saveFirst);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
})();
