"""The recipe: lightness, light map, brightening, denoising, and what the controls make of it. Stages come out.

    1. lightness      the photo in linear light, and how light it is
    2. light map      how light each part is to be: what the photo shows (`scene`), CLAHE, the controls
    3. brightened     the photo in that light, one factor for the three channels
    4. denoised       a network makes the brightened photo clean; rules hold whatever its weights (`clean`)

The network works in the light that the photo asks for itself. What people ask for comes after it, as a smooth factor
and as pixel arithmetic (`controls`), so that a moved control needs no network.
"""

import logging
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from lowlight import arrays, captions, limits, published
from lowlight.arrays import FloatImage, Uint8Image, Window
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

STRIP_ROWS = 64
"""How many rows of the result are made at once; none of them looks at rows of another strip."""
_MAP_SIDE = 800  # the long side, in pixels, at which the light map is drawn

_log = logging.getLogger(__name__)


def enhance(rgb: Uint8Image, settings: Settings | None = None, *, network: Network | None = None) -> Iterator[Stage]:
    """Make a dark photo bright and clean; yield each stage as soon as it is ready.

    Args:
        rgb: height x width x 3, uint8 sRGB, upright. It is not changed.
        settings: automatic if None.
        network: the configured or bundled weights if None. With a `Denoiser` the recipe is the published one.

    Yields:
        Five stages: original, lightness, light (clahe in the published recipe), brightened, denoised. The last is the
        result; without a network it is the brightened photo again, and its sentence says so.

    Raises:
        LowlightError: ``rgb`` is no such array, or the network broke off.
        MemoryError: the photo is too large for the memory there is.
    """
    return (step for step in steps(rgb, settings, network=network) if isinstance(step, Stage))


def steps(
    rgb: Uint8Image, settings: Settings | None = None, *, network: Network | None = None, clean: Clean | None = None
) -> Generator[Stage | Progress | Clean]:
    """Do as `enhance` does, and yield the network's progress between tiles: who stops listening stops the work.

    The clean picture is handed out too. Given back with the same photo and other settings, the network rests.
    """
    settings = settings or Settings()
    arrays.check_rgb(rgb)
    yield Stage("original", Message("Original"), rgb, captions.ORIGINAL, shown.times(rgb))
    network, missing = _network_or_reason(network)
    if isinstance(network, Denoiser):
        yield from published.steps(rgb, settings, network)
        return
    guided = network if isinstance(network, LightGuided) else None
    try:
        yield from _recipe(Plan(rgb, settings, clean.wanted if clean else None), guided, clean, missing)
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
    """

    rgb: Uint8Image
    settings: Settings
    wanted: float | None = None

    @cached_property
    def survey(self) -> Survey:
        """The photo's survey."""
        return Survey.of(self.rgb, self.wanted)

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

    def lit(self, window: Window, stops: LightMap) -> tuple[FloatImage, FloatImage]:
        """Return a part of the photo in a light, linear, and by how many stops it was raised."""
        dark = linear.from_uint8(self.rgb[window])
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
        yield Stage("denoised", Message("Denoised"), plan.rgb, _last_sentence(plan, missing))
        return
    if network is not None and settings.denoise and not plan.scene.untouched:
        if known is None:
            known = yield from _cleaned(plan, network)
            yield known
    else:
        known = None
    result = _finished(plan, known)
    yield Stage("denoised", Message("Denoised"), result, _last_sentence(plan, missing))


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
        dark = linear.from_uint8(plan.rgb[window])  # anew, rather than kept for each tile that waits
        believed = survey.placed(survey.colour, window) if partly else None
        return linear.to_srgb(clean.kept(made, lit, dark, raised, believed))

    geometry = {"halo": network.halo, "stride": network.stride, "size": limits.GUIDED_TILE_SIZE}
    for share in in_tiles(make, result, before=before, after=after, **geometry):
        yield Progress(share)
    return Clean(result, survey.wanted)


def _finished(plan: Plan, known: Clean | None) -> Uint8Image:
    """Return the result: the clean picture, or without one the brightened photo, as people want it."""
    settings, whole = plan.settings, LightMap(plan.survey, plan.asked.stops)
    after = _after(plan, known) if known is not None else None

    def make(window: Window) -> Uint8Image:
        if known is None or after is None:
            made = plan.lit(window, whole)[0]
        else:
            made = linear.from_srgb(arrays.from_half(known.picture[window]))
            made = controls.relit(made, after.at(window, intensity(made)))
            lit = plan.lit(window, whole)[0] if settings.grain or settings.look == "night" else made
            made = controls.no_lighter(made, lit) if settings.look == "night" else made
            made = controls.with_grain(made, lit, settings) if settings.grain else made
        picture = linear.to_uint8(controls.coloured(made, settings))
        return arrays.blend_uint8(plan.rgb[window], picture, settings.strength) if settings.strength < 1 else picture

    return _in_strips(make, plan.rgb.shape)


def _after(plan: Plan, known: Clean) -> LightMap:
    """Return by how many stops the clean picture is changed: what people ask for, and what holds it to the map."""
    seen = Survey.of(known.picture)
    return LightMap(seen, controls.hold(plan.survey, plan.scene, seen) + plan.asked.change)


def _brightened(plan: Plan) -> Uint8Image:
    if plan.asked.nothing and plan.scene.untouched:
        return plan.rgb
    whole = LightMap(plan.survey, plan.asked.stops)
    return _in_strips(lambda window: linear.to_uint8(plan.lit(window, whole)[0]), plan.rgb.shape)


def _light_picture(plan: Plan, scale: tuple[int, int]) -> Uint8Image:
    """Return by how many stops each part is raised, as greys on this scale, as fine as a screen can show it."""
    height, width = plan.rgb.shape[:2]
    small = arrays.smaller(plan.rgb, _MAP_SIDE)
    survey = replace(plan.survey, height=small.shape[0], width=small.shape[1])
    whole = slice(0, small.shape[0]), slice(0, small.shape[1])
    stops = LightMap(survey, plan.asked.stops).at(whole, intensity(linear.from_uint8(small)))
    return arrays.grey(arrays.enlarged(shown.greys(stops, scale), height, width))


def _in_strips(make: Callable[[Window], Uint8Image], shape: tuple[int, ...]) -> Uint8Image:
    """Make a picture strip by strip, as many at once as there are cores: floating point takes four times its memory."""
    result = np.empty(shape, np.uint8)
    tops = range(0, shape[0], STRIP_ROWS)

    def fill(top: int) -> None:
        window = slice(top, min(top + STRIP_ROWS, shape[0])), slice(0, shape[1])
        result[window] = make(window)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, tops))
    return result


def _network_or_reason(network: Network | None) -> tuple[Network | None, Message]:
    """Return the network that serves, or why there is none: the stages before it are worth having all the same."""
    try:
        return network or default_network(), NOTHING
    except LowlightError as error:
        _log.warning("%s", error)
        return None, joined(error.message, captions.STILL_NOISY)
