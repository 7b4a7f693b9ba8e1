"""Made-up photos of the kinds that people have: a dim room, a night with a lamp, a backlit person, a black frame."""

import cv2
import numpy as np


def _noisy(light, sigma, seed):
    """Return a photo of linear light, sRGB in 8 bits, with noise of so many levels."""
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055) * 255
    return np.clip(np.rint(srgb + np.random.default_rng(seed).normal(0, sigma, light.shape)), 0, 255).astype(np.uint8)


def room(height=120, width=180, seed=0):
    """A dim room: fields of different colours, all dark, with noise."""
    fields = np.random.default_rng(seed).uniform(0.001, 0.012, (3, 4, 3))
    light = cv2.resize(fields, (width, height), interpolation=cv2.INTER_NEAREST)
    return _noisy(light, 1.0, seed)


def night(height=120, width=180, seed=0):
    """A black sky and a dim street under it with an orange lamp, unclipped, and a lit stone wall."""
    light = np.zeros((height, width, 3))
    light[height // 2 :] = (0.006, 0.005, 0.004)
    light[height // 2 :, : width // 3] = (0.2, 0.19, 0.17)
    light[height // 5 : height // 3, width // 2 : width // 2 + width // 5] = (0.75, 0.36, 0.1)
    return _noisy(light, 0.6, seed)


def backlit(height=120, width=180, seed=0):
    """A person in shadow before a bright sky."""
    light = np.full((height, width, 3), (0.55, 0.62, 0.7))
    light[height // 4 :, width // 3 : 2 * width // 3] = (0.012, 0.009, 0.008)
    return _noisy(light, 1.0, seed)


def fine(height=120, width=180, seed=0):
    """A well-exposed photo."""
    fields = np.random.default_rng(seed).uniform(0.05, 0.5, (3, 4, 3))
    return _noisy(cv2.resize(fields, (width, height), interpolation=cv2.INTER_NEAREST), 1.0, seed)


def black(height=120, width=180, seed=0):
    """A frame taken with the cap on: zeros, and a few pixels at the lowest level."""
    lit = np.random.default_rng(seed).random((height, width, 3)) < 0.05
    return lit.astype(np.uint8)


ALL = {"room": room, "night": night, "backlit": backlit, "fine": fine, "black": black}
