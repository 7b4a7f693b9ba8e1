"""What can be asked on the command line."""

import argparse
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lowlight import limits
from lowlight.command.inputs import is_address
from lowlight.command.outcome import SUFFIXES
from lowlight.files.formats import READABLE, RESULT_FORMATS
from lowlight.settings import LOOKS, Settings

USAGE_ERROR = 2
"""The exit code for a line that cannot be followed, as argparse has it."""

STOPPED = 130
"""The exit code after Ctrl-C, as shells have it: 128 and the number of the signal."""

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
_LONGEST_SUFFIX = 40
_MOST_JOBS = 256

_DESCRIPTION = """\
Make dark photos bright and clean, at full size. Each result is written as NAME_enhanced.*

One folder's photos come to lie in DIR as they lie in it; of several folders each gets one of its name in DIR.
Hidden files and links to folders are passed over. So are earlier results: all of DIR where it lies in the folder.
A photo that cannot be taken is named, and the others go on. No photo given is ever written over. A result that is
there already is left as it is, and named as not done, unless --overwrite or --skip-existing says otherwise."""

_EPILOG = f"""\
exit codes:
  0    every photo is done, or was done before (--skip-existing)
  1    some are not: each is named
  {USAGE_ERROR}    the line cannot be followed: nothing was done
  {STOPPED}  stopped by Ctrl-C or SIGTERM: what was done before is whole"""


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Read the arguments, by default those of the process.

    Raises:
        SystemExit: they cannot be followed, or ask for help.
    """
    return _parser().parse_intermixed_args(arguments)


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings that were asked for.

    Raises:
        LowlightError: one is out of its range.
    """
    chosen = {name: getattr(options, name) for name in _CONTROLS}
    return Settings(brightness=options.brightness, target_mean=options.mean, look=options.look, **chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lowlight",
        usage="lowlight PHOTO|FOLDER|PATTERN... --out DIR [options]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    named = f"{READABLE}; a folder with such files; or a pattern, such as 'photos/*.jpg'"
    parser.add_argument("photos", nargs="+", type=_photo, metavar="PHOTO|FOLDER|PATTERN", help=named)
    parser.add_argument("-r", "--recursive", action="store_true", help="take the folders below a folder too")
    text = "photos at once, each in a process of its own (default: 1; with --ray as many as there are cores)"
    parser.add_argument("-j", "--jobs", type=_jobs, metavar="N", help=text)
    text = (
        "work on a Ray cluster (HOST:PORT, auto or local; without ADDRESS one that is known here, or a new one); "
        "photos and DIR may then be addresses, such as s3://bucket/photos"
    )
    parser.add_argument("--ray", nargs="?", type=_cluster, const="", metavar="ADDRESS", help=text)
    _add_results(parser.add_argument_group("results"))
    _add_settings(parser.add_argument_group("light and colour"))
    return parser


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--out", type=_place, required=True, metavar="DIR", help="folder for the results")
    text = "default: png for lossless photos (png16 for those of 16 bits), jpg for others"
    group.add_argument("--format", choices=tuple(RESULT_FORMATS), help=text)
    group.add_argument("--keep-place", action="store_true", help="let results say where the photo was taken")
    text = "keep the photo's own colour space (default: sRGB)"
    group.add_argument("--keep-colours", action="store_true", help=text)
    text = "what is added to the photo's name (default: %(default)s)"
    group.add_argument("--suffix", type=_suffix, default="enhanced", metavar="WORD", help=text)
    existing = group.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="write over results that are there already")
    text = "pass over photos whose result is there: a second call goes on where the first stopped"
    existing.add_argument("--skip-existing", action="store_true", help=text)
    text = "write what became of each photo to FILE.json, .jsonl, .csv or .parquet, in place of an earlier one"
    group.add_argument("--report", type=_report, metavar="FILE", help=text)


def _add_settings(group: argparse._ArgumentGroup) -> None:
    defaults = Settings()
    bright = group.add_mutually_exclusive_group()
    bright.add_argument("--brightness", type=float, help=f"a factor, {_span(limits.BRIGHTNESS_RANGE)} (default: found)")
    bright.add_argument("--mean", type=float, help=f"a wanted mean brightness, {_span(limits.TARGET_MEAN_RANGE)}")
    group.add_argument("--look", choices=LOOKS, default=LOOKS[0], help="how light it gets (default: %(default)s)")
    for name, words in _CONTROLS.items():
        default, option = getattr(defaults, name), f"--{name.replace('_', '-')}"
        text = f"{words}, {_span(limits.RANGES[name])} (default: {default:g})"
        group.add_argument(option, type=type(default), default=default, metavar="X", help=text)


def _span(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g}"


def _suffix(word: str) -> str:
    if not re.fullmatch(r"[\w.+-]+", word) or len(word.encode(errors="replace")) > _LONGEST_SUFFIX:
        raise argparse.ArgumentTypeError(
            f"it must be at most {_LONGEST_SUFFIX} letters, digits or -_.+, and at least one"
        )
    return word


def _jobs(word: str) -> int:
    if not word.isdigit() or not 1 <= int(word) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"it must be a whole number from 1 to {_MOST_JOBS}")
    return int(word)


def _cluster(word: str) -> str:
    if not re.fullmatch(r"|auto|local|[\w.\[\]:-]+:\d+", word):
        raise argparse.ArgumentTypeError(
            f"{word} is no address of a cluster, such as 10.0.0.1:6379; without one, write it behind the photos"
        )
    return word


def _photo(name: str) -> str:
    """Return a path, also for one that is written as an address."""
    return unquote(urlsplit(name).path) if name.startswith("file:///") else name


def _place(name: str) -> Path | str:
    name = _photo(name)
    return name if is_address(name) else Path(name)


def _report(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"its name must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    return path
