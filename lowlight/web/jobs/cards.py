"""Makes the cards of a job's steps: pictures that can be seen, what they are compared with, and what changed."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2

from lowlight import captions
from lowlight.arrays import Uint8Image, as_uint8, grey, smaller
from lowlight.light import shown
from lowlight.light.survey import Survey
from lowlight.measure.certainty import Sure, certainty, drawn, shares
from lowlight.messages import Message, joined
from lowlight.stages import Stage
from lowlight.web.i18n import texts
from lowlight.web.jobs.storage import PREVIEW_SIDE, save_preview, save_thumbnail
from lowlight.web.jobs.view import Beside, Card

_COMPARED = {
    "lightness": "original",
    "light": "lightness",
    "clahe": "original",
    "brightened": "original",
    "denoised": "brightened",
}
"""What each step is compared with: the last picture before it that shows the photo itself."""


@dataclass(frozen=True)
class Drawing:
    """A card, and where the picture lies that the stage made, as it is."""

    card: Card
    picture: Path


@dataclass
class Cards:
    """The cards of one job.

    Attributes:
        folder: where their pictures go.
        small: height x width x 3, uint8: the photo, small.
        survey: of the same.
    """

    folder: Path
    small: Uint8Image
    survey: Survey
    _done: dict[str, Beside] = field(default_factory=dict)
    _brightened: Uint8Image | None = None

    def __post_init__(self) -> None:
        """Judge once how sure the photo is: facts and the last card say the same."""
        self._sure = certainty(self.small, self.survey)
        self.shares = shares(self._sure)

    def of(self, stage: Stage) -> Drawing:
        """Return a stage's card and its picture as it is; both are written."""
        preview = smaller(stage.picture, PREVIEW_SIDE)
        picture = seen = save_preview(preview, self.folder / f"{stage.name}.jpg")
        if stage.times > 1:
            seen = save_preview(shown.lighter(preview, stage.times), self.folder / f"{stage.name}-seen.jpg")
        change = self._changed(preview) if stage.name == "denoised" else None
        if stage.name == "brightened":
            self._brightened = preview
        save_thumbnail(seen, shown.lighter(preview, stage.times))
        note = captions.shown(stage.times)
        before = self._done.get(_COMPARED.get(stage.name, ""))
        self._done[stage.name] = Beside(seen, joined(Message(texts.COMPARED, title=stage.title), note))
        card = Card(stage.title, stage.sentence, seen, note=note, scale=stage.scale, before=before, change=change)
        return Drawing(card, picture)

    def certainty(self) -> Drawing:
        """Return the card that says how sure the photo is, drawn over the photo in its new light."""
        height, width = self.small.shape[:2]
        lit = self._brightened if self._brightened is not None else self.small
        lit = as_uint8(cv2.resize(lit, (width, height), interpolation=cv2.INTER_AREA))
        lit = shown.lighter(lit, shown.times(lit))
        picture = save_preview(map_ := drawn(self._sure, lit), self.folder / "sure.png")
        save_thumbnail(picture, map_)
        marks = tuple(one for one in Sure if one is Sure.MEASURED or self.shares[one] >= captions.SAID_FROM)
        before = self._done.get("brightened")
        card = Card(texts.SURE, captions.certainty(self.shares), picture, marks=marks, before=before)
        return Drawing(card, picture)

    def _changed(self, after: Uint8Image) -> Beside | None:
        """Return what the last step changed against the brightened photo; None if it changed nothing."""
        if self._brightened is None or (found := shown.difference(self._brightened, after)) is None:
            return None
        picture, times = found
        return Beside(save_preview(grey(picture), self.folder / "taken.png"), Message(texts.CHANGE, times=times))
