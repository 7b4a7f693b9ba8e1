"""How the page is served: where it listens, what it keeps for how long, and what is ready before the first photo."""

import atexit
import json
import logging
import os
import shutil
import signal
import tempfile
import time
from threading import Thread
from typing import Any

from starlette.middleware import Middleware

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files.formats import LARGE_SUFFIXES
from lowlight.network.session import default_network
from lowlight.web.gradio_internals import LAUNCH, believe_the_browser, fetch_nothing
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import language, translate
from lowlight.web.i18n.localized import LanguageMiddleware
from lowlight.web.jobs.queue import QUEUE_SIZE
from lowlight.web.jobs.rehearsal import rehearse
from lowlight.web.jobs.storage import root, sweep
from lowlight.web.server.proxies import ProxyMiddleware
from lowlight.web.server.security import SecurityMiddleware
from lowlight.web.server.static import PackingMiddleware, routes
from lowlight.web.ui.examples import STATIC_FOLDER
from lowlight.web.ui.theme import theme

EVENTS_SIZE = 4 * QUEUE_SIZE
"""How many events Gradio lets wait: a backstop. It begins each at once; photos wait in `jobs.queue`."""

CLEANING = (30, 60 * texts.KEEP_MINUTES - 60)
"""How often old files are looked for, and the age at which they go, in seconds: together less than is promised."""

MIDDLEWARE = (ProxyMiddleware, SecurityMiddleware, LanguageMiddleware, PackingMiddleware)
"""What stands before the page, from the outside in."""

MCP_VARIABLE = "GRADIO_MCP_SERVER"
"""The environment variable that asks for MCP, with "true"; Gradio's own."""

STYLES = ("page.css", "steps.css", "many.css")
"""The page's style sheets, in the order in which they count."""

SCRIPTS = (
    *("before-after.js", "ways-in.js", "sending.js", "take.js", "maps.js", "live.js", "time.js", "steps.js", "many.js"),
    *("sight.js", "page.js"),
)
"""The page's scripts, in the order in which they run; each is a whole, and they meet in `window.lowlight`."""

_log = logging.getLogger(__name__)


def set_up() -> None:
    """Set up the process before Gradio builds the page: no telemetry, nothing fetched, a folder for temporary files."""
    fetch_nothing()
    believe_the_browser()
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    if not os.environ.get("GRADIO_TEMP_DIR"):
        folder = tempfile.mkdtemp(prefix="lowlight-")
        os.environ["GRADIO_TEMP_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def launch_options() -> dict[str, Any]:
    """Return what `gr.Blocks.launch` is to be told."""
    return {
        "server_name": os.environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if "SPACE_ID" in os.environ else "127.0.0.1"),  # noqa: S104 -- a Space is reached from outside its container
        "max_file_size": limits.MAX_LARGE_BYTES,
        "app_kwargs": {
            "middleware": [Middleware(one) for one in MIDDLEWARE],
            "routes": routes(),
        },
        "strict_cors": True,
        "theme": theme(),
        "head": head(),
        "favicon_path": STATIC_FOLDER / "favicon.png",
        "footer_links": [],
        "run_history": False,
        "pwa": False,
        "ssr_mode": False,
        "share": False,
        "show_error": False,
        "enable_monitoring": False,
        "mcp_server": _mcp_wanted(),
        **LAUNCH,
    }


def _mcp_wanted() -> bool:
    """Say whether the page is to be an MCP server too, which is loaded for those alone who ask for it."""
    if os.environ.get(MCP_VARIABLE, "").lower() != "true":
        return False
    from lowlight.web.server import mcp

    return mcp.install()


def start_helpers() -> None:
    """Start what runs beside the page: the network is opened ahead of the first photo, and old files are deleted.

    Being told to end is from now on like Ctrl and C, so that the temporary files go with the page.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    Thread(target=_warm_up, name="warm-up", daemon=True).start()
    Thread(target=_keep_clean, name="cleaning", daemon=True).start()


def _warm_up() -> None:
    try:
        default_network()
        rehearse()
    except LowlightError as error:
        _log.warning("%s", error)


def _keep_clean() -> None:
    frequency, age = CLEANING
    while True:
        time.sleep(frequency)
        sweep(root(), age)


def head() -> str:
    """Return the page's style and script, with the words and figures that they need from here, as they are spoken now.

    The style stands in the head and not in Gradio's option for it, which rewrites selectors.
    """
    said = {name: translate(word) for name, word in texts.SCRIPTED.items()}
    sizes = {"maxBytes": limits.MAX_FILE_BYTES, "maxLargeBytes": limits.MAX_LARGE_BYTES}
    facts = {**sizes, "largeSuffixes": LARGE_SUFFIXES, "words": said, "language": language()}
    words = "".join(
        f"--{name}: {json.dumps(translate(word), ensure_ascii=False)}; " for name, word in texts.STYLED.items()
    )
    style = "\n".join((STATIC_FOLDER / name).read_text(encoding="utf-8") for name in STYLES)
    scripts = [(STATIC_FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return (
        '<link rel="icon" href="favicon.ico">'
        f"<style>:root {{ {words}}}\n{style}</style><script>window.lowlight = {json.dumps(facts)};</script>"
        + "".join(f"<script>{script}</script>" for script in scripts)
    )
