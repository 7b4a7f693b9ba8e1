"""Several copies of the page, started by the manual's lines and put behind its file for nginx."""

import os
import re
import shlex
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from tests.helpers.places import PROJECT
from tests.helpers.proxies import for_copies, proxied
from tests.helpers.running import START, process_of
from tests.helpers.serving import free_port, serving

_LINES = re.search(r"```sh\n(.*?)```", (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8"), re.DOTALL)[1]
_LINE = re.compile(r"GRADIO_SERVER_PORT=\d+ GRADIO_TEMP_DIR=\S+ (.+) \S+/python app\.py")


class Copy:
    """One copy: on a port, and with a folder and cores, of its own.

    Args:
        folder: where its log and its files go.
        cores: the numbers of those that it may use.
    """

    def __init__(self, folder, cores):
        self.port = free_port()
        self.log, self.files = folder / f"{self.port}.log", folder / f"{self.port}"
        (line,) = {re.sub(r"\d+,\d+", "{}", found[1]) for found in map(_LINE.fullmatch, _LINES.splitlines())}
        self._bound = shlex.split(line.format(",".join(map(str, cores))))
        self._stack = ExitStack()

    def start(self):
        """Start it; return itself once it listens."""
        own = {"GRADIO_SERVER_PORT": str(self.port), "GRADIO_TEMP_DIR": str(self.files)}
        self.address = self._stack.enter_context(serving(self.log, "-c", START, inside=self._bound, **own))
        self.process = process_of(self.log)
        return self

    def kill(self):
        """End it as a crash would: without a word."""
        os.kill(self.process, signal.SIGKILL)
        self.end()

    def end(self):
        """End it, if it runs."""
        self._stack.close()


@contextmanager
def copies(folder, count=2):
    """Serve copies of the page through nginx; give nginx's address, and the copies by their ports."""
    cores = sorted(os.sched_getaffinity(0))
    shares = [cores[number::count] or cores[number % len(cores) :][:1] for number in range(count)]
    with ExitStack() as stack:
        made = [Copy(folder, share) for share in shares]
        for one in made:
            stack.callback(one.end)
        with ThreadPoolExecutor(count) as together:
            list(together.map(Copy.start, made))
        address = stack.enter_context(proxied(folder, for_copies(count), *(one.address for one in made)))
        yield address, {str(one.port): one for one in made}
