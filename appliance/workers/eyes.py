"""The eyes: between a camera, the lines and the owner's orders.

Responsible for: asking the policy, ordering a picture when one could go out, holding the one in hand, and telling who
writes the journal. All under one lock, never held while a device works.
Must not: touch the device or a socket, or keep a picture that privacy forbids.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from appliance.protocol.voices import Model
from appliance.workers.pictures import UPLINK_MS, Order, Picture, PicturePolicy, Verdict
from appliance.workers.uplink import UplinkRate

HELD_UP_MS = 6_000  # an order that was not answered for so long is forgotten: the camera worker gave it up


class Taker(Protocol):
    """What the eyes need of ``CameraWorker``."""

    def start(self) -> None:
        """Start the thread."""

    def open(self) -> None:
        """Power the camera."""

    def close(self) -> None:
        """Power it down."""

    def take(self, order: Order) -> None:
        """Take a picture; answered by ``Eyes.taken``."""

    def stop(self, limit_ms: int) -> None:
        """End the thread."""


class Eyes:
    """Orders from the owner, news from the lines and the microphone, pictures from the camera: from any thread."""

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
        self._sharp = False  # a sharp one is wanted, and not ordered yet
        self._hand: Picture | None = None
        self._ordered: tuple[Order, int] | None = None  # under way, since when
        self._line: int | None = None  # the line whose acknowledgements are counted
        self._under_way: tuple[int, int | None] | None = None  # (line, upto) of the picture not acknowledged

    # The owner's orders.

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

    def take_sharp(self, at: int) -> None:
        """One sharp picture now; it goes out with the words spoken next."""
        with self._lock:
            self._sharp = True
            order = self._next_order(self._line if self._line is not None else 0, at)
        self._send_order(order)

    def wipe(self) -> None:
        """Forget every picture, also the one being taken (privacy, between guests). Closing is an order of its own."""
        with self._lock:
            self._hand = None
            self._sharp = False
            self._ordered = None  # what comes of it is not expected, and thrown away

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
            if picture is not None and (self._ordered is None or picture.at < self._ordered[1]):
                return  # of an order that was wiped
            self._ordered = None
            if picture is None or not (picture.sharp or self._usual):
                return
            if self._hand is None or picture.sharp or not self._hand.sharp:
                self._hand = picture

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
            picture = self._chosen(line, at)
            order = None if picture is not None else self._next_order(line, at)
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

    def _chosen(self, line: int, at: int) -> Picture | None:
        picture = self._hand
        if picture is None:
            return None
        verdict = self._policy.judge(picture, line, at, self._room(at))
        if verdict is not Verdict.WAIT:
            self._hand = None
        if verdict is not Verdict.SEND:
            return None
        self._policy.sent(picture, line, at)
        self._under_way = (line, None)
        return picture

    def _next_order(self, line: int, at: int) -> Order | None:
        if self._ordered is not None and at - self._ordered[1] < HELD_UP_MS:
            return None
        if self._hand is not None and not (self._sharp and not self._hand.sharp):
            return None
        if not (self._sharp or self._usual):
            return None
        order = self._policy.order(line, at, self._room(at), sharp=self._sharp)
        if order is not None:
            self._ordered = (order, at)
            self._sharp = False
        return order

    def _send_order(self, order: Order | None) -> None:
        if order is not None:
            self._camera.take(order)

    def _room(self, at: int) -> int:
        return 0 if self._uplink.stuck(at) else self._uplink.bytes_in(UPLINK_MS, at)
