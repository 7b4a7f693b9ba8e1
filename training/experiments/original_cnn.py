"""The published denoiser (64-64-128-3, 3x3, ReLU), trained on LOL through the page's own automatic stages.

Command: python -m training train original_cnn --data .../our485 --protocol leak-free --run runs/original_cnn
Cost: 5,250 steps, half an hour on two cores that do nothing else.
Result: best after 2,250 steps, 19.95 dB plain PSNR on the validation scenes; more in lowlight/bundled/original-cnn.md.
"""

from training.experiments import Experiment
from training.models.networks import original_cnn

EXPERIMENT = Experiment(
    name="original_cnn",
    title="original CNN",
    build=original_cnn,
    steps_per_epoch=250,
    epochs=21,
    batch_size=32,
    patch_size=64,
    learning_rate=1e-3,
)
