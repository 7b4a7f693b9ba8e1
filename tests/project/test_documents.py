"""What the README, docs/ and SECURITY.md say is so."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import gradio.blocks
import numpy as np
import pytest
from PIL import Image

from lowlight import Settings, enhance, limits, load_photo
from tests.helpers.places import DARK, PROJECT
from tools import rooms

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", PROJECT / "SECURITY.md", *(PROJECT / "docs").glob("*.md")]
SNIPPETS = [
    (page.name, block) for page in PAGES for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
]


SOURCES = [*(PROJECT / "lowlight").rglob("*.py"), Path(gradio.blocks.__file__)]
VARIABLES = set(re.findall(r"\b(?:LOWLIGHT|GRADIO)_[A-Z_]+", "".join(path.read_text() for path in SOURCES)))
"""The environment variables that the library, its page and Gradio know."""


@pytest.mark.parametrize("lines", [lines for _, lines in SNIPPETS], ids=[name for name, _ in SNIPPETS])
def test_the_lines_of_python_work(lines, request, tmp_path, monkeypatch):
    """Each snippet, run as it stands beside a photo, makes what the library makes with what it sets."""
    with Image.open(DARK) as photo:
        photo.convert("RGB").save(tmp_path / "night.jpg", quality=95)
    monkeypatch.chdir(tmp_path)
    names, here = {}, "http://127.0.0.1:7860"
    if here in lines:
        lines = lines.replace(here, request.getfixturevalue("address"))
    exec(lines, names)
    set_here = re.search(r"(?:Settings|predict)\((?:handle_file\(.*?\), )?(.*?)(?:, form.*)?\)", lines)
    chosen = eval(f"dict({set_here[1]})") if set_here else {}
    *_, expected = enhance(load_photo("night.jpg").rgb, Settings(**chosen))
    if "path" in names:
        names["client"].close()
        assert np.array_equal(load_photo(names["path"]).rgb, expected.picture)
    else:
        found = load_photo("night_enhanced.jpg").rgb
        assert np.abs(found.astype(int) - expected.picture).mean() < 1.5


COMMANDS = [
    (page.name, re.sub(r"\s+#.*", "", line.strip()))
    for page in PAGES
    for line in re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL).splitlines()
    if line.startswith("    ")
]
SHOWN_ELSEWHERE = {"docker": "test_docker.py", "pip": "test_install.py"}
"""Programs that a test of its own runs as the pages say."""


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_the_commands_work(page, command, tmp_path):
    """Each is run as it stands, in a copy where it writes; of `make`, which installs and trains, a dry run."""
    shutil.copytree(PROJECT / "lowlight" / "web" / "i18n", tmp_path / "lowlight" / "web" / "i18n")
    shutil.copy(DARK, tmp_path / "night.png")
    words = shlex.split(command)
    variables = list(takewhile(lambda word: re.match(r"[A-Z_]+=", word), words))
    program, *rest = words[len(variables) :]
    assert {word.partition("=")[0] for word in variables} <= VARIABLES, page
    if program == "make":
        subprocess.run(["make", "--dry-run", *rest], cwd=PROJECT, check=True, capture_output=True)
    elif program == "lowlight":
        given = ["night.png" if word == "PHOTO..." else word for word in rest]
        run = [sys.executable, "-m", "lowlight", *given]
        subprocess.run(run, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(PROJECT)}, check=True)
        assert (tmp_path / "results" / "night_enhanced.png").exists()
    elif program in ("mkdir", "cp"):
        (tmp_path / "lowlight/web/i18n/locale/it/LC_MESSAGES").mkdir(parents=True, exist_ok=True)
        subprocess.run(words, cwd=tmp_path, check=True)
    elif program == ".venv/bin/pip":
        assert rest[1].replace("[mcp]", "") in (PROJECT / "requirements.txt").read_text().splitlines()
    else:
        assert (PROJECT / "tests" / "project" / SHOWN_ELSEWHERE[program]).exists(), command


def test_the_training_commands_are_those_there_are():
    """Each `python -m training NAME` that a page names is one, and training.md has a line on each."""
    text = "".join(page.read_text() for page in PAGES)
    known = set(re.findall(r"^    (\w+)\b", help_of("training"), re.MULTILINE))
    table = re.findall(r"^\| (`.*`) \|", (PROJECT / "docs" / "training.md").read_text(), re.MULTILINE)
    told = {name for names in table[1:] for name in re.findall(r"`(\w+)`", names)}
    assert set(re.findall(r"python -m training (\w+)", text)) <= known
    assert told == known


def help_of(package):
    """Return what a package's command says of itself."""
    command = [sys.executable, "-m", package, "--help"]
    return subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout


def test_the_picture_of_the_rooms_is_so():
    """docs/architecture.md shows who imports whom as it is."""
    assert f"```mermaid\n{rooms.diagram()}\n```" in (PROJECT / "docs" / "architecture.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Each link to a file of the project, and each picture, is there."""
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_can_be_read_in_a_few_minutes():
    """It has at most 900 words, its settings for the Space and its tables included."""
    assert len((PROJECT / "README.md").read_text(encoding="utf-8").split()) <= 900


@pytest.mark.parametrize("setting", limits.RANGES)
def test_the_ranges_that_are_told_are_the_settings(setting):
    """The ranges that programs are told are those that settings are held to, for each setting there is."""
    text = " ".join((PROJECT / "docs" / "api.md").read_text(encoding="utf-8").split())
    low, high = (int(end) if end == int(end) else end for end in limits.RANGES[setting])
    assert re.search(rf"`{setting}`[^;.]*? from {low} to {high}\b", text)
    for value in (low, high):
        assert getattr(Settings(**{setting: value}), setting) == value
    with pytest.raises(ValueError, match="must be"):
        Settings(**{setting: high + 1})


def test_every_promise_names_its_tests():
    """SECURITY.md has nineteen promises, and each test or file that it names is there."""
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", text, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 20))
    files = {path.name: path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py")}
    for number, shown in rows:
        for name in re.findall(r"`(test_\w+(?:\.py)?)`", shown):
            assert name in files or any(f"def {name}(" in content for content in files.values()), (number, name)
