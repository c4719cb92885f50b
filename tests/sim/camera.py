"""The simulated camera: what ``CameraWorker`` tells the camera feed and the event loop, on the virtual clock, and its
faults.

Responsible for: taking what is ordered, or not; pictures that say when they were taken; and the person at its key.
Must not: decide when a picture goes out (the real camera feed does), or use another's chance: a seed without a camera
is the same as it ever was.

A picture is a JPEG's header of the true size, a number, and zeros: nobody looks at it here.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from appliance.core.model.events import CameraTurned, Device, DeviceFailed, DeviceReady, Event, Key, KeyEdge
from appliance.errors import Kind
from appliance.protocol.voices import Model
from appliance.workers.camera.feed import CameraFeed
from appliance.workers.camera.policy import Order, Picture
from appliance.workers.camera.worker import CAPTURE_LIMIT_S, FIRST_RETRY_S
from tests.sim.agenda import Agenda

if TYPE_CHECKING:
    from tests.sim.world import World

TOKENS_PER_MINUTE = 2_000
HANG_MS = int(CAPTURE_LIMIT_S * 1_000)
RETRY_MS = int(FIRST_RETRY_S * 1_000)
TROUBLES = ("hangs", "dies", "garbage", "4K")
_MARK = b"\xff\xd8\xff\xfe\x00\x0a"  # start of image, a comment of eight bytes


def jpeg(taken_at: int, width: int, height: int, size: int) -> bytes:
    """What passes for a JPEG of that size; at least 30 bytes."""
    frame = b"\xff\xc0\x00\x0b\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    head = _MARK + taken_at.to_bytes(8, "big") + frame
    return head + bytes(max(0, size - len(head) - 2)) + b"\xff\xd9"


def taken_at(picture: bytes) -> int:
    """When it was taken, in ms of the run."""
    assert picture.startswith(_MARK)
    return int.from_bytes(picture[len(_MARK) : len(_MARK) + 8], "big")


class SimCamera:
    """A ``Taker``. ``trouble`` is one of ``TROUBLES`` or empty."""

    def __init__(
        self, agenda: Agenda, chance: Random, taken: Callable[[Picture | None], None], post: Callable[[Event], None]
    ) -> None:
        self._agenda, self._chance, self._taken, self._tell = agenda, chance, taken, post
        self.trouble = ""
        self._wanted = self._on = self._busy = self._lost = self._gone = self._proven = False
        self._order: tuple[Order, int] | None = None
        self._level = 0

    def start(self) -> None:
        """Nothing to start."""

    def stop(self, limit_ms: int) -> None:
        """The process ends."""
        self._gone = True

    def open(self) -> None:
        """Pictures will be wanted."""
        self._wanted = True
        self._go_on()

    def close(self) -> None:
        """Once what is ordered is done."""
        self._wanted = False
        self._go_on()

    @property
    def looking(self) -> bool:
        """Whether it is open."""
        return self._on

    def forget(self) -> None:
        """The order that waits."""
        self._order = None

    def take(self, order: Order) -> None:
        """One at a time; the latest order waits."""
        self._order = (order, self._agenda.now)
        self._go_on()

    def _go_on(self) -> None:
        if self._busy or self._gone:
            return
        if self._order is not None and self._order[0].of is not None:
            self._begin(5)
        elif self._lost:
            if self._order is not None:
                self._order = None
                self._taken(None)
        elif self._order is not None or self._wanted:
            self._turn(on=True)
            if self._order is not None:
                self._begin(HANG_MS if self.trouble == "hangs" else self._chance.randrange(10, 400))
        else:
            self._turn(on=False)

    def _turn(self, *, on: bool) -> None:
        if on is not self._on:
            self._on = on
            self._post(CameraTurned(on))

    def _begin(self, takes_ms: int) -> None:
        assert self._order is not None
        (order, at), self._order = self._order, None
        self._busy = True
        self._agenda.after(takes_ms, lambda: self._done(order, at))

    def _done(self, order: Order, at: int) -> None:
        self._busy = False
        if self._gone:
            return
        if order.of is not None:
            smaller = jpeg(taken_at(order.of.jpeg), order.width, order.height, order.most_bytes)
            self._taken(Picture(smaller, order.width, order.height, order.of.grey, order.sharp, order.of.at))
        elif self.trouble in ("hangs", "dies", "garbage"):
            self._lose()
        else:
            self._taken(self._picture(order, at))
            if not self._proven:
                self._proven = True
                self._post(DeviceReady(Device.CAMERA))
        self._go_on()

    def _picture(self, order: Order, at: int) -> Picture:
        if self._chance.random() < 0.7:
            self._level = self._chance.randrange(256)
        width, height, size = order.width, order.height, int(order.most_bytes * self._chance.uniform(0.3, 1))
        if self.trouble == "4K":  # as if nobody had made it smaller
            width, height, size = 3_840, 2_160, 900_000
        now = self._agenda.now
        return Picture(jpeg(now, width, height, size), width, height, bytes([self._level]) * 144, order.sharp, at)

    def _lose(self) -> None:
        kind = {"hangs": Kind.STALLED, "dies": Kind.GONE, "garbage": Kind.BROKEN}[self.trouble]
        self._lost, self._proven = True, False
        self._turn(on=False)
        self._post(DeviceFailed(Device.CAMERA, str(kind), self.trouble))
        self._taken(None)
        self._agenda.after(RETRY_MS, self._retry)

    def _retry(self) -> None:
        if self._gone:
            return
        if self.trouble:
            self._agenda.after(RETRY_MS, self._retry)
            return
        self._lost = False
        if self._wanted:
            self._proven = True
            self._post(DeviceReady(Device.CAMERA))
        self._go_on()

    def _post(self, event: Event) -> None:
        if not self._gone:
            self._tell(event)


class Onlooker:
    """The camera of one seed: whether it has one, who presses its key, and what befalls it."""

    def __init__(self, world: "World", focus: tuple[str, ...]) -> None:
        """``camera`` in ``focus``: there is one, and things go wrong with it."""
        self._world = world
        self._chance = chance = Random(f"the camera of {world.seed}")
        self._often = "camera" in focus
        modes = ("hold", "auto") if self._often else ("off", "off", "hold", "auto")
        self.mode = chance.choice(modes)
        self._faults = 0.5 if self._often else chance.choice((0, 0, 0.15))
        self._camera: SimCamera | None = None
        self.went_out = 0

    def camera_feed(self, model: Model) -> CameraFeed | None:
        """The camera feed of a fresh process; None where it has none."""
        if self.mode == "off":
            return None

        def made(taken: Callable[[Picture | None], None]) -> SimCamera:
            self._camera = SimCamera(self._world.agenda, self._chance, taken, self._world.post)
            return self._camera

        return CameraFeed(model, TOKENS_PER_MINUTE, made, self._counted)

    def _counted(self, line: int, picture: Picture) -> None:
        self.went_out += 1

    def said(self, length_ms: int) -> None:
        """Somebody begins to speak: perhaps the key is pressed as well, and something breaks."""
        chance, world = self._chance, self._world
        if self.mode == "off":
            return
        if world.calm or chance.random() < (0.7 if self._often else 0.3):
            down_ms = chance.randrange(max(1, length_ms // 2))
            held_ms = chance.choice((80, 300, 1_500, 6_000))
            world.agenda.after(down_ms, lambda: self._press(down=True))
            world.agenda.after(down_ms + held_ms, lambda: self._press(down=False))
        if not world.calm and self._camera is not None and chance.random() < self._faults:
            self._camera.trouble = chance.choice(TROUBLES)
            world.trace.say(world.agenda.now, "the camera: %s", self._camera.trouble)
            world.agenda.after(int(500 * 60 ** chance.random()), self.recover)

    def recover(self) -> None:
        """All is well with it."""
        if self._camera is not None:
            self._camera.trouble = ""

    def _press(self, *, down: bool) -> None:
        if self._world.alive:
            self._world.post(KeyEdge(Key.CAMERA, down, self._world.agenda.now))
