"""How a result was made, in words that go into its file: version, settings, network."""

import json
from dataclasses import asdict

from lowlight.errors import LowlightError
from lowlight.network.session import default_network
from lowlight.settings import Settings
from lowlight.version import __version__


def made_with(settings: Settings) -> dict[str, str]:
    """Return what `files.xmp.packet` is to say of a result: names and values. The same settings give the same words.

    Args:
        settings: with which it was made.
    """
    given = {name: value for name, value in asdict(settings).items() if value is not None}
    made = {
        "Tool": f"lowlight {__version__}",
        "Version": __version__,
        "Settings": json.dumps(given, sort_keys=True),
    }
    try:
        network = default_network()
    except LowlightError:
        return made
    return made | {"Network": network.name, "NetworkSHA256": network.sha256}
