"""The names of results."""

import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lowlight.command.inputs import Found
from lowlight.command.targets import Targets

OUT = Path("/nowhere/results")
names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda name: name.strip(".")
)
variants = st.sampled_from(
    ["a.jpg", "A.JPG", "a.jpeg", "\u00e9.png", "e\u0301.png", "E\u0301.PNG", "a_enhanced.jpg", "\udcff.jpg"]
)


def reserved(*names, below=""):
    """Return the names that the results of photos with these names get."""
    photos = [Found(Path("/nowhere/in", below, name), Path(below)) for name in names]
    targets = Targets(OUT, "enhanced", photos)
    return [targets.reserve(photo).relative_to(OUT).as_posix() for photo in photos]


def test_photos_that_differ_by_their_suffix_keep_it():
    """A result's name tells which of them it is, and does not depend on their order."""
    assert reserved("IMG_1.CR2", "IMG_1.JPG") == ["IMG_1_CR2_enhanced", "IMG_1_JPG_enhanced"]
    assert reserved("IMG_1.JPG", "IMG_1.CR2") == ["IMG_1_JPG_enhanced", "IMG_1_CR2_enhanced"]
    assert reserved("IMG_1.JPG", "IMG_2.CR2") == ["IMG_1_enhanced", "IMG_2_enhanced"]


def test_trees_are_mirrored():
    """A result lies below the folder for results as its photo lay below its own."""
    assert reserved("a.b.jpg", below="deep/er") == ["deep/er/a.b_enhanced"]


@given(st.lists(names | variants, max_size=8))
def test_no_two_results_are_one_file_anywhere(names):
    """Not even to a system that takes capitals for small letters, and one way to write a letter for another."""
    found = [unicodedata.normalize("NFC", path).casefold() for path in reserved(*names)]
    assert len(set(found)) == len(names)


@given(st.lists(variants, min_size=1, max_size=6))
def test_no_result_is_one_of_the_photos(names):
    """Where results come to lie beside the photos, their names are others."""
    photos = [Found(OUT / name, Path()) for name in names]
    targets = Targets(OUT, "enhanced", photos)
    folded = {unicodedata.normalize("NFC", Path(name).stem).casefold() for name in names}
    for photo in photos:
        assert unicodedata.normalize("NFC", targets.reserve(photo).name).casefold() not in folded
