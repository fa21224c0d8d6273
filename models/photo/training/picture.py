"""From a picture to the network's input."""

import numpy as np
from PIL import Image

SIDE = 224
MEAN = 127.0
STD = 128.0


def tensor(picture: Image.Image) -> np.ndarray:
    """The network's input: squashed to 224 x 224, [3,224,224] float32."""
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, np.float32)
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)
