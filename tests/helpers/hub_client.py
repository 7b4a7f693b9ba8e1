"""The real huggingface_hub client in a process of its own, for tests against `hub_server.HubServer`."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Self

from tests.helpers.places import PROJECT

TOKEN = "hf_for_tests_only"

_LOOP = """
import json, sys, traceback
out, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    code, names = json.loads(line)
    try:
        exec(code, names)
        answer = {"result": names.get("result")}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), file=out, flush=True)
"""


class HubClient:
    """A Python process in which huggingface_hub speaks to a test's server, for as long as the ``with`` block lasts.

    The client reads its settings when it is imported, so it needs a process of its own.

    Args:
        url: where the Hub is.
        home: the client's folder (HF_HOME) with its cache.
        **settings: more environment variables.
    """

    def __init__(self, url: str, home: Path, **settings: str):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "LOWLIGHT_"))}
        ours = {"HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        self._environ = clean | ours | {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "NO_PROXY": "127.0.0.1"} | settings

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LOOP],
            cwd=PROJECT,
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def run(self, code: str, **names: Any) -> Any:
        """Run code in the process, with these names defined, and return what it calls ``result``."""
        self._process.stdin.write(json.dumps([textwrap.dedent(code), names]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]
