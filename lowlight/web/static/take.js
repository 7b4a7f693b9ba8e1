// What becomes of a finished picture: it is copied, shared or saved. Each answers with {ok, sentence} and never throws;
// the sentence is in the page's language, and empty where the browser itself shows what happened.
(() => {
  "use strict";
  const { words } = window.lowlight;
  const yes = (sentence) => ({ ok: true, sentence });
  const no = (sentence) => ({ ok: false, sentence });
  const TYPES = { jpg: "image/jpeg", png: "image/png", webp: "image/webp" };

  class Told extends Error {} // its message is a sentence for people

  // -- Files ---------------------------------------------------------------------------------------------------------
  // Sharing must follow a tap within seconds, and a large file takes longer: it can be fetched ahead. A few are kept.
  const KEPT = 3;
  const files = new Map(); // address: { blob: a promise, here: whether it has arrived }

  const fetched = async (url) => {
    try {
      const answer = await fetch(url);
      if (answer.ok) return await answer.blob();
    } catch {
      // the network is gone, or the server
    }
    throw new Told(words.unreachable);
  };

  const file = (url) => {
    const known = files.get(url);
    if (known) return known;
    const entry = { blob: fetched(url), here: false };
    entry.blob.then(
      () => (entry.here = true),
      () => files.delete(url),
    );
    files.set(url, entry);
    if (files.size > KEPT) files.delete(files.keys().next().value);
    return entry;
  };

  // -- Copy ----------------------------------------------------------------------------------------------------------
  const canCopy = () => Boolean(window.isSecureContext && navigator.clipboard?.write && window.ClipboardItem);

  // Clipboards take PNG alone. Browsers have no room for very large pictures: some throw, others return nothing.
  const asPng = async (url) => {
    const blob = await file(url).blob;
    if (blob.type === "image/png") return blob;
    let png = null;
    try {
      const bitmap = await createImageBitmap(blob);
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
      bitmap.close();
      png = await new Promise((done) => canvas.toBlob(done, "image/png"));
    } catch {
      // said below
    }
    if (!png) throw new Told(words.copyFailed);
    return png;
  };

  // The clipboard is given the promise at once, while the tap still counts: Safari takes nothing later.
  const copy = async (url) => {
    if (!canCopy()) return no(words.cannotCopy);
    let told = words.copyRefused;
    try {
      const png = asPng(url);
      png.catch((error) => (told = error instanceof Told ? error.message : told));
      await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
      return yes(words.copied);
    } catch {
      return no(told);
    }
  };

  // -- Share ---------------------------------------------------------------------------------------------------------
  const shareable = (shared) => {
    try {
      return Boolean(navigator.share && navigator.canShare?.({ files: [shared] }));
    } catch {
      return false;
    }
  };
  const canShare = () => shareable(new File(["x"], "x.jpg", { type: TYPES.jpg }));

  const share = async (url, name) => {
    if (!canShare()) return no(words.cannotShare);
    const wanted = file(url);
    const ahead = wanted.here;
    try {
      const shared = new File([await wanted.blob], name, { type: TYPES[name.split(".").pop().toLowerCase()] });
      if (!shareable(shared)) return no(words.cannotShare);
      await navigator.share({ files: [shared] });
      return yes(words.shared);
    } catch (error) {
      if (error instanceof Told) return no(error.message);
      if (error.name === "AbortError") return no(""); // the person closed the sheet
      return no(error.name === "NotAllowedError" && !ahead ? words.shareAgain : words.shareRefused);
    }
  };

  // -- Save ----------------------------------------------------------------------------------------------------------
  const save = async (url, name) => {
    try {
      const address = URL.createObjectURL(await file(url).blob);
      Object.assign(document.createElement("a"), { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      return yes("");
    } catch (error) {
      return no(error instanceof Told ? error.message : words.unreachable);
    }
  };

  const prepare = (url) => void file(url).blob.catch(() => {});

  window.lowlight.take = { canCopy, canShare, prepare, copy, share, save };
})();
