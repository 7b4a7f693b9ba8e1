"""The recipe: lightness, light map, brightening, denoising, and what the controls make of it. Stages come out.

    1. lightness      the photo in linear light, and how light it is
    2. light map      how light each part is to be: what the photo shows (`scene`), CLAHE, the controls
    3. brightened     the photo in that light, one factor for the three channels
    4. denoised       a network makes the brightened photo clean; rules hold whatever its weights (`clean`)

The network works in the light that the photo asks for itself. What people ask for comes after it, as a smooth factor
and as pixel arithmetic (`controls`), so that a moved control needs no network.
"""

import logging
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight import arrays, captions, limits, published
from lowlight.arrays import FloatImage, Uint8Image, Uint16Image, Window
from lowlight.errors import LowlightError
from lowlight.light import controls, light_map, linear, shown, tone
from lowlight.light.controls import Asked
from lowlight.light.light_map import LightMap
from lowlight.light.scene import Kind, Scene
from lowlight.light.survey import Survey, intensity
from lowlight.messages import NOTHING, Message, joined
from lowlight.network import clean
from lowlight.network.context import PhotoContext, told
from lowlight.network.session import Denoiser, LightGuided, Network, default_network
from lowlight.network.tiling import in_tiles
from lowlight.settings import Settings as Settings
from lowlight.stages import Clean as Clean
from lowlight.stages import Progress as Progress
from lowlight.stages import Stage as Stage
from lowlight.threads import threads

STRIP_ROWS = 64
"""How many rows of the result are made at once; none of them looks at rows of another strip."""
_MAP_SIDE = 800  # the long side, in pixels, at which the light map is drawn

Level = TypeVar("Level", np.uint8, np.uint16)

_log = logging.getLogger(__name__)


def enhance(
    rgb: Uint8Image,
    settings: Settings | None = None,
    *,
    network: Network | None = None,
    deep: Uint16Image | None = None,
) -> Iterator[Stage]:
    """Make a dark photo bright and clean; yield each stage as soon as it is ready.

    Args:
        rgb: height x width x 3, uint8 sRGB, upright. It is not changed.
        settings: automatic if None.
        network: the configured or bundled weights if None. With a `Denoiser` the recipe is the published one.
        deep: the same photo in 16 bits, where there are more than 8 (`Photo.deep`): height x width x 3, uint16 sRGB.
            What is raised comes from it. The published recipe knows 8 bits alone.

    Yields:
        Five stages: original, lightness, light (clahe in the published recipe), brightened, denoised. The last is the
        result; without a network it is the brightened photo again, and its sentence says so. `Stage.deep` has it in 16
        bits.

    Raises:
        LowlightError: ``rgb`` or ``deep`` is no such array, or the network broke off.
        MemoryError: the photo is too large for the memory there is.
    """
    return (step for step in steps(rgb, settings, network=network, deep=deep) if isinstance(step, Stage))


def steps(
    rgb: Uint8Image,
    settings: Settings | None = None,
    *,
    network: Network | None = None,
    clean: Clean | None = None,
    deep: Uint16Image | None = None,
) -> Generator[Stage | Progress | Clean]:
    """Do as `enhance` does, and yield the network's progress between tiles: who stops listening stops the work.

    The clean picture is handed out too. Given back with the same photo and other settings, the network rests.
    """
    settings = settings or Settings()
    arrays.check_rgb(rgb)
    if deep is not None:
        arrays.check_deep(deep, rgb)
    yield Stage("original", Message("Original"), rgb, captions.ORIGINAL, shown.times(rgb), make_deep=_itself(deep))
    network, missing = _network_or_reason(network)
    if isinstance(network, Denoiser):
        yield from published.steps(rgb, settings, network)
        return
    guided = network if isinstance(network, LightGuided) else None
    try:
        yield from _recipe(Plan(rgb, settings, clean.wanted if clean else None, deep), guided, clean, missing)
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError from error
        raise


@dataclass(frozen=True)
class Plan:
    """A photo, what there is to know about it, and the light it is to be in.

    Attributes:
        rgb: height x width x 3, uint8 sRGB.
        settings: as people chose them.
        wanted: as `Survey.known`.
        deep: the photo in 16 bits, where there are more than 8: height x width x 3, uint16 sRGB.
    """

    rgb: Uint8Image
    settings: Settings
    wanted: float | None = None
    deep: Uint16Image | None = None

    @cached_property
    def survey(self) -> Survey:
        """The photo's survey."""
        return Survey.of(self.rgb if self.deep is None else self.deep, self.wanted)

    @cached_property
    def scene(self) -> Scene:
        """What kind of photo it is, and the light it asks for itself."""
        return Scene.of(self.survey)

    @cached_property
    def asked(self) -> Asked:
        """The light that it gets."""
        return controls.asked(self.survey, self.scene, self.settings)

    @property
    def same(self) -> bool:
        """Whether the photo stays exactly as it is."""
        plain = not self.settings.warmth and not self.settings.colour
        return self.settings.strength == 0 or (self.scene.untouched and self.asked.nothing and plain)

    def light(self, window: Window) -> FloatImage:
        """Return the light of a part of the photo, float32 in [0, 1]."""
        if self.deep is None:
            return linear.from_uint8(self.rgb[window])
        return linear.from_uint16(self.deep[window])

    def lit(self, window: Window, stops: LightMap) -> tuple[FloatImage, FloatImage]:
        """Return a part of the photo in a light, linear, and by how many stops it was raised."""
        dark = self.light(window)
        raised = stops.at(window, intensity(dark))
        return light_map.brightened(dark, raised), raised


def _recipe(
    plan: Plan, network: LightGuided | None, known: Clean | None, missing: Message
) -> Generator[Stage | Progress | Clean]:
    lightness = arrays.grey(tone.rgb_to_lab(plan.rgb)[..., 0].copy())
    yield Stage("lightness", Message("Lightness"), lightness, captions.LIGHTNESS, shown.times(lightness))
    settings, kind, most = plan.settings, plan.scene.kind, float(plan.asked.stops.max())
    scale = shown.scale_of(plan.asked.stops)
    sentence = captions.light_map(settings, kind, most)
    yield Stage("light", Message("Light map"), _light_picture(plan, scale), sentence, scale=scale)
    yield Stage("brightened", Message("Brightened"), _brightened(plan), captions.brightened(settings, kind, most))
    if plan.same:
        sentence = _last_sentence(plan, missing)
        yield Stage("denoised", Message("Denoised"), plan.rgb, sentence, make_deep=_itself(plan.deep))
        return
    if network is not None and settings.denoise and not plan.scene.untouched:
        if known is None:
            known = yield from _cleaned(plan, network)
            yield known
    else:
        known = None
    finish = _finish(plan, known)
    result = _in_strips(partial(_eight, plan, finish), plan.rgb.shape, np.uint8)
    deep = partial(_in_strips, partial(_sixteen, plan, finish), plan.rgb.shape, np.uint16)
    yield Stage("denoised", Message("Denoised"), result, _last_sentence(plan, missing), make_deep=deep)


def _last_sentence(plan: Plan, missing: Message) -> Message:
    """Say what became of a photo at the end; ``missing`` is why there is no network, where there is none."""
    settings, fine = plan.settings, plan.scene.untouched
    black, cleaned = plan.scene.kind is Kind.BLACK, not (fine or missing) and settings.denoise > 0
    hardly = float(np.median(plan.scene.stops)) < clean.RAISED[1] / 2
    noise = captions.denoised(settings, fine=fine, same=plan.same, black=black, missing=missing, hardly=hardly)
    return noise if plan.same else joined(noise, captions.finished(settings, clean=cleaned))


def _cleaned(plan: Plan, network: LightGuided) -> Generator[Progress, None, Clean]:
    """Take the photo, in the light that it asks for itself, through the network, tile by tile."""
    survey, own = plan.survey, LightMap(plan.survey, plan.scene.stops)
    thumbnail = linear.to_srgb(light_map.brightened(survey.light, plan.scene.stops))
    whole = PhotoContext.of(thumbnail, plan.scene.stops, plan.rgb.shape[:2])
    result, partly = np.empty(plan.rgb.shape, np.float16), bool(survey.colour.min() < 1)

    def before(window: Window) -> tuple[Window, FloatImage, FloatImage, FloatImage]:
        lit, raised = plan.lit(window, own)
        return window, lit, raised, told(linear.to_srgb(lit), raised)

    def make(ready: tuple[Window, FloatImage, FloatImage, FloatImage]) -> FloatImage:
        return network.clean(ready[3], ready[0], whole)

    def after(made: FloatImage, ready: tuple[Window, FloatImage, FloatImage, FloatImage]) -> FloatImage:
        window, lit, raised, _ = ready
        dark = plan.light(window)  # anew, rather than kept for each tile that waits
        believed = survey.placed(survey.colour, window) if partly else None
        return linear.to_srgb(clean.kept(made, lit, dark, raised, believed))

    geometry = {"halo": network.halo, "stride": network.stride, "size": limits.GUIDED_TILE_SIZE}
    for share in in_tiles(make, result, before=before, after=after, **geometry):
        yield Progress(share)
    return Clean(result, survey.wanted)


def _finish(plan: Plan, known: Clean | None) -> Callable[[Window], FloatImage]:
    """Return what makes parts of the result, in light: the clean picture or the brightened photo, as people want it."""
    settings, whole = plan.settings, LightMap(plan.survey, plan.asked.stops)
    after = _after(plan, known) if known is not None else None

    def make(window: Window) -> FloatImage:
        if known is None or after is None:
            made = plan.lit(window, whole)[0]
        else:
            made = linear.from_srgb(arrays.from_half(known.picture[window]))
            made = controls.relit(made, after.at(window, intensity(made)))
            lit = plan.lit(window, whole)[0] if settings.grain or settings.look == "night" else made
            made = controls.no_lighter(made, lit) if settings.look == "night" else made
            made = controls.with_grain(made, lit, settings) if settings.grain else made
        return controls.coloured(made, settings)

    return make


def _eight(plan: Plan, finish: Callable[[Window], FloatImage], window: Window) -> Uint8Image:
    """Return a part of the result in 8 bits, with as much of the photo in it as people want."""
    picture, strength = linear.to_uint8(finish(window)), plan.settings.strength
    return arrays.blend(plan.rgb[window], picture, strength) if strength < 1 else picture


def _sixteen(plan: Plan, finish: Callable[[Window], FloatImage], window: Window) -> Uint16Image:
    """Return the same part in 16 bits."""
    picture, strength = linear.to_uint16(finish(window)), plan.settings.strength
    if strength == 1:
        return picture
    photo = arrays.to_uint16(plan.rgb[window]) if plan.deep is None else plan.deep[window]
    return arrays.blend(photo, picture, strength)


def _itself(deep: Uint16Image | None) -> Callable[[], Uint16Image] | None:
    """Return what makes a photo of 16 bits, which is there."""
    return None if deep is None else lambda: deep


def _after(plan: Plan, known: Clean) -> LightMap:
    """Return by how many stops the clean picture is changed: what people ask for, and what holds it to the map."""
    seen = Survey.of(known.picture)
    return LightMap(seen, controls.hold(plan.survey, plan.scene, seen) + plan.asked.change)


def _brightened(plan: Plan) -> Uint8Image:
    if plan.asked.nothing and plan.scene.untouched:
        return plan.rgb
    whole = LightMap(plan.survey, plan.asked.stops)
    return _in_strips(lambda window: linear.to_uint8(plan.lit(window, whole)[0]), plan.rgb.shape, np.uint8)


def _light_picture(plan: Plan, scale: tuple[int, int]) -> Uint8Image:
    """Return by how many stops each part is raised, as greys on this scale, as fine as a screen can show it."""
    height, width = plan.rgb.shape[:2]
    small = arrays.smaller(plan.rgb, _MAP_SIDE)
    survey = replace(plan.survey, height=small.shape[0], width=small.shape[1])
    whole = slice(0, small.shape[0]), slice(0, small.shape[1])
    stops = LightMap(survey, plan.asked.stops).at(whole, intensity(linear.from_uint8(small)))
    return arrays.grey(arrays.enlarged(shown.greys(stops, scale), height, width))


def _in_strips(make: Callable[[Window], NDArray[Level]], shape: tuple[int, ...], level: type[Level]) -> NDArray[Level]:
    """Make a picture strip by strip, as many at once as there are cores: floating point takes four times its memory."""
    result = np.empty(shape, level)
    tops = range(0, shape[0], STRIP_ROWS)

    def fill(top: int) -> None:
        window = slice(top, min(top + STRIP_ROWS, shape[0])), slice(0, shape[1])
        result[window] = make(window)

    with ThreadPoolExecutor(threads()) as pool:
        list(pool.map(fill, tops))
    return result


def _network_or_reason(network: Network | None) -> tuple[Network | None, Message]:
    """Return the network that serves, or why there is none: the stages before it are worth having all the same."""
    try:
        return network or default_network(), NOTHING
    except LowlightError as error:
        _log.warning("%s", error)
        return None, joined(error.message, captions.STILL_NOISY)
