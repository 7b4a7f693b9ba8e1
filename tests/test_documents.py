"""What the README, docs/ and SECURITY.md say is so."""

import re

import numpy as np
import pytest
from conftest import DARK, PROJECT
from PIL import Image

from lowlight import Settings, enhance, limits, load_photo

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", PROJECT / "SECURITY.md", *(PROJECT / "docs").glob("*.md")]
SNIPPETS = [
    (page.name, block) for page in PAGES for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
]


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
    """SECURITY.md has eighteen promises, and each test or file that it names is there."""
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", text, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 19))
    files = {path.name: path.read_text(encoding="utf-8") for path in (PROJECT / "tests").glob("test_*.py")}
    for number, shown in rows:
        for name in re.findall(r"`(test_\w+(?:\.py)?)`", shown):
            assert name in files or any(f"def {name}(" in content for content in files.values()), (number, name)
