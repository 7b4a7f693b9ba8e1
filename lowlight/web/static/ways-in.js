// Ways in: choose, drop anywhere, paste, camera. Files are sent as they are, with a bar that says how far they are; what
// they hold is looked at by the server, which can say what is wrong with them.
(() => {
  "use strict";
  const lowlight = window.lowlight;
  const words = lowlight.words;
  const one = (selector, within = document) => within.querySelector(selector);
  const said = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

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

  // -- Sending ------------------------------------------------------------------------------------------------------
  let sending = null; // the request under way: another file takes its place

  const sent = (file, tellShare) =>
    new Promise((resolve, reject) => {
      const form = new FormData();
      form.append("files", file, file.name || "photo");
      const request = new XMLHttpRequest();
      sending = request;
      request.upload.onprogress = (event) => event.lengthComputable && tellShare(event.loaded / event.total);
      request.onload = () => {
        if (request.status !== 200) return reject(new Error(String(request.status)));
        try {
          resolve({ path: JSON.parse(request.responseText)[0], orig_name: file.name || "photo" });
        } catch (error) {
          reject(error);
        }
      };
      request.onerror = () => reject(new Error("broke off"));
      request.onabort = () => reject(new Error("aborted"));
      request.open("POST", "gradio_api/upload");
      request.send(form);
    });

  const mayBeLarge = (file) => lowlight.largeSuffixes.some((suffix) => file.name?.toLowerCase().endsWith(suffix));
  const most = (file) => (mayBeLarge(file) ? lowlight.maxLargeBytes : lowlight.maxBytes);
  const send = async (given) => {
    sending?.abort();
    const mine = (send.last = {});
    const [heavy, files] = [true, false].map((is) => given.filter((file) => file.size > most(file) === is));
    if (heavy.length && given.length === 1) {
      lowlight.signal("refused", { name: heavy[0].name, bytes: heavy[0].size });
      return;
    }
    const arrived = [];
    for (const [index, file] of files.entries()) {
      const which = files.length > 1 ? { name: file.name, at: index + 1, of: files.length } : { name: file.name };
      const show = (share) => {
        if (mine !== send.last) return;
        const text = said(files.length > 1 ? words.sendingMany : words.sending, { ...which, share: Math.round(100 * share) });
        tell(text, { share: (index + share) / files.length, actions: [[words.cancel, cancel]] });
      };
      const cancel = () => {
        send.last = {};
        sending?.abort();
        close();
      };
      if (file.size > 500_000 || files.length > 1) show(0);
      try {
        arrived.push(await sent(file, show));
      } catch {
        if (mine !== send.last) return;
        tell(words.brokeOff, { wrong: true, actions: [[words.again, () => send(given)], [words.cancel, close]] });
        return;
      }
      if (mine !== send.last) return;
    }
    sending = null;
    close();
    const names = heavy.map((file) => file.name).join(", ");
    const limit = [...new Set(heavy.map((file) => Math.round(most(file) / 2 ** 20)))].join(" / ");
    if (heavy.length) complain(said(words.tooLarge, { names, limit }));
    if (!files.length) return;
    if (given.length === 1) lowlight.signal("arrived", arrived[0]);
    else {
      lowlight.signal("gathered", { files: arrived });
      one("#many")?.scrollIntoView({ block: "start" });
    }
  };
  lowlight.send = send;

  const refer = async (file) => {
    try {
      const arrived = await sent(file, (share) => tell(said(words.sending, { name: file.name, share: Math.round(100 * share) }), { share }));
      close();
      lowlight.signal("referenced", arrived);
    } catch {
      tell(words.brokeOff, { wrong: true, actions: [[words.again, () => refer(file)], [words.cancel, close]] });
    }
  };

  const take = (files, target) => {
    const list = [...files];
    if (!list.length) return;
    if (target?.closest?.("#reference")) {
      refer(list[0]);
      return;
    }
    send(list);
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
      if (id === "reference-file") refer(files[0]);
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
        if (blob) send([new File([blob], "camera.jpg", { type: "image/jpeg" })]);
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
        if (type) return send([new File([await item.getType(type)], `pasted.${type.split("/")[1]}`, { type })]);
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
