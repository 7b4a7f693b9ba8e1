"""Photos in storage elsewhere, over a server that speaks S3."""

from pathlib import Path

import pytest
from pyarrow.fs import FileSystem

from lowlight import limits
from lowlight.command import storage
from lowlight.command.inputs import find
from lowlight.errors import LowlightError
from tests.helpers import clusters

NAMES = ["a b.jpg", "c#1%.png", "q/e\u0301.jpg", "q/.hidden.jpg", "q/notes.txt", "out/a b_enhanced.jpg"]


@pytest.fixture(scope="module")
def bucket():
    """A bucket with photos in a tree, none of which is one."""
    with clusters.storage("tree") as address:
        system = FileSystem.from_uri(address)[0]
        for name in NAMES:
            with system.open_output_stream(f"tree/in/{name}") as file:
                file.write(name.encode())
        yield address


def found(bucket, *names, out=None, recursive=True):
    """Return what is found, as people read it, each with the folder for its result."""
    search = find(names or [f"{bucket}/in"], out or f"{bucket}/in/out", recursive=recursive, added="enhanced")
    return [(storage.told(photo.address), str(photo.below)) for photo in search.photos], search


def test_photos_are_found_as_in_a_folder(bucket):
    """By their suffix, in folders below on request, without hidden ones and earlier results; others are counted."""
    seen, search = found(bucket)
    assert seen == [(f"{bucket}/in/{name}", below) for name, below in zip(NAMES[:3], [".", ".", "q"], strict=True)]
    assert search.left_out == 1
    assert [name for name, _ in found(bucket, recursive=False)[0]] == [f"{bucket}/in/{name}" for name in NAMES[:2]]
    assert found(bucket, f"{bucket}/in/q/notes.txt")[0] == [(f"{bucket}/in/q/notes.txt", ".")]  # it was named
    assert found(bucket, f"{bucket}/in/q", f"{bucket}/in/")[0][0] == (f"{bucket}/in/q/e\u0301.jpg", "q")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://tree/none", "There is no such file or folder"),
        ("s3://tree/in/q/none", "There is no such file or folder"),
        ("s3://nobody/in", "It cannot be read (.*bucket does not exist"),
        ("s3://", "It cannot be read (the address names no place)"),
        ("swift://tree/in", "It cannot be read (Unrecognized filesystem"),
    ],
)
def test_what_cannot_be_found_gets_a_sentence(bucket, address, words):
    """Each says what is wrong."""
    ((_, sentence),) = found(bucket, address)[1].faults
    for part in words.split(".*"):
        assert part in sentence


def test_what_is_brought_and_stored_is_the_same(bucket, tmp_path):
    """Whatever the name, which is not the copy's: it might be too long for this machine's files."""
    for photo in find([f"{bucket}/in"], f"{bucket}/in/out", recursive=True, added="enhanced").photos:
        copy = storage.fetched(photo.address, tmp_path)
        assert copy.name == f"photo{photo.path.suffix}"
        assert copy.read_bytes() == storage.told(photo.address).removeprefix(f"{bucket}/in/").encode()
        there = storage.below(f"{bucket}/back", photo.path.name)
        storage.stored(copy, there)
        assert storage.fetched(there, tmp_path).read_bytes() == copy.read_bytes()
    with pytest.raises(FileNotFoundError):
        storage.fetched(f"{bucket}/in/none.jpg", tmp_path)


def test_what_is_too_large_is_not_even_fetched(bucket, tmp_path, monkeypatch):
    """It is refused by its size."""
    monkeypatch.setattr(storage, "MAX_LARGE_BYTES", 3)
    with pytest.raises(LowlightError, match="at most"):
        storage.fetched(f"{bucket}/in/a%20b.jpg", tmp_path)
    assert limits.MAX_LARGE_BYTES > 3
    assert list(tmp_path.iterdir()) == []


def test_keys_stay_out_of_addresses(bucket, monkeypatch):
    """They are taken out of what people write, and still open the storage; another process can be told them."""
    monkeypatch.setattr(storage, "_grants", {})
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    address = storage.granted("s3://KEY:SECRET@tree/in?region=us-east-1&scheme=http")
    assert address == "s3://tree/in"
    assert len(found(bucket, address)[0]) == 3
    for told in (storage.told(address), storage.below(address, "a?b"), str(storage.opened(address)[1])):
        assert "KEY" not in told
        assert "SECRET" not in told
        assert "region" not in told
    kept = storage.grants()
    monkeypatch.setattr(storage, "_grants", {})
    storage.take_grants(kept)
    assert "SECRET" in storage.grants()["s3://tree"]


def test_a_name_with_a_question_mark_is_a_name():
    """Its address is another than that of a name without."""
    assert storage.below("s3://tree/in", "a?b#c.jpg") == "s3://tree/in/a%3Fb%23c.jpg"
    assert storage.told("s3://tree/in/a%3Fb%23c.jpg") == "s3://tree/in/a?b#c.jpg"
    assert Path(storage.path_of("s3://tree/in/a%3Fb.jpg")).name == "a?b.jpg"
