"""The camera feed: between a camera, the lines and the event loop's orders.

Responsible for: asking the policy, ordering a picture when one could go out, holding the one in hand, and telling who
writes the journal. All under one lock, never held while a device works.
Must not: touch the device or a socket, or keep a picture that privacy forbids.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from appliance.protocol.voices import Model
from appliance.workers.camera.bandwidth import UplinkRate
from appliance.workers.camera.policy import (
    SHARP_UPLINK_MS,
    UPLINK_MS,
    Order,
    Picture,
    PicturePolicy,
    Verdict,
    jpeg_bytes,
)

HELD_UP_MS = 6_000  # an order that was not answered for so long is forgotten: the camera worker gave it up


class Taker(Protocol):
    """What the camera feed needs of ``CameraWorker``."""

    def start(self) -> None:
        """Start the thread."""

    def open(self) -> None:
        """Power the camera."""

    def close(self) -> None:
        """Power it down."""

    @property
    def looking(self) -> bool:
        """Whether the device is open."""

    def take(self, order: Order) -> None:
        """Take a picture, or make one smaller; answered by ``CameraFeed.taken``."""

    def forget(self) -> None:
        """Drop the order that waits."""

    def stop(self, limit_ms: int) -> None:
        """End the thread."""


class CameraFeed:
    """Orders from the event loop, news from the lines and the microphone, pictures from the camera: from any thread."""

    def __init__(
        self,
        model: Model,
        tokens_per_minute: int,
        make: Callable[[Callable[[Picture | None], None]], Taker],
        sent: Callable[[int, Picture], None],
    ) -> None:
        """``make(taken)`` makes the camera's worker; ``sent(line, picture)`` is told of every picture that goes out."""
        self._lock = threading.Lock()
        self._policy = PicturePolicy(model, tokens_per_minute)
        self._uplink = UplinkRate()
        self._camera = make(self.taken)
        self._told = sent
        self._usual = False  # pictures at the usual pace are wanted
        self._hand: Picture | None = None
        self._ordered: tuple[Order, int] | None = None  # under way, since when
        self._line: int | None = None  # the line whose acknowledgements are counted
        self._under_way: tuple[int, int | None] | None = None  # (line, upto) of the picture not acknowledged

    # The event loop's orders.

    def start(self) -> None:
        """Start the camera's thread; the camera stays closed."""
        self._camera.start()

    def open(self) -> None:
        """Pictures at the usual pace, from now on."""
        self._usual = True
        self._camera.open()

    def close(self) -> None:
        """No more of them. A sharp one that was asked for still goes out."""
        with self._lock:
            self._usual = False
            if self._hand is not None and not self._hand.sharp:
                self._hand = None
        self._camera.close()

    @property
    def looking(self) -> bool:
        """Whether the camera is open just now."""
        return self._camera.looking

    def take_sharp(self, at: int) -> None:
        """One sharp picture now, in the place of any that is under way; it goes out with the words spoken next."""
        with self._lock:
            order = self._policy.sharp_order(self._uplink.bytes_in(SHARP_UPLINK_MS, at))
            if order is not None:
                self._ordered = (order, at)
        self._send_order(order)

    def wipe(self) -> None:
        """Forget every picture, also the one being taken (privacy, between guests). Closing is an order of its own."""
        with self._lock:
            self._hand = None
            self._ordered = None  # what comes of it is not expected, and thrown away
        self._camera.forget()

    def hear(self, *, speaking: bool) -> None:
        """The local voice detector changed its mind."""
        with self._lock:
            self._policy.heard(speaking=speaking)

    def set_valve(self, *, is_open: bool) -> None:
        """Live sound goes to the service as it is, or not."""
        with self._lock:
            self._policy.valve(is_open=is_open)

    def stop(self, limit_ms: int) -> None:
        """End the camera's thread; one that hangs is left behind."""
        self._camera.stop(limit_ms)

    # The camera.

    def taken(self, picture: Picture | None) -> None:
        """What became of the order."""
        with self._lock:
            if picture is not None and not self._expected(picture):
                return  # of an order that was wiped, or replaced
            self._ordered = None
            if picture is None or not (picture.sharp or self._usual):
                return
            if self._hand is None or picture.sharp or not self._hand.sharp:
                self._hand = picture

    def _expected(self, picture: Picture) -> bool:
        if self._ordered is None:
            return False
        order, at = self._ordered
        return picture.at == order.of.at if order.of is not None else picture.at >= at

    # The lines.

    def sound_sent(self, line: int) -> None:
        """An audio message is being sent."""
        with self._lock:
            self._policy.sound_sent(line)

    def other_sent(self, line: int) -> None:
        """Another message is being sent."""
        with self._lock:
            self._policy.other_sent(line)

    def cut(self, line: int) -> None:
        """The service ended a turn."""
        with self._lock:
            self._policy.cut(line)

    def next(self, line: int, at: int) -> Picture | None:
        """The picture to send now, if the line has no other message; orders the next one where it is time."""
        with self._lock:
            picture, order = self._chosen(line, at)
            if picture is None and order is None:
                order = self._next_order(line, at)
        self._send_order(order)
        if picture is not None:
            self._told(line, picture)
        return picture

    def handed(self, line: int, at: int, upto: int, size: int) -> None:
        """A message of ``size`` bytes was handed to TCP; ``upto``: bytes of this line so far, itself included."""
        with self._lock:
            if line != self._line:
                self._line = line
                self._uplink.renewed()
            self._uplink.sent(at, upto, size)
            if self._under_way == (line, None):
                self._under_way = (line, upto)

    def acked(self, line: int, at: int, acked: int) -> None:
        """The far end has acknowledged so many bytes of this line."""
        with self._lock:
            if line == self._line:
                self._uplink.acked(at, acked)
            match self._under_way:
                case (number, int(upto)) if number == line and upto <= acked:
                    self._under_way = None
                    self._policy.arrived(at)

    def lost(self, line: int, at: int) -> None:
        """The line is gone."""
        with self._lock:
            if self._under_way is not None and self._under_way[0] == line:
                self._under_way = None
            self._policy.lost(line, at)

    def _chosen(self, line: int, at: int) -> tuple[Picture | None, Order | None]:
        """What goes out now, or the order to make it smaller."""
        picture = self._hand
        if picture is None:
            return None, None
        room = self._room(at, sharp=picture.sharp)
        verdict = self._policy.judge(picture, line, at, room)
        if verdict is not Verdict.WAIT:
            self._hand = None
        if verdict is Verdict.SHRINK:
            order = Order(picture.width, picture.height, jpeg_bytes(room), sharp=True, of=picture)
            self._ordered = (order, at)
            return None, order
        if verdict is not Verdict.SEND:
            return None, None
        self._policy.sent(picture, line, at)
        self._under_way = (line, None)
        return picture, None

    def _next_order(self, line: int, at: int) -> Order | None:
        if self._ordered is not None and at - self._ordered[1] < HELD_UP_MS:
            return None
        if self._hand is not None or not self._usual:
            return None
        order = self._policy.order(line, at, self._room(at, sharp=False))
        if order is not None:
            self._ordered = (order, at)
        return order

    def _send_order(self, order: Order | None) -> None:
        if order is not None:
            self._camera.take(order)

    def _room(self, at: int, *, sharp: bool) -> int:
        return 0 if self._uplink.stuck(at) else self._uplink.bytes_in(SHARP_UPLINK_MS if sharp else UPLINK_MS, at)
