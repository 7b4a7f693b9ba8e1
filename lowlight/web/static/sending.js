// Files are sent to the server as they are, with a bar that says how far they are; what they hold is looked at there,
// where it can be said what is wrong with them.
(() => {
  "use strict";
  const lowlight = window.lowlight;
  const { words, said } = lowlight;
  const { tell, close, complain } = lowlight.pill;

  const TOO_LARGE = 413; // a proxy on the way says so, by a limit of its own; this server's is known before
  let sending = null; // the request under way: another file takes its place

  const sent = (file, tellShare) =>
    new Promise((resolve, reject) => {
      const form = new FormData();
      form.append("files", file, file.name || "photo");
      const request = new XMLHttpRequest();
      sending = request;
      request.upload.onprogress = (event) => event.lengthComputable && tellShare(event.loaded / event.total);
      request.onload = () => {
        if (request.status !== 200) return reject(Object.assign(new Error("refused"), { status: request.status }));
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
    const [arrived, stopped] = [[], []];
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
      } catch ({ status }) {
        if (mine !== send.last) return;
        if (status !== TOO_LARGE) {
          tell(words.brokeOff, { wrong: true, actions: [[words.again, () => send(given)], [words.cancel, close]] });
          return;
        }
        stopped.push(file);
      }
      if (mine !== send.last) return;
    }
    sending = null;
    close();
    const names = (list) => list.map((file) => file.name).join(", ");
    const limit = [...new Set(heavy.map((file) => Math.round(most(file) / 2 ** 20)))].join(" / ");
    const left = heavy.length ? [said(words.tooLarge, { names: names(heavy), limit })] : [];
    if (stopped.length) left.push(said(words.tooLargeHere, { names: names(stopped) }));
    if (left.length) complain(left.join(" "));
    if (!arrived.length) return;
    if (given.length === 1) lowlight.signal("arrived", arrived[0]);
    else {
      lowlight.signal("gathered", { files: arrived });
      document.querySelector("#many")?.scrollIntoView({ block: "start" });
    }
  };
  lowlight.send = send;

  lowlight.refer = async (file) => {
    try {
      const arrived = await sent(file, (share) => tell(said(words.sending, { name: file.name, share: Math.round(100 * share) }), { share }));
      close();
      lowlight.signal("referenced", arrived);
    } catch ({ status }) {
      if (status === TOO_LARGE) complain(said(words.tooLargeHere, { names: file.name }));
      else tell(words.brokeOff, { wrong: true, actions: [[words.again, () => lowlight.refer(file)], [words.cancel, close]] });
    }
  };
})();
