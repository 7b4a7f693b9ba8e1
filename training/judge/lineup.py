"""Who is judged, and on what: networks and folders of pictures, and the photos of each data set.

Anything that makes pictures can be judged: an ONNX file runs through the page's own pipeline, and a folder of pictures
stands for an old release or somebody else's network.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from lowlight.network.session import Network
from lowlight.pipeline import enhance
from training.data import splits
from training.data.pairs import SUFFIXES, Pair, open_dataset, read_rgb
from training.judge.evaluate import read_network

AS_IT_CAME = "as-it-came"
"""What is named in place of a network for the photos themselves, as a row to compare with."""

MADE = ("{}.png", "{}_enhanced.png")
"""What a picture in a folder is called, by its photo's name; the second as the command line does."""


@dataclass(frozen=True)
class Shot:
    """A photo to judge on.

    Attributes:
        name: its name.
        path: its file.
        against: the file that pictures made of it are held against.
        faded: whether that is one of LOL's, whose colours are restored before (`pairs.LOL_FADED`).
    """

    name: str
    path: Path
    against: Path
    faded: bool = False


@dataclass(frozen=True)
class PhotoSet:
    """Photos that are judged on together.

    Attributes:
        name: the set's, and that of its folder among somebody's pictures.
        kind: what it holds: "pairs", "dark photos" or "well-lit photos".
        part: which part of the data it is, for people.
        shots: the photos.
    """

    name: str
    kind: str
    part: str
    shots: Sequence[Shot]


@dataclass(frozen=True)
class Contender:
    """What is judged: a network, or a folder of pictures, or without both of them the photos as they came."""

    name: str
    network: Network | None = None
    folder: Path | None = None

    def skips(self, photos: PhotoSet) -> bool:
        """Whether it is a folder that has no pictures of a set."""
        return self.folder is not None and not (self.folder / photos.name).is_dir()

    def file(self, photos: PhotoSet, shot: Shot) -> Path | None:
        """Return its ready-made picture of a photo, None if there is none."""
        files = [self.folder / photos.name / form.format(shot.name) for form in MADE] if self.folder else []
        return next(filter(Path.is_file, files), None)

    def picture(self, photos: PhotoSet, shot: Shot, rgb: Uint8Image) -> Uint8Image:
        """Return what it makes of a photo of a set; a network, under the page's automatic settings.

        Raises:
            LowlightError: its file cannot be read or has another size than the photo; or as the pipeline says.
        """
        file = self.file(photos, shot)
        if file:
            return read_of_size(file, rgb)
        if not self.network:
            return rgb
        *_, result = enhance(rgb, network=self.network)
        return result.picture


def read_of_size(file: Path, rgb: Uint8Image) -> Uint8Image:
    """Read a picture that must have a photo's size.

    Raises:
        LowlightError: it cannot be read, or has another size.
    """
    picture = read_rgb(file)
    if picture.shape != rgb.shape:
        size, wanted = (" x ".join(map(str, image.shape[1::-1])) for image in (picture, rgb))
        raise LowlightError(
            f"{file.parent.name}/{file.name} has {size} pixels and the photo {wanted}. Make it anew at that size."
        )
    return picture


def open_sets(folders: Mapping[str, Path], every: int = 1, *, held_out: bool = False) -> list[PhotoSet]:
    """Find the photos of each set, and take every so many of them.

    Args:
        folders: the data, by names of `SETS`.
        every: 1 takes all.
        held_out: of data sets that train, take the pairs held out instead of those that validate.

    Raises:
        LowlightError: there is no set, no such step, or a set without photos; or as the data set's splits say.
    """
    if not folders:
        raise LowlightError(f"There is nothing to judge on. Name at least one of --{', --'.join(SETS)}.")
    if every < 1:
        raise LowlightError(f"--every is {every}. It must be at least 1, which takes all photos.")
    sets = []
    for name, folder in folders.items():
        kind, part, find = SETS[name]
        asked = "held-out" if held_out else "validation"
        sets.append(PhotoSet(name, kind, part.format(asked), find(folder, asked)[::every]))
    return sets


def open_contenders(texts: Sequence[str], sets: Sequence[PhotoSet]) -> list[Contender]:
    """Open what is to be judged, and see that no picture is missing, before anything is measured.

    Args:
        texts: each an ONNX file, ``NAME=PATH`` of one or of a folder of pictures, or `AS_IT_CAME`.
        sets: what they will be judged on.

    Raises:
        LowlightError: two are called the same, a file is no network, or a folder lacks pictures, which are named.
    """
    contenders = [_open_contender(text) for text in texts]
    twice = _twice([one.name for one in contenders])
    if twice:
        raise LowlightError(f"Two are called {twice!r}. Give each a name of its own: NAME={twice}.")
    for one in contenders:
        if one.folder is not None:
            _check_pictures(one, sets)
    return contenders


def _twice(names: Sequence[str]) -> str:
    """Return a name that is there more than once, "" if none is."""
    return next((name for name in names if names.count(name) > 1), "")


def _open_contender(text: str) -> Contender:
    if text == AS_IT_CAME:
        return Contender(text)
    name, equals, place = text.partition("=")
    if not equals or Path(text).exists():  # a file's name may have that sign in it
        name, place = "", text
    path = Path(place)
    if path.is_dir():
        return Contender(name or path.absolute().name, folder=path)
    return Contender(name or path.stem, network=read_network(path)[0])


def _check_pictures(contender: Contender, sets: Sequence[PhotoSet]) -> None:
    taken = [photos for photos in sets if not contender.skips(photos)]
    if not taken:
        names = " or ".join(photos.name for photos in sets)
        raise LowlightError(f"There is nothing of {contender.name!r} to judge: it has no folder {names}.")
    for photos in taken:
        missing = [shot.name for shot in photos.shots if not contender.file(photos, shot)]
        if missing:
            raise LowlightError(
                f"{contender.name!r} has no picture of {len(missing)} of {len(photos.shots)} photos of {photos.name}: "
                f"{', '.join(missing)}. Make them, or take its folder {photos.name} away."
            )


def _shots(pairs: Sequence[Pair]) -> list[Shot]:
    return [Shot(pair.name, pair.low_path, pair.high_path, pair.kind == "lol") for pair in pairs]


def _part(protocol: str) -> Callable[[Path, str], list[Shot]]:
    return lambda folder, part: _shots(splits.split(open_dataset(folder), protocol)[0][part])


def _all_pairs(folder: Path, _: str) -> list[Shot]:
    return _shots(open_dataset(folder).pairs)


def _photos(folder: Path, _: str) -> list[Shot]:
    paths = sorted(path for path in folder.glob("[!.]*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise LowlightError(f"There are no photos in {folder.name!r}. Choose a folder of photos.")
    twice = _twice([path.stem for path in paths])
    if twice:
        raise LowlightError(f"Two photos in {folder.name!r} are called {twice!r}. Rename one of them.")
    return [Shot(path.stem, path, path) for path in paths]


SETS: dict[str, tuple[str, str, Callable[[Path, str], list[Shot]]]] = {
    "lol": ("pairs", "{} by rooms", _part("rooms")),
    "brackets": ("pairs", "{} by scenes", _part("leak-free")),
    "night": ("pairs", "all", _all_pairs),
    "dark": ("dark photos", "no references", _photos),
    "clean": ("well-lit photos", "as they are", _photos),
}
"""What can be judged on: what each set holds, which part of it is taken, and how it is found in a folder."""
