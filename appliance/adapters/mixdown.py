"""Several channels to one.

Responsible for: the mean, and what is heard in its place where the channels cancel each other.
Must not: know where the sound comes from, or its rate.
"""

import numpy as np
from numpy.typing import NDArray

_CANCELLED = 0.01
"""A mean with less than this part of the loudest channel's power is no mix: wired the wrong way round, two channels of
the same voice give silence. Even 64 channels that have nothing in common keep more."""


def mixed(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """One channel of ``frames`` (frames × channels): the mean, or the loudest where that is lost in it."""
    mean: NDArray[np.float32] = frames.mean(axis=1, dtype=np.float32)
    if frames.shape[1] < 2 or not len(frames):
        return mean
    powers = np.einsum("ij,ij->j", frames, frames, dtype=np.float64)
    loudest = int(powers.argmax())
    if float(np.dot(mean.astype(np.float64), mean)) < _CANCELLED * float(powers[loudest]):
        return np.ascontiguousarray(frames[:, loudest])
    return mean
