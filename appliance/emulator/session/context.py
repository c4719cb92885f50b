"""What a session gets from the service that it belongs to, and the phases of its life.

Responsible for: the seam between ``service.py`` and ``session.py``.
Must not: do anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.interfaces import Close, Detector, Interpreter


class Phase(StrEnum):
    """Where a session is."""

    CREATED = "created"
    UPDATING = "updating"
    STREAMING = "streaming"
    FINISHING = "finishing"
    FINISHED = "finished"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class House:
    """What a session gets from its service. ``plan_turn``: habit -> word for the next turn of the server's life."""

    make_detector: Callable[[], Detector]
    interpreter: Interpreter
    habits: Habits
    plan_turn: Callable[[], dict[str, str]]
    left: Callable[[int], None]  # the session is over; so many turns were not answered
    spend: Callable[[int, int], bool]  # at this instant so many tokens: whether the key may
    dial: Mapping[str, str] = field(default_factory=dict)  # habits that befell this connection
    doom: Close | None = None  # the upgrade succeeds, and this follows at once
