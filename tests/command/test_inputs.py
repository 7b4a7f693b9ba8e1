"""Which photos are meant by what stands on the command line."""

import os
from pathlib import Path

import pytest

from lowlight.command.inputs import find
from lowlight.files.formats import PHOTO_SUFFIXES


def made(*names):
    """Make empty files, with their folders, where we are."""
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(*named, out="results", recursive=False, added="enhanced"):
    """Find photos; return each with the folder for its result."""
    return {
        photo.path.as_posix(): photo.below.as_posix()
        for photo in find(named, Path(out), recursive=recursive, added=added).photos
    }


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def folder():
    """A folder with photos, folders in it, and other files."""
    made("in/b.JPG", "in/a.png", "in/notes.txt", "in/clip.mov", "in/.hidden.jpg", "in/raw.nef")
    made("in/deep/c.heic", "in/deep/er/d.webp", "in/.secret/e.jpg", "in/deep/._c.heic")


@pytest.mark.usefixtures("folder")
def test_a_folder_gives_its_photos():
    """Those that are photos by their suffix, in the order of their names; hidden ones are not, others are counted."""
    search = find(["in"], Path("results"), recursive=False, added="enhanced")
    assert [photo.path.as_posix() for photo in search.photos] == ["in/a.png", "in/b.JPG", "in/raw.nef"]
    assert (search.left_out, search.faults) == (2, [])


@pytest.mark.usefixtures("folder")
def test_the_folders_below_are_taken_when_asked_for():
    """Each photo's result has its place in a tree like the photos'."""
    expected = {"in/a.png": ".", "in/b.JPG": ".", "in/raw.nef": ".", "in/deep/c.heic": "deep"}
    assert found("in", recursive=True) == expected | {"in/deep/er/d.webp": "deep/er"}


@pytest.mark.usefixtures("folder")
def test_of_several_folders_each_has_its_own_tree():
    """What is in a folder of the same name stays apart from what is in another; a file lies on top."""
    made("other/a.png", "single.txt")
    expected = {"in/deep/c.heic": "deep", "other/a.png": "other", "single.txt": "."}
    assert found("in/deep", "other/", "single.txt") == expected


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("named", ["in/notes.txt", "in/.hidden.jpg", "missing.jpg", "x" * 300])
def test_a_file_that_is_named_is_always_meant(named):
    """Whatever its suffix, hidden or not there at all: reading it says what is wrong."""
    assert found(named) == {named: "."}


@pytest.mark.usefixtures("folder")
def test_patterns_that_no_shell_expanded():
    """A pattern is expanded as a shell does it; ** goes through folders, and their tree is kept."""
    assert found("in/*.png") == {"in/a.png": "."}
    assert found("in/[ab].*") == {"in/a.png": ".", "in/b.JPG": "."}
    assert found("i*") == {"in/a.png": ".", "in/b.JPG": ".", "in/raw.nef": "."}
    assert found("in/**/*.heic", "in/**/?.webp") == {"in/deep/c.heic": "deep", "in/deep/er/d.webp": "deep/er"}
    made("in/odd[1].jpg")
    assert found("in/odd[1].jpg") == {"in/odd[1].jpg": "."}


@pytest.mark.parametrize("pattern", ["*.jpg", "none/*.png", "a**b", "[", "results/*.jpg"])
def test_a_pattern_without_photos_is_named(pattern):
    """Whoever mistypes one is told."""
    search = find([pattern], Path("out"), recursive=False, added="enhanced")
    assert search.photos == []
    assert search.faults == [(Path(pattern), "No photo matches this pattern.")]


@pytest.mark.usefixtures("folder")
def test_a_photo_that_is_named_twice_is_taken_once():
    """By itself, by its folder, by a way round and by a pattern."""
    assert list(found("in/a.png", "in", "in/deep/../a.png", "in/*.png")) == ["in/a.png", "in/b.JPG", "in/raw.nef"]


@pytest.mark.usefixtures("folder")
def test_results_in_the_folder_are_no_photos():
    """Where results lie in a folder of the photos' folder, that folder is passed over; a pattern does so too."""
    made("in/results/a_enhanced.png", "in/results/deep/c_enhanced.jpg")
    expected = {"in/a.png", "in/b.JPG", "in/raw.nef", "in/deep/c.heic", "in/deep/er/d.webp"}
    assert set(found("in", out="in/results", recursive=True)) == expected
    assert set(found("in/**/*.png", "in/**", out="in/results")) == expected


@pytest.mark.usefixtures("folder")
def test_results_beside_the_photos_are_no_photos():
    """Where they lie among the photos they are known by the end of their names, and elsewhere such names are photos."""
    made("in/a_enhanced.png", "in/b_enhanced_2.jpg", "in/deep/c_enhanced.jpg", "in/a_enhanced_old.png")
    expected = ["in/a.png", "in/a_enhanced_old.png", "in/b.JPG", "in/raw.nef"]
    assert list(found("in", out="in")) == expected
    assert list(found("in/*.png", out="in")) == expected[:2]
    assert "in/deep/c_enhanced.jpg" not in found("in", out="in", recursive=True)
    assert "in/a_enhanced.png" in found("in", out="results")
    assert "in/a_enhanced.png" in found("in", out="in", added="bright")
    assert found("in/a_enhanced.png", out="in") == {"in/a_enhanced.png": "."}


@pytest.mark.usefixtures("folder")
def test_links_in_a_circle_end():
    """A link to a folder above is not followed; one to a photo is a photo; one that is named is followed."""
    Path("in/deep/up").symlink_to("..")
    Path("in/deep/link.png").symlink_to("../a.png")
    Path("in/self.jpg").symlink_to("self.jpg")
    Path("way").symlink_to("in/deep")
    expected = {"in/a.png", "in/b.JPG", "in/raw.nef", "in/self.jpg", "in/deep/c.heic", "in/deep/link.png"}
    assert set(found("in", recursive=True)) == expected | {"in/deep/er/d.webp"}
    assert set(found("in/**/*.png")) == {"in/a.png", "in/deep/link.png"}
    assert set(found("way")) == {"way/c.heic", "way/link.png"}


def test_a_folder_without_photos_is_named():
    """It is told, with the way to those below it."""
    made("empty/notes.txt", "empty/deep/a.jpg")
    search = find(["empty"], Path("out"), recursive=False, added="enhanced")
    assert [told for _, told in search.faults] == [
        "There is no photo in this folder. Add --recursive to take those in the folders below it."
    ]
    assert found("empty", recursive=True) == {"empty/deep/a.jpg": "deep"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_named():
    """The others are taken all the same."""
    made("in/a.jpg", "in/closed/b.jpg")
    Path("in/closed").chmod(0)
    search = find(["in"], Path("out"), recursive=True, added="enhanced")
    Path("in/closed").chmod(0o700)
    assert [photo.path.name for photo in search.photos] == ["a.jpg"]
    assert search.faults == [(Path("in/closed"), "The folder cannot be read (Permission denied).")]


def test_suffixes_are_those_of_the_formats_taken():
    """They are in lower case, each once, camera raw files among them."""
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in PHOTO_SUFFIXES)
    assert len(set(PHOTO_SUFFIXES)) == len(PHOTO_SUFFIXES)
    assert {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".tif", ".bmp", ".gif", ".dng"} <= set(PHOTO_SUFFIXES)
