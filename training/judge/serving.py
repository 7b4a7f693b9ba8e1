"""A network on a whole photo in one go, as the page has it do part by part."""

from collections.abc import Callable
from functools import partial

from lowlight.arrays import FloatImage, Uint8Image
from lowlight.light import light_map, linear
from lowlight.light.light_map import LightMap
from lowlight.light.scene import Scene
from lowlight.light.survey import Survey, intensity
from lowlight.network.context import PhotoContext, told
from lowlight.network.session import Denoiser, LightGuided
from lowlight.published import prepare
from lowlight.settings import Settings


def ready(network: Denoiser | LightGuided, rgb: Uint8Image) -> Callable[[], FloatImage]:
    """Return what runs a network on a photo that was prepared beforehand, so that it alone can be tried or timed.

    Args:
        network: of either kind.
        rgb: height x width x 3, uint8 sRGB.

    Returns:
        A function that returns the clean picture: height x width x 3, float32, not clipped.
    """
    if isinstance(network, Denoiser):
        return partial(network, prepare(rgb, Settings()).brightened())
    part, whole = lit(rgb)
    return partial(network.clean, part, _everything(rgb), whole)


def lit(rgb: Uint8Image) -> tuple[FloatImage, PhotoContext]:
    """Return what a light-guided network is given of a photo in the light that the photo asks for.

    Args:
        rgb: height x width x 3, uint8 sRGB.

    Returns:
        The photo as `context.told` makes it, height x width x 4, and what the network is told about the whole.
    """
    survey = Survey.of(rgb)
    stops = Scene.of(survey).stops
    dark = linear.from_uint8(rgb)
    raised = LightMap(survey, stops).at(_everything(rgb), intensity(dark))
    thumbnail = linear.to_srgb(light_map.brightened(survey.light, stops))
    return told(linear.to_srgb(light_map.brightened(dark, raised)), raised), PhotoContext.of(
        thumbnail, stops, rgb.shape[:2]
    )


def _everything(rgb: Uint8Image) -> tuple[slice, slice]:
    return slice(0, rgb.shape[0]), slice(0, rgb.shape[1])
