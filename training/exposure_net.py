"""How bright a photo should be, learned: from its thumbnail to the mean luma of a well-exposed photo of it.

The means of LOL's bright photos vary by a quarter; part of that is what they show: white walls are bright, shelves are
not. The same scene's bright photos differ by 13 % among themselves, which nobody can foresee.
"""

from typing import Any

import keras
from keras import layers, ops

from training.guided import DARKEST, mean_luma

MEMBERS = 4
"""Independent networks whose answers are averaged: they err differently."""

TYPICAL_MEAN = 0.45
"""Mean luma of LOL's bright photos; what an untrained network answers."""

_CHANNELS = (16, 24, 32)
_LIFT = 0.4  # what every thumbnail is brought to: how dark a photo is says nothing about how bright it should be


def exposure_net(members: int = MEMBERS) -> keras.Model:
    """Build the exposure network.

    Input:
        thumbnail: batch x rows x cols x 3, float32 in [0, 1], as `lowlight.guide.thumbnail` makes it; sides are
            multiples of 16.

    Output:
        batch x members: the natural logarithm of the mean luma wanted, by each member.
    """
    thumbnail = keras.Input((None, None, 3), name="thumbnail")
    lifted = thumbnail * (_LIFT / ops.maximum(mean_luma(thumbnail), DARKEST))
    bent = ops.sqrt(lifted / (1 + lifted) + 1e-3)
    bent = layers.AveragePooling2D(2)(bent)  # less to learn by heart, and four times faster
    answers = [_member(bent, index) for index in range(members)]
    wanted = ops.concatenate(answers, axis=-1) if members > 1 else answers[0]
    return keras.Model(thumbnail, wanted, name="exposure_net")


def _member(x: Any, index: int) -> Any:  # noqa: ANN401 -- a tensor of whichever back end runs
    for level, count in enumerate(_CHANNELS):
        x = layers.Conv2D(count, 2, strides=2, name=f"down_{index}_{level}")(x)
        y = layers.Conv2D(count, 3, padding="same", activation="relu", name=f"look_{index}_{level}")(x)
        x = x + layers.Conv2D(count, 3, padding="same", name=f"join_{index}_{level}")(y)
    x = ops.concatenate([ops.mean(x, axis=(1, 2)), ops.max(x, axis=(1, 2))], axis=-1)
    x = layers.Dropout(0.4, name=f"drop_{index}")(x)
    x = layers.Dense(24, activation="relu", name=f"think_{index}")(x)
    x = layers.Dropout(0.2, name=f"drop_more_{index}")(x)
    bias = keras.initializers.Constant(float(ops.convert_to_numpy(ops.log(TYPICAL_MEAN))))
    return layers.Dense(1, bias_initializer=bias, dtype="float32", name=f"answer_{index}")(x)
