"""The static page, built and served as a static host does, and its recipe run in a browser."""

import base64
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import numpy as np

from tools.static_site.runtime import PROCESSOR

ISOLATING = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
"""The headers with which a page may have threads."""

# Takes a photo's pixels through the recipe's modules; what comes back holds pictures in base64.
MAKE = """async ([runtime, network, halo, size, height, width, rgb, wishes]) => {
  const [pipeline, { plantForest }, { Network, useRuntime }] = await Promise.all(
    ["pipeline", "wanted", "network"].map((name) => import(`./recipe/${name}.js`)));
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const text = (array) => {
    const all = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    let found = "";
    for (let at = 0; at < all.length; at += 32768) found += String.fromCharCode(...all.subarray(at, at + 32768));
    return btoa(found);
  };
  const bytesAt = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());
  if (!window.networks) {
    plantForest(await (await fetch("recipe/wanted.json")).json());
    window.networks = {};
    window.threads = useRuntime(await bytesAt(runtime), 2);
  }
  window.networks[network] ??= await Network.open(await bytesAt(network), { halo });
  const three = bytes(rgb);
  const data = new Uint8ClampedArray(4 * height * width).fill(255);
  for (let at = 0; at < 3 * height * width; at++) data[Math.floor(at / 3) * 4 + (at % 3)] = three[at];
  const plan = new pipeline.Plan({ height, width, data });
  const { survey, scene } = plan;
  const began = performance.now();
  let clean = null;
  if (pipeline.asksForNetwork(plan)) {
    const work = pipeline.cleaned(plan, window.networks[network], size);
    for (let step = await work.next(); ; step = await work.next())
      if (step.done) { clean = step.value; break; }
  }
  const seconds = (performance.now() - began) / 1000;
  const whole = (own) => {
    const result = new Uint8ClampedArray(data.length);
    for (const strip of pipeline.strips(own, clean)) result.set(strip.data, 4 * strip.top * width);
    return text(result);
  };
  return {
    kind: scene.kind, gain: scene.gain, wanted: survey.wanted, seconds,
    features: text((await import("./recipe/wanted.js")).features(survey)),
    stops: text(plan.asked.stops), brightened: text(pipeline.brightenedPhoto(plan)),
    results: wishes.map((settings) => whole(plan.under(settings))),
  };
}"""


READ = """async ([content, name]) => {
  const { decoded } = await import("./work/files.js");
  const file = new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name);
  try {
    const { height, width, data } = await decoded(file, 5e7);
    return [height, width, btoa(Array.from(data, (one) => String.fromCharCode(one)).join(""))];
  } catch (error) {
    return error.word;
  }
}"""


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder as a static host does, with these headers, and says nothing."""

    extensions_map: ClassVar = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def __init__(self, *args, headers, **options):
        self._headers = headers
        super().__init__(*args, **options)

    def end_headers(self):
        for name, value in self._headers.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_):
        pass


class Host:
    """A static host on this machine.

    Attributes:
        address: where it serves.
    """

    def __init__(self, folder, headers):
        self._handler = partial(_Handler, directory=folder, headers=headers)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._serve()

    def _serve(self):
        Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def away(self):
        """Take the host away; it is back at the end."""
        place = self._server.server_address
        self.close()
        yield
        self._server = ThreadingHTTPServer(place, self._handler)
        self._serve()


@contextmanager
def hosting(folder, headers=ISOLATING):
    """Serve a folder with these headers."""
    host = Host(folder, headers)
    yield host
    host.close()


def made(page, network, rgb, wishes, *, size=1408):
    """Return what the recipe in the browser makes of a photo: numbers, and pictures as arrays of uint8 RGB."""
    height, width = rgb.shape[:2]
    text = base64.b64encode(np.ascontiguousarray(rgb).tobytes()).decode()
    found = page.evaluate(MAKE, [PROCESSOR.file, network.file, network.halo, size, height, width, text, wishes])
    picture = partial(_picture, shape=(height, width, 4))
    numbers = {name: np.frombuffer(base64.b64decode(found[name]), "<f4") for name in ("features", "stops")}
    results = [picture(one) for one in found["results"]]
    return {**found, **numbers, "brightened": picture(found["brightened"]), "results": results}


def decoded(page, path):
    """Return a photo as the browser reads it, uint8 RGB; or which sentence says why not."""
    found = page.evaluate(READ, [base64.b64encode(path.read_bytes()).decode(), path.name])
    return found if isinstance(found, str) else _picture(found[2], (found[0], found[1], 4))


def _picture(text, shape):
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape)[..., :3]
