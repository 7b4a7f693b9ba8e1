"""What stands before the page: limits of bodies, and headers telling browsers what they may do."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from lowlight import limits
from lowlight.web.gradio_internals import UPLOAD_ADDRESS
from lowlight.web.i18n import texts

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MULTIPART_BYTES = 64 * 1024
"""What a form may put around a file."""

HEADERS = {
    # Everything comes from the page itself; the style and script in its head are ours, Gradio's own need eval.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
        "connect-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
    ),
    "permissions-policy": "geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "vary": "accept-language",
    "x-content-type-options": "nosniff",
}
"""Headers of every answer. Who may frame the page is left open: a Space is shown in a frame."""


class TooLarge(Exception):  # noqa: N818 -- it is no error of ours
    """A body is beyond its limit."""


class SecurityMiddleware:
    """ASGI middleware that refuses bodies beyond their limit with 413 and adds `HEADERS`.

    A body is counted as it comes, whatever its Content-Length says, and never gathered here.

    Args:
        app: what is served behind it.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = body_limit(scope["path"])
        started = False
        left = limit

        async def counted() -> Event:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        async def with_headers(message: Event) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_ours(message["headers"])
            await send(message)

        try:
            if _announced(scope) > limit:
                raise TooLarge
            await self._app(scope, counted, with_headers)
        except TooLarge:
            if not started:
                await _refuse(limit, with_headers)


def _with_ours(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers and those of `HEADERS` that it lacks; what it varies by is added to."""
    ours = {name.encode(): value.encode() for name, value in HEADERS.items()}
    present = {name.lower() for name, _ in headers}
    kept = [
        (name, value + b", " + ours[b"vary"]) if name.lower() == b"vary" else (name, value) for name, value in headers
    ]
    return [*kept, *((name, value) for name, value in ours.items() if name not in present)]


def body_limit(path: str) -> int:
    """Return how many bytes a request's body may have at this address."""
    upload = path.rstrip("/").endswith(UPLOAD_ADDRESS)
    return limits.MAX_LARGE_BYTES + MULTIPART_BYTES if upload else limits.MAX_BODY_BYTES


def _announced(scope: MutableMapping[str, Any]) -> int:
    """Return the Content-Length; 0 where there is none that can be read."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


async def _refuse(limit: int, send: Send) -> None:
    sentence = texts.BODY_TOO_LARGE.format(limit=limit / 2**20).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(sentence)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": sentence})
