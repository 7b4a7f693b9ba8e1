"""What a person takes along to show to others: before and after in one picture, or a film of the line between them.

Both are drawn on dark grey with a caption, and hold no metadata: no place, no camera, no date.
"""

import math
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from PIL import Image

from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from lowlight.files.photo import enhanced_name, load_photo
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import translate
from lowlight.web.jobs.job import Job
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.sheet import Words, laid_out, line
from lowlight.web.jobs.storage import new_folder
from lowlight.web.jobs.view import Phase, View
from lowlight.web.jobs.worker import no_room

PICTURE_SIDE = 2400
"""The long side of the picture, in pixels, at most."""
FILM_SIDE = 900
"""The long side of the film, in pixels, at most."""
FEED_ASPECTS = (4 / 5, 16 / 9)
"""Width over height that feeds show whole: from the tallest to the widest."""

_JPEG_QUALITY = 90
# 0.3 to 0.9 MB, 2.4 MB with the worst grain, in 0.6 to 1.7 s on one core; method 4 is slower, for 3% less.
_FILM_QUALITY, _FILM_METHOD = 90, 2
_SWEEP_FRAMES, _FRAME_MS = 24, 40  # 2.6 s in all; only what changed is stored, so that more frames cost little
_PAUSES_MS = (450, 300)  # on the result, on the photo


class Kind(StrEnum):
    """What can be taken along."""

    PICTURE = "picture"
    FILM = "film"


def keepsake(job: Job, view: View, kind: Kind) -> Path:
    """Make what a person takes along of what is shown, and return its file; it lies there as long as results do.

    The words are those of the language that is spoken.

    Args:
        job: the person's job.
        view: what is shown of it. Of a result that is not there yet its previews are taken.
        kind: the picture (JPEG) or the film (animated WebP).

    Raises:
        LowlightError: the photo was deleted meanwhile, or the file cannot be written.
    """
    words = Words(*map(translate, (texts.BEFORE, texts.AFTER, texts.TAKE_CAPTION)))
    make, suffix = (film, ".webp") if kind is Kind.FILM else (side_by_side, ".jpg")
    made = make(*_pictures(job, view), words)
    try:
        path = new_folder(job.folder.parent) / enhanced_name(job.name, suffix, "before-after")
        path.write_bytes(made)
    except OSError as error:
        raise LowlightError(no_room(error)) from error
    return path


def _pictures(job: Job, view: View) -> tuple[Uint8Image, Uint8Image]:
    """Return the photo and the result at full size, or the previews that are shown."""
    try:
        if view.phase is Phase.DONE:
            return Kept(job.folder).pictures()
        before, after = (load_photo(path).rgb for path in view.pair or ())
    except (OSError, ValueError) as error:  # also a LowlightError, and a view without pictures
        raise LowlightError(texts.GONE) from error
    return before, after


# -- The picture and the film ----------------------------------------------------------------------------------------


def side_by_side(before: Uint8Image, after: Uint8Image, words: Words) -> bytes:
    """Return before and after in one picture, as JPEG: beside each other, or one above the other if that is wide.

    Args:
        before: height x width x 3, uint8 sRGB.
        after: likewise, of the same shape.
        words: what is written on it.
    """
    height, width = before.shape[:2]
    columns, rows = (2, 1) if _beside(width / height) else (1, 2)
    sheet = laid_out((width, height), (columns, rows), PICTURE_SIDE, words)
    canvas = sheet.canvas(words.caption)
    canvas.paste(sheet.filled(before, words.before), (sheet.left, sheet.margin))
    step = (columns - 1) * (sheet.room[0] + sheet.gap), (rows - 1) * (sheet.room[1] + sheet.gap)
    canvas.paste(sheet.filled(after, words.after), (sheet.left + step[0], sheet.margin + step[1]))
    file = BytesIO()
    canvas.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling="4:4:4")
    return file.getvalue()


def film(before: Uint8Image, after: Uint8Image, words: Words) -> bytes:
    """Return a film in which the line between before and after moves over the photo and back, as animated WebP.

    Left of the line is the photo as it came, as on the page. The film begins in the middle: where only the first frame
    is shown, both can be seen. It goes on for ever.

    Args:
        before: height x width x 3, uint8 sRGB.
        after: likewise, of the same shape.
        words: what is written on it.
    """
    height, width = before.shape[:2]
    sheet = laid_out((width, height), (1, 1), FILM_SIDE, words)
    left, right = sheet.filled(before, words.before), sheet.filled(after, words.after, at_right=True)
    canvas, between = sheet.canvas(words.caption), line(sheet.room[1], sheet.type)
    shares, durations = zip(*_times(), strict=True)

    def frames() -> Iterator[Image.Image]:
        for share in shares:
            x = round(share * (left.width + between.width)) - between.width  # at both ends it is out of sight
            scene = right.copy()
            scene.paste(left.crop((0, 0, min(max(x + between.width // 2, 0), left.width), left.height)))
            scene.paste(between, (x, 0), between)
            canvas.paste(scene, (sheet.left, sheet.margin))
            yield canvas.copy()

    file, every = BytesIO(), frames()
    next(every).save(
        file,
        "WEBP",
        save_all=True,
        append_images=every,
        duration=list(durations),
        loop=0,
        quality=_FILM_QUALITY,
        method=_FILM_METHOD,
        kmin=_SWEEP_FRAMES // 2 - 1,  # whole pictures where the line rests: strips leave faint seams behind
        kmax=_SWEEP_FRAMES // 2,
    )
    return file.getvalue()


def _beside(aspect: float) -> bool:
    """Whether two pictures of this aspect fill a feed better beside each other than one above the other."""
    low, high = map(math.log, FEED_ASPECTS)

    def excess(whole: float) -> float:
        return max(low - math.log(whole), math.log(whole) - high, 0.0)

    return excess(2 * aspect) <= excess(aspect / 2)


def _times() -> Iterator[tuple[float, int]]:
    """Yield where the line stands, from 0 (left) to 1, and for how many milliseconds."""
    on_result, on_photo = _PAUSES_MS
    right = [((1 - math.cos(math.pi * step / _SWEEP_FRAMES)) / 2, _FRAME_MS) for step in range(1, _SWEEP_FRAMES)]
    cycle = [*right, (1.0, on_photo), *reversed(right), (0.0, on_result)]
    start = len(cycle) - 1 - _SWEEP_FRAMES // 2
    yield from cycle[start:]
    yield from cycle[:start]
