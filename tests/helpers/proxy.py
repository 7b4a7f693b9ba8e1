"""A stand-in for nginx: reads a ``server`` block and does what nginx would by its defaults. Run as a program."""

import re
import sys
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

_DROPPED = {"host", "connection", "content-length", "transfer-encoding", "content-encoding", "keep-alive", "upgrade"}
_UNITS = {"": 1, "k": 2**10, "m": 2**20}


class Proxy:
    """Passes requests on by the first ``location`` of a ``server`` block that has a ``proxy_pass``."""

    def __init__(self, block):
        self.prefix, inside = re.search(r"location (/\S*) \{([^}]*proxy_pass[^}]*)\}", block).groups()
        self.origin, self.path = re.search(r"proxy_pass (http://[^/;]+)([^;]*);", inside).groups()
        self.headers = dict(re.findall(r"proxy_set_header (\S+) ([^;]+);", inside))
        self.buffers = "proxy_buffering off" not in inside
        number, unit = (re.search(r"client_max_body_size (\d+)([km]?);", block) or re.match("(1)(m)", "1m")).groups()
        self.limit = int(number) * _UNITS[unit]
        self.client = httpx.AsyncClient(trust_env=False, timeout=300)

    async def answer(self, request):
        path = request.url.path
        if path + "/" == self.prefix:
            return RedirectResponse(self.prefix, 301)
        if not path.startswith(self.prefix):
            return PlainTextResponse("", 204 if path == "/favicon.ico" else 404)
        if int(request.headers.get("content-length", 0)) > self.limit:
            return Response("<html>413 Request Entity Too Large</html>", 413, media_type="text/html")
        asked = self.client.build_request(
            request.method,
            self.origin + (self.path + path[len(self.prefix) :] if self.path else path),
            params=request.query_params,
            headers=[*self._kept(request.headers.items()), *self._set(request).items()],
            content=await request.body(),
        )
        return await self._passed_on(await self.client.send(asked, stream=True))

    async def _passed_on(self, answer):
        headers = dict(self._kept(answer.headers.items()))
        if self.buffers and headers.pop("x-accel-buffering", "yes") != "no":
            content = await answer.aread()
            return Response(content, answer.status_code, headers)
        return StreamingResponse(answer.aiter_bytes(), answer.status_code, headers)

    def _kept(self, headers):
        return [(name, value) for name, value in headers if name.lower() not in _DROPPED]

    def _set(self, request):
        known = {"$http_host": request.headers["host"], "$scheme": "http"}
        return {name: known.get(value, value) for name, value in self.headers.items()}


def main(path):
    """Serve by the block in a file."""
    block = Path(path).read_text()
    methods = ["GET", "HEAD", "POST", "OPTIONS"]
    app = Starlette(routes=[Route("/{path:path}", Proxy(block).answer, methods=methods)])
    port = int(re.search(r"listen 127\.0\.0\.1:(\d+);", block)[1])
    uvicorn.run(app, port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1])
