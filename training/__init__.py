"""Makes the weights: pairs of dark and bright photos in, a verified network file and its card out."""

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it would look for updates at import
