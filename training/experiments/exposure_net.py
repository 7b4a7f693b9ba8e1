"""How bright a photo should be, from what it shows: a linear layer on a frozen trunk's features.

Command: python -m training train exposure_net --data .../our485 --run runs/exposure_net
Cost: 1,000 steps of 32 thumbnails, 2 1/2 minutes on two cores (with AVX-512).
Result: best after epoch 6: its exposures leave 23.64 dB on the validation scenes
(`exposure_inputs.psnr_of_exposure`; 0.45 for all: 21.0; eight small networks trained on LOL alone, until 0.5.0: 21.7).
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
