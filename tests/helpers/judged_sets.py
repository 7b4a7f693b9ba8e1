"""Small sets of photos to judge on, pictures made of them, and what the judge wrote."""

import csv

import numpy as np

from lowlight import load_photo, save_photo
from tests.helpers.pairs import save_pair, scene_photo
from tests.helpers.photos import dark_photo
from training.judge import lineup

LOL = {"training": ["5"], "validation": ["167", "716"], "held-out": ["731"]}
"""Pairs of LOL by their part under "rooms"."""


def make_sets(root):
    """Write a set of each kind, four photos at most, each in its folder of ``root``; return that."""
    for seed, name in enumerate(name for names in LOL.values() for name in names):
        save_pair(root / "lol" / "our485", name, scene_photo(seed, 40, 60))
    for number in range(10):
        save_pair(root / "brackets", f"{number:04}", scene_photo(20 + number, 40, 60))
    lines = ["id,scene", *(f"{number:04},c{number}" for number in range(10))]
    (root / "brackets" / "scenes.csv").write_text("\n".join(lines))
    for number in (1, 2, 3):
        save_pair(root / "night", f"{number:03}", scene_photo(40 + number, 40, 60))
    (root / "dark").mkdir()
    (root / "clean").mkdir()
    for number in (1, 2, 3, 4):
        save_photo(dark_photo(40, 60, number) // np.uint8(number), root / "dark" / f"{number:03}.png")
    save_photo(scene_photo(60, 40, 60), root / "clean" / "01.png")
    return root


def write(root, folders, make, form="{}.png", names=lineup.SETS):
    """Write what ``make`` makes of each photo and its reference, a folder a set; return the root."""
    for photos in lineup.open_sets({name: folders[name] for name in names}):
        (root / photos.name).mkdir(parents=True)
        for shot in photos.shots:
            picture = make(*(load_photo(path).rgb for path in (shot.path, shot.against)))
            save_photo(picture, root / photos.name / form.format(shot.name))
    return root


def cells(text):
    """Return the tables' lines by set and network, each as its cells by their heads."""
    lines, found = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if "|" in line], {}
    for line in lines:
        if line[0] == "set":
            heads = line[2:]
        elif not line[0].startswith("-"):
            found[line[0], line[1]] = dict(zip(heads, line[2:], strict=True))
    return found


def rows(out):
    """Return judge.csv's lines by network, set and photo."""
    with (out / "judge.csv").open(newline="") as file:
        return {(row["network"], row["set"], row["photo"]): row for row in csv.DictReader(file)}
