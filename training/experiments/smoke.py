"""A toy denoiser of 443 weights that goes the whole way in seconds: to see that everything works, not to serve.

Source: none. The options that the published method does without are switched on, so that a run passes through all of
the code.
Cost: 24 steps of 4 patches, about a second on two cores once the libraries are loaded.
Command: python -m training train smoke --data FOLDER --run runs/smoke
Result: none worth a figure.
"""

from training.experiments import Experiment
from training.models.networks import tiny_cnn

EXPERIMENT = Experiment(
    name="smoke",
    title="smoke test",
    build=tiny_cnn,
    steps_per_epoch=8,
    epochs=3,
    batch_size=4,
    patch_size=16,
    learning_rate=1e-2,
    loss="charbonnier",
    schedule="cosine",
    warmup_steps=4,
    clip_norm=1.0,
    ema=0.9,
    precision="mixed_bfloat16",
    patience=3,
)
