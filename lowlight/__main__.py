"""Enhance dark photos from the command line: ``python -m lowlight PHOTO... --out DIR``."""

import argparse
import os
import sys
from pathlib import Path

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files.formats import READABLE
from lowlight.files.photo import enhanced_name, free_path, load_photo, usual_format
from lowlight.files.results import RESULT_FORMATS, save_photo
from lowlight.history import made_with
from lowlight.pipeline import enhance
from lowlight.settings import LOOKS, Settings

_CONTROLS = {
    "strength": "from the photo as it came to the whole result",
    "exposure": "stops darker or brighter than the photo asks for",
    "shadows": "dark areas deeper or lighter",
    "highlights": "bright areas darker or lighter",
    "warmth": "colours bluer or more orange",
    "colour": "colours paler (-1 is grey) or stronger",
    "detail": "how much fine structure comes back, with its grain",
    "denoise": "how much of the grain goes",
    "clip_limit": "local contrast: CLAHE's clip limit (up to 1 is none)",
    "tile_grid": "CLAHE's tiles along each side",
}


def main(arguments: list[str] | None = None) -> int:
    """Enhance each photo; return 1 if there was one that could not be taken, the others done all the same."""
    options = _parser().parse_args(arguments)
    try:
        chosen = {name: getattr(options, name) for name in _CONTROLS}
        settings = Settings(brightness=options.brightness, target_mean=options.mean, look=options.look, **chosen)
        options.out.mkdir(parents=True, exist_ok=True)
    except LowlightError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{options.out}: the folder for the results cannot be made ({os.strerror(error.errno or 0)}).")
    taken = {photo.resolve() for photo in options.photos}
    return max(_enhance_file(photo, options.out, settings, options.format, taken) for photo in options.photos)


def _enhance_file(source: Path, folder: Path, settings: Settings, file_format: str | None, taken: set[Path]) -> int:
    """Enhance one file; return 0, or 1 after a sentence about it.

    Results of earlier calls are written over; files in ``taken``, the photos and this call's other results, are not.
    """
    try:
        photo = load_photo(source)
        *_, result = enhance(photo.rgb, settings, deep=photo.deep)
        wanted = RESULT_FORMATS[file_format or usual_format(photo)]
        target = free_path(folder / enhanced_name(source.name, wanted.suffix), lambda path: path.resolve() in taken)
        picture = result.deep if wanted.deep else result.picture
        save_photo(picture, target, **photo.told.of_result(made_with(settings)))
    except LowlightError as error:
        return _complain(f"{source}: {error}")
    except OSError as error:
        return _complain(f"{source}: the result cannot be written ({os.strerror(error.errno or 0)}).")
    except MemoryError:
        return _complain(f"{source}: there is not enough memory for a photo of this size.")
    taken.add(target.resolve())
    print(target)
    return 0


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    defaults = Settings()
    parser = argparse.ArgumentParser(
        prog="lowlight",
        description="Make dark photos bright and clean, at full size. Each result is written as NAME_enhanced.*",
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help=READABLE)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument(
        "--format", choices=tuple(RESULT_FORMATS), help="default: png for lossless photos, jpg for others"
    )
    bright = parser.add_mutually_exclusive_group()
    bright.add_argument("--brightness", type=float, help=f"a factor, {_span(limits.BRIGHTNESS_RANGE)} (default: found)")
    bright.add_argument("--mean", type=float, help=f"a wanted mean brightness, {_span(limits.TARGET_MEAN_RANGE)}")
    parser.add_argument("--look", choices=LOOKS, default=LOOKS[0], help="how light it gets (default: %(default)s)")
    for name, words in _CONTROLS.items():
        default, option = getattr(defaults, name), f"--{name.replace('_', '-')}"
        text = f"{words}, {_span(limits.RANGES[name])} (default: {default:g})"
        parser.add_argument(option, type=type(default), default=default, metavar="X", help=text)
    return parser


def _span(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g}"


if __name__ == "__main__":
    sys.exit(main())
