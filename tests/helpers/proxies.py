"""nginx before the page, or before several copies of it, by the configurations of the manual."""

import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from tests.helpers.places import PROJECT
from tests.helpers.serving import free_port

BLOCKS = re.findall(
    r"```nginx\n(.*?)```", (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8"), flags=re.DOTALL
)
PLAIN, UNDER_A_PATH, FOR_PROGRAMS, COPIES = BLOCKS
"""What the manual gives for nginx: before one page, and before two copies of it."""

_PLACES = ("/usr/sbin", "/usr/local/sbin", str(PROJECT / "out" / "nginx" / "usr" / "sbin"))
_FRAME = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
    log_format copies "$cookie_lowlight_copy $upstream_addr";
    access_log {folder}/passed.log copies;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{block}
}}
"""


@contextmanager
def proxied(folder, block, *addresses):
    """Serve a page, or copies of it, through nginx; give nginx's address.

    Args:
        folder: where its files go.
        block: what stands in nginx's ``http``, with a ``listen`` and pages on ports of 127.0.0.1.
        addresses: the pages' own addresses, which take the place of those in the block.
    """
    port = free_port()
    written = folder / "nginx.conf"
    told = re.sub(r"listen [^;]+;", f"listen 127.0.0.1:{port};", at(block, addresses))
    written.write_text(_FRAME.format(folder=folder, block=told))
    log = folder / "nginx.log"
    with log.open("wb") as output:
        process = subprocess.Popen([_nginx(), "-p", folder, "-c", written], stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def at(block, addresses):
    """Return a block in which the pages' ports are those of other addresses."""
    ports = dict(zip(ports_in(block), (str(urlsplit(address).port) for address in addresses), strict=True))
    return re.sub(rf"\b({'|'.join(ports)})\b", lambda found: ports[found[0]], block)


def ports_in(block):
    """Return the ports of the pages that a block names, each once, in its order."""
    return list(dict.fromkeys(re.findall(r"\b127\.0\.0\.1:(\d+)\b", block)))


def for_copies(count):
    """Return the manual's block for copies with another number of them, as the manual says that it is changed."""
    first, second = ports_in(COPIES)
    ports = [str(int(first) + number) for number in range(count)]
    line = re.search(rf"\n +server 127\.0\.0\.1:{first}[^;]*;", COPIES)[0]
    block = COPIES.replace(line.replace(first, second), "")
    block = block.replace(line, "".join(line.replace(first, port) for port in ports))
    return block.replace(f"{first}|{second}", "|".join(ports))


def passed_on(folder):
    """Return for each request that nginx has passed on the cookie that it came with, and the port that answered it.

    A request is written down when it is over. "-" stands for no cookie.
    """
    lines = [line.split() for line in (folder / "passed.log").read_text().splitlines()]
    return [(cookie, answered.rpartition(":")[2]) for cookie, *_, answered in lines if answered != "-"]


def _nginx():
    """Return where nginx is."""
    path = shutil.which("nginx") or next(filter(None, (shutil.which("nginx", path=one) for one in _PLACES)), None)
    if not path:
        pytest.fail("The tests of proxies need nginx. `make nginx` sees to it, or says what to do.")
    return path


def _wait(port, process, log):
    """Wait until nginx listens."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"nginx did not start. It said:\n{log.read_text()}")
