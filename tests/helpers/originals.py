"""The published network, as it is bundled."""

from lowlight.network import weights
from lowlight.network.session import open_network


def original_cnn():
    """Return the published network."""
    return open_network(weights.bundled(name=weights.ORIGINAL_NAME).data)
