"""LOL from the Hub: the real huggingface_hub client against a real server on loopback."""

import io
import zipfile

import pytest
from PIL import Image

from lowlight import LowlightError
from tests.helpers.hub_client import HubClient
from tests.helpers.hub_server import Fault, HubServer
from training.data import fetch
from training.data.fetch import REPOSITORY, wanted
from training.data.pairs import open_dataset

DATASET = f"datasets/{REPOSITORY}"
FETCH = """
import time
from pathlib import Path
from lowlight import LowlightError
from training.data.fetch import fetch_lol
start = time.monotonic()
try:
    result = {"commit": fetch_lol(Path(out), revision=revision, seconds=seconds)}
except LowlightError as error:
    result = {"error": str(error)}
result["seconds"] = time.monotonic() - start
"""


def photo():
    """A PNG file of 8 x 8 pixels."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 8, 7)).save(file, "PNG")
    return file.getvalue()


PHOTOS = {
    f"{part}/{side}/{name}.png": photo() for part, name in (("our485", 5), ("eval15", 1)) for side in ("low", "high")
}


def packed(files):
    """A ZIP archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return file.getvalue()


ARCHIVE = packed({f"lol_dataset/{name}": content for name, content in PHOTOS.items()})


@pytest.fixture
def server(tmp_path):
    """A Hub of the test's own."""
    with HubServer(tmp_path / "hub") as server:
        yield server


@pytest.fixture
def run(server, tmp_path):
    """Fetch with the real client; return the commit or the refusal, and the seconds it took."""
    with HubClient(server.url, tmp_path / "home", HF_HUB_DOWNLOAD_TIMEOUT="3") as client:
        yield lambda revision=None, seconds=60: client.run(
            FETCH, out=str(tmp_path / "lol"), revision=revision, seconds=seconds
        )


def names_of(folder):
    """Return the pairs of our485 and of eval15."""
    found = open_dataset(folder)
    return [pair.name for pair in found.pairs], [pair.name for pair in found.test_pairs]


@pytest.mark.parametrize("files", [{**PHOTOS, "README.md": b"x"}, {"lol_dataset.zip": ARCHIVE, "README.md": b"x"}])
def test_lol_is_fetched_as_folders_or_as_an_archive(server, run, tmp_path, files):
    """Whether the repository holds the folders or their archive, the photos are there, and the commit is told."""
    commit = server.publish(DATASET, files)
    assert run()["commit"] == commit
    assert names_of(tmp_path / "lol") == (["5"], ["1"])
    assert not list((tmp_path / "lol").glob("*.zip"))


def test_the_archive_is_fetched_only_where_there_are_no_folders():
    """Of a repository that holds both, the folders are fetched."""
    assert "*.zip" not in wanted([*PHOTOS, "lol_dataset.zip"])
    assert wanted(["README.md", "lol_dataset.zip"]) == ["*.zip"]


def test_a_revision_is_pinned(server, run, tmp_path):
    """A commit gives the data set as it was, whatever came later."""
    first = server.publish(DATASET, PHOTOS)
    server.publish(DATASET, {"our485/low/6.png": photo(), "our485/high/6.png": photo()})
    assert run(revision=first)["commit"] == first
    assert names_of(tmp_path / "lol")[0] == ["5"]


def test_what_was_fetched_is_not_asked_for_again(server, run):
    """A second fetch of the same revision needs no network."""
    commit = server.publish(DATASET, PHOTOS)
    run()
    asked = len(server.requests)
    assert run()["commit"] == run(revision=commit)["commit"] == commit
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault.GATED, "Accept its terms there and set HF_TOKEN"),
        (Fault.CORRUPT, "arrived damaged"),
    ],
)
def test_what_the_hub_refuses_or_spoils_is_said(server, run, tmp_path, fault, sentence):
    """A gated data set and a damaged archive are one sentence with the way out, and nothing counts as fetched."""
    server.publish(DATASET, {"lol_dataset.zip": ARCHIVE})
    with server.failing(fault):
        assert sentence in run()["error"]
    assert not (tmp_path / "lol" / "our485").exists()
    assert "commit" in run()


def test_a_data_set_or_revision_that_is_missing_is_said(server, run):
    """Neither the data set nor a revision of it needs to be there."""
    assert "no such data set" in run()["error"]
    server.publish(DATASET, PHOTOS)
    assert "no such revision" in run(revision="v9")["error"]


def test_another_data_set_is_not_taken_for_lol(server, run):
    """A repository without our485 is refused."""
    server.publish(DATASET, {"photos.zip": packed({"cats/1.png": b"x"})})
    assert "holds no folder our485" in run()["error"]


def test_waiting_has_an_end(server, run):
    """A download that stalls is given up after the seconds allowed."""
    server.publish(DATASET, PHOTOS)
    with server.failing(Fault.STALL):
        found = run(seconds=2)
    assert "did not arrive within 2 seconds" in found["error"]
    assert found["seconds"] < 4


def test_no_network_is_one_sentence(server, tmp_path):
    """Offline, and where nothing answers, the refusal says so, and that an archive will do; it holds no address."""
    server.close()
    for variables, sentence in (({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE"), ({}, "no way to the Hub")):
        with HubClient(server.url, tmp_path / "home", **variables) as client:
            found = client.run(FETCH, out=str(tmp_path / "lol"), revision=None, seconds=60)
        assert sentence in found["error"]
        assert "unpack LOL's archive yourself" in found["error"]
        assert "127.0.0.1" not in found["error"]
        assert found["seconds"] < 15


def test_an_archive_cannot_write_elsewhere(tmp_path):
    """Only photos of LOL's four folders are unpacked, below the folder asked for, whatever the archive's names say."""
    names = ("../../our485/low/1.png", "/our485/high/1.png", "../evil.png", "our485/low/../../../evil.png")
    (tmp_path / "lol.zip").write_bytes(packed(dict.fromkeys(names, b"x")))
    fetch.unpack(tmp_path / "lol.zip", tmp_path / "a" / "out")
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"a/out/our485/low/1.png", "a/out/our485/high/1.png"}


def test_an_archive_far_larger_than_lol_is_refused(tmp_path, monkeypatch):
    """What an archive unpacks to is known before anything is written."""
    monkeypatch.setattr(fetch, "_MOST_UNPACKED", 100)
    (tmp_path / "lol.zip").write_bytes(ARCHIVE)
    with pytest.raises(LowlightError, match="so it is not LOL"):
        fetch.unpack(tmp_path / "lol.zip", tmp_path)
    assert not (tmp_path / "our485").exists()


def test_prepare_fetches_and_writes_down_the_commit(server, tmp_path):
    """Without a source, prepare fetches LOL beside its split, and the split names the commit; later ones do too."""
    many = {f"our485/{side}/{name}.png": photo() for side in ("low", "high") for name in (5, 17, 39)}
    commit = server.publish(DATASET, many)
    with HubClient(server.url, tmp_path / "home") as client:
        found = client.run(
            """
            import json
            from pathlib import Path
            from training.data.prepare import prepare
            first = prepare(None, Path(out), protocol="leak-free")
            second = prepare(Path(out) / "lol", Path(out) / "again", protocol="leak-free")
            result = [json.loads(path.read_text())["sets"][0]["source"] for path in (first, second)]
            """,
            out=str(tmp_path / "out"),
        )
    assert found == [f"LOL v1, {REPOSITORY} at {commit}"] * 2
