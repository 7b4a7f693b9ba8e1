"""What is drawn for each patch and each photo: noise, contrast, turns, settings."""

import numpy as np
import pytest

from lowlight import LowlightError, Settings
from training.batches import augment

pytestmark = pytest.mark.training


def test_noise_has_the_published_strength():
    """The noise's variance lies between 10 and 50 on the 0-255 scale, as albumentations really applies it."""
    grey, chosen = np.full((64, 64, 3), 0.5, np.float32), augment.augmentation("published")
    drawn = [chosen(grey, grey, np.random.default_rng(seed)) for seed in range(60)]
    variances = np.array([float(np.var(low * 255)) for low, _ in drawn])
    noisy = variances[variances > 0]
    assert 10 * 0.9 < noisy.min() < 20
    assert 40 < noisy.max() < 50 * 1.1
    assert 0.2 < np.mean(variances == 0) < 0.5
    assert all(np.ptp(high) == 0 for _, high in drawn), "the target stays clean"


def test_contrast_changes_both_photos_alike():
    """The contrast factor lies between 0.8 and 1.2 and is the same for the photo and its target."""
    grey, chosen = np.full((64, 64, 3), 0.5, np.float32), augment.augmentation("published")
    drawn = [chosen(grey, grey, np.random.default_rng(seed)) for seed in range(60)]
    factors = np.array([high.mean() / 0.5 for _, high in drawn])
    assert 0.8 - 1e-6 <= factors.min() < 0.85
    assert 1.15 < factors.max() <= 1.2 + 1e-6
    np.testing.assert_allclose([low.mean() / 0.5 for low, _ in drawn], factors, atol=0.01)


def test_the_published_draws_stay_what_they_were():
    """The released weights were trained with these very numbers: a seed gives them for ever."""
    low = np.linspace(0, 1, 48, dtype=np.float32).reshape(4, 4, 3)
    random, chosen = np.random.default_rng(7), augment.augmentation("published")
    found = [np.stack(chosen(low, 1 - low, random)).reshape(2, -1)[:, [10, 30]] for _ in range(3)]
    known = [
        [[0.2251368, 0.7252568], [0.8785362, 0.4036518]],
        [[0.2012981, 0.5612562], [0.6744536, 0.3098841]],
        [[0.2127660, 0.6382979], [0.7872341, 0.3617021]],
    ]
    np.testing.assert_allclose(found, known, atol=2e-6)
    assert augment.settings_for("published", random) == Settings()


@pytest.mark.parametrize("name", augment.CHOICES)
def test_patches_keep_what_they_are(name):
    """Patches stay float32 of their size in [0, 1], a seed gives the same again, and the arguments are not changed."""
    patch = np.random.default_rng(1).random((16, 16, 3), np.float32)
    before = patch.copy()
    drawn = [augment.augmentation(name)(patch, patch, np.random.default_rng(3)) for _ in range(2)]
    for picture in drawn[0]:
        assert (picture.dtype, picture.shape) == (np.float32, (16, 16, 3))
        assert picture.min() >= 0
        assert picture.max() <= 1
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(patch, before)


def test_varied_turns_both_patches_alike_in_all_eight_ways():
    """Input and target are turned and mirrored together; all eight ways occur."""
    patch = np.random.default_rng(1).random((8, 8, 3), np.float32) * 0.5 + 0.25
    turned = [np.rot90(side, turns) for side in (patch, patch[:, ::-1]) for turns in range(4)]
    chosen, random, ways = augment.augmentation("varied"), np.random.default_rng(5), set()
    for _ in range(100):
        low, high = chosen(patch, patch, random)
        likeness = [[np.corrcoef(side.ravel(), way.ravel())[0, 1] for way in turned] for side in (low, high)]
        best = np.argmax(likeness, axis=1)
        assert best[0] == best[1]
        ways.add(int(best[0]))
    assert len(ways) == 8


def test_varied_draws_what_people_can_set():
    """Clip limit, tile grid and brightness differ from photo to photo, half the photos at automatic brightness."""
    random = np.random.default_rng(0)
    drawn = [augment.settings_for("varied", random) for _ in range(400)]
    clips, grids = ({getattr(some, name) for some in drawn} for name in ("clip_limit", "tile_grid"))
    means = [some.target_mean for some in drawn if not some.automatic]
    assert grids == set(range(4, 13))
    assert 1 <= min(clips) < 1.1
    assert 3.8 < max(clips) <= 4
    assert 150 < len(means) < 250
    assert 0.35 <= min(means) < max(means) <= 0.55


def test_an_unknown_augmentation_is_named():
    """A name that is not there is refused with those that are."""
    for call in (lambda: augment.augmentation("wild"), lambda: augment.settings_for("wild", np.random.default_rng())):
        with pytest.raises(LowlightError, match=r"'wild'\. Choose one of published, varied"):
            call()
