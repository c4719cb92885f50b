"""The camera: when it looks, and what its key asks for.

Responsible for: the CAMERA key and ``camera.mode`` → whether the camera is open, and one sharp picture a press.
Must not: know when a picture may go out (``workers/camera/policy.py`` does), or wait for a device.

At the usual pace a picture goes out only behind the sound of somebody who speaks. Therefore the camera is open with the
microphone alone, and not while nobody has spoken for so long that the line was let go.
"""

from collections.abc import Iterator

from appliance.core.model.effects import CloseCamera, OpenCamera, TakePicture
from appliance.core.model.events import Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Contact, Ending, State
from appliance.core.model.step_result import StepResult


def pressed(state: State, now: int) -> StepResult:
    """The key went down: one sharp picture, also before the first word: it waits for the words that go with it."""
    if state.setup.camera == "off" or state.private or state.ending not in (Ending.NONE, Ending.ANSWERS):
        return state, ()
    return replace(state, camera=replace(state.camera, asked_at=now)), (TakePicture(),)


def powered(state: State, on: bool) -> State:
    """The device was opened or closed."""
    return replace(state, camera=replace(state.camera, on=on))


def settled(state: State, listens: bool, now: int, limits: Limits) -> StepResult:
    """Open while it is wanted, else closed. Microphone and lines must be settled before.

    ``listens``: speech is wanted now (between two presses at a counter the microphone is open all the same).
    """
    wanted = (
        listens and state.capture and not state.idle and (state.setup.camera == "auto" or _held(state, now, limits))
    )
    if wanted is state.camera.open:
        return state, ()
    order = OpenCamera() if wanted else CloseCamera()
    return replace(state, camera=replace(state.camera, open=wanted)), (order,)


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When the key has been down for long enough."""
    contact = _down(state)
    if contact is not None and now < contact.pressed_at + limits.camera_hold_ms:
        yield contact.pressed_at + limits.camera_hold_ms


def _held(state: State, now: int, limits: Limits) -> bool:
    contact = _down(state)
    return contact is not None and now >= contact.pressed_at + limits.camera_hold_ms


def _down(state: State) -> Contact | None:
    """The key's contact while it is down and means something."""
    if state.setup.camera != "hold":
        return None
    down = (contact for contact in state.contacts if contact.key is Key.CAMERA and contact.down and not contact.stuck)
    return next(down, None)
