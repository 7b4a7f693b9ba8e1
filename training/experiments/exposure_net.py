"""How bright a photo should be: eight small networks on the thumbnail, averaged.

Command: python -m training train exposure_net --data .../our485 --run runs/exposure_net
Cost: 3,000 steps of 32 thumbnails, 9 minutes on two cores beside other work.
Result: best after epoch 20: its exposures leave 21.72 dB on the validation scenes (`losses.psnr_of_exposure`; 0.45 for
all: 21.0).
"""

from training.experiments import Experiment
from training.models import exposure_net

EXPERIMENT = Experiment(
    name="exposure_net",
    title="exposure network",
    build=exposure_net,
    steps_per_epoch=100,
    epochs=30,
    batch_size=32,
    patch_size=16,
    learning_rate=1e-3,
    loss="exposure_psnr",
    schedule="cosine",
    warmup_steps=50,
    clip_norm=1.0,
    ema=0.98,
    task="expose",
)
