"""Known mistakes about pictures that the simulator must object to.

Responsible for: the list. ``planted.py`` says how they are planted.
Must not: stay planted.
"""

from collections.abc import Callable
from typing import Any

import pytest

from appliance.workers.camera import policy
from appliance.workers.camera.feed import CameraFeed
from appliance.workers.camera.policy import PicturePolicy

Plant = Callable[[pytest.MonkeyPatch], None]


def pictures_at_any_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PicturePolicy, "_gate", lambda self, line: self._speaking)


def pictures_without_pace(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PicturePolicy, "_paced", lambda self, at, *, sharp: True)
    patch.setattr(PicturePolicy, "_unchanged", lambda self, picture, line: False)


def budget_of_pictures_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PicturePolicy, "_affords", lambda self, tokens, at, *, sharp: True)


def pictures_of_any_size(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "MOST_PIXELS", 100_000_000)
    patch.setattr(policy, "USUAL_BYTES", 10_000_000)
    patch.setattr(policy, "SHARP_BYTES", 10_000_000)
    patch.setattr(policy, "wire_bytes", lambda size: 0)
    patch.setattr(PicturePolicy, "_affords", lambda self, tokens, at, *, sharp: True)


def pictures_survive_privacy(patch: pytest.MonkeyPatch) -> None:
    def keeps(self: Any) -> None:
        """Forgets nothing."""

    patch.setattr(CameraFeed, "wipe", keeps)


ALL: tuple[tuple[Plant, tuple[str, ...]], ...] = (
    (pictures_at_any_time, ("camera", "reset")),
    (pictures_without_pace, ("camera", "reset")),
    (budget_of_pictures_ignored, ("camera", "snap")),
    (pictures_of_any_size, ("camera", "reset")),
    (pictures_survive_privacy, ("camera", "privacy")),
)
