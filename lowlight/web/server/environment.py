"""What the page asks of the place where it is started; what is missing there ends the start with one sentence.

It is asked before Gradio is loaded, which ends with a traceback where a variable is not as it expects.
"""

import errno
import os
import socket
import tempfile
from pathlib import Path

import httpx

from lowlight.network.weights import SOURCE_VARIABLE
from lowlight.web.i18n import texts

_PORTS = range(1, 2**16)
_OWN = ("127.0.0.1", "localhost", "::1")
_PROXIES = tuple(spelled for name in ("http_proxy", "https_proxy", "all_proxy") for spelled in (name, name.upper()))


def prepare() -> None:
    """Look at the environment of a start, and keep the page's requests to itself from every proxy.

    Raises:
        SystemExit: the page cannot be started here; the sentence says why and what to do.
    """
    _check_folder()
    _check_address()
    _pass_by_proxies()


def _check_folder() -> None:
    """Write a file where the page's files go."""
    try:
        folder = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    except OSError as error:
        raise SystemExit(texts.NO_TEMPORARY.format(reason=error.strerror)) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SystemExit(texts.CANNOT_WRITE.format(folder=folder, reason=error.strerror)) from None


def _check_address() -> None:
    """Listen for a moment where the page will; where no port is asked for, Gradio looks for one itself."""
    asked = os.environ.get("GRADIO_SERVER_PORT", "")
    if asked and not (asked.isascii() and asked.isdigit() and int(asked) in _PORTS):
        raise SystemExit(texts.NO_PORT.format(port=asked))
    name = os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
    try:
        found = socket.getaddrinfo(name.strip("[]"), int(asked or 0), type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        sentence = texts.PORT_TAKEN if error.errno == errno.EADDRINUSE else texts.CANNOT_LISTEN
        raise SystemExit(sentence.format(name=name, port=asked, reason=error.strerror)) from None


def _pass_by_proxies() -> None:
    """Have no proxy asked for the page itself, and none at all that cannot be used.

    Gradio asks its own address once it listens. A proxy that httpx does not know ends every request by it, even one
    that would not go through the proxy.
    """
    name = os.environ.get("GRADIO_SERVER_NAME", "").strip("[]")
    apart = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(filter(None, (apart, *_OWN, name)))
    for variable in _PROXIES:
        value = os.environ.get(variable)
        if not value or _usable(value):
            continue
        if os.environ.get(SOURCE_VARIABLE, "").strip():
            raise SystemExit(texts.NO_SUCH_PROXY.format(variable=variable))
        del os.environ[variable]  # without weights on the Hub nobody is asked


def _usable(proxy: str) -> bool:
    """Say whether requests can go through a proxy: for some kinds a package is missing."""
    try:
        # Nothing is asked: it is only made.
        httpx.Client(proxy=proxy if "://" in proxy else f"http://{proxy}", verify=False).close()  # noqa: S501
    except (ImportError, ValueError, httpx.InvalidURL):
        return False
    return True
