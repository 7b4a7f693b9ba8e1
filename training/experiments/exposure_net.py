"""How bright a photo should be, from what it shows: a linear layer on a frozen trunk's features.

Command: python -m training train exposure_net --data .../our485 --run runs/exposure_net
"""

from training.experiments import Experiment
from training.models import exposure_net

EXPERIMENT = Experiment(
    name="exposure_net",
    title="exposure network",
    build=exposure_net,
    steps_per_epoch=100,
    epochs=10,
    batch_size=32,
    patch_size=16,
    learning_rate=3e-3,
    loss="mse",
    schedule="cosine",
    warmup_steps=50,
    clip_norm=1.0,
    ema=0.995,
    task="expose",
)
