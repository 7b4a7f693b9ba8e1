// Keeps the page, so that it works without a connection. The network and what runs it are kept by work/kept.js, under
// their hashes. Answers carry the headers with which a page may have threads, also where the host does not send them.
importScripts("files.js"); // self.page = { version, files }, written when the page is built

const CORE = `page-${self.page.version}`;
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

self.addEventListener("install", (event) => {
  const fresh = self.page.files.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CORE).then((core) => core.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("page-") && name !== CORE;
  const cleared = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(cleared.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { url, method } = event.request;
  if (method === "GET" && url.startsWith(self.registration.scope)) event.respondWith(answered(event.request));
});

async function answered(request) {
  const core = await caches.open(CORE);
  const found = (await core.match(request, { ignoreSearch: true })) ?? (await fetch(request));
  if (!found.ok || found.redirected) return found;
  const headers = new Headers(found.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(found.body, { status: found.status, statusText: found.statusText, headers });
}
