"""The published denoiser (64-64-128-3, 3x3, ReLU), trained on LOL through the page's own automatic stages."""

from training.experiments import Experiment
from training.models import original_cnn

EXPERIMENT = Experiment(
    name="original_cnn",
    title="original CNN",
    build=original_cnn,
    steps_per_epoch=250,
    epochs=40,
    batch_size=32,
    patch_size=64,
    learning_rate=1e-3,
)
