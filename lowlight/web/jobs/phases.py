"""What the bar says in each phase of a photo's work, and what of the work is still to come."""

from lowlight.errors import LowlightError
from lowlight.messages import Message
from lowlight.network.session import default_network
from lowlight.pipeline import Plan, Progress
from lowlight.web.i18n import texts
from lowlight.web.jobs.eta import Forecast, Part
from lowlight.web.jobs.view import Tick


def opening(forecast: Forecast, name: str) -> Tick:
    """Note that the photo is being read, and say so."""
    forecast.begin(Part.OPENING)
    return Tick(Message(texts.OPENING, name=name), left=forecast.left())


def ahead(plan: Plan, suffix: str, *, preview: bool, cleaned: bool) -> tuple[Part, ...]:
    """Return what is to be done with a photo that was read.

    Args:
        plan: the photo's, or a small version's.
        suffix: of the result's file.
        preview: whether a preview is to come.
        cleaned: whether the network's picture is there already.
    """
    return (
        *((Part.PREVIEW,) if preview else ()),
        Part.LIGHT,
        *((Part.NETWORK,) if not cleaned and _network_serves(plan) else ()),
        Part.FINISH,
        Part.PNG if suffix == ".png" else Part.JPEG,
    )


def looking(forecast: Forecast) -> Tick:
    """Note that the light is looked at, and say so."""
    forecast.begin(Part.LIGHT)
    return Tick(texts.LOOKING, left=forecast.left())


def after(stage: str, forecast: Forecast) -> Tick | None:
    """Note what comes after a stage, and say so; None where it goes on as before."""
    if stage in ("light", "clahe"):
        return Tick(texts.PREPARING, left=forecast.left())
    if stage == "brightened":
        return denoising(forecast, Progress(0.0)) if forecast.expects(Part.NETWORK) else finishing(forecast)
    return None


def denoising(forecast: Forecast, progress: Progress) -> Tick:
    """Note how far the network is, and say so."""
    if progress.share:
        forecast.progress(progress.share)
    else:
        forecast.begin(Part.NETWORK)
    return Tick(Message(texts.DENOISING, share=progress.share), progress.share, forecast.left())


def finishing(forecast: Forecast) -> Tick:
    """Note that the network's picture is put into the light that people want, and say so."""
    forecast.begin(Part.FINISH)
    return Tick(texts.FINISHING, left=forecast.left())


def saving(forecast: Forecast, suffix: str) -> Tick:
    """Note that the result is written, and say so."""
    forecast.begin(Part.PNG if suffix == ".png" else Part.JPEG)
    return Tick(texts.SAVING, left=forecast.left())


def _network_serves(plan: Plan) -> bool:
    """Whether a photo needs the network, and there is one."""
    if not plan.settings.denoise or plan.scene.untouched or plan.same:
        return False
    try:
        default_network()
    except LowlightError:
        return False
    return True
