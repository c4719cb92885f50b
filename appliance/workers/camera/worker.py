"""The camera worker: takes a picture when one is ordered, and outlives a camera that hangs for ever.

Responsible for: a capture thread that alone touches the device, giving it up when it does not come back, trying again
later, and telling the event loop of a camera that is lost or found.
Must not: decide when a picture is taken or sent, or wait for a device without a limit.

Two threads: this worker's own never touches the device, so it needs no beat; the hand that does is left behind when it
hangs. Should it ever come back it closes its device and ends, and what it brings is thrown away.
"""

import logging
import queue
import threading
from collections.abc import Callable

from appliance.core.model.events import CameraTurned, Device, DeviceFailed, DeviceReady, Event
from appliance.errors import DeviceError, Kind
from appliance.ports import Camera
from appliance.workers.camera.jpeg import develop
from appliance.workers.camera.policy import USUAL_BYTES, USUAL_SIZE, Order, Picture

OPEN_LIMIT_S = 10.0  # the real one searches for its sensor and configures it
CAPTURE_LIMIT_S = 5.0
RETRY_S = 30.0
FIRST_RETRY_S = 2.0  # one that says what is wrong is tried again sooner; the wait doubles up to ``RETRY_S``
HEAD_START_S = 0.15  # before the library is loaded, which may hold up every thread: the answer to the key goes first
MOST_ABANDONED = 3  # hands that hang at the same time; then no fresh one is tried before one comes back

_PROOF = Order(*USUAL_SIZE, USUAL_BYTES, False)

log = logging.getLogger(__name__)

_Job = Callable[[Camera], Picture | None]
_Outcome = Picture | DeviceError | None


class _Hand:
    """One thread and one device object. It does a job at a time, and closes the device at its end."""

    def __init__(self, make: Callable[[], Camera]) -> None:
        self._make = make
        self._jobs: queue.Queue[_Job | None] = queue.Queue(1)
        self._outcomes: queue.Queue[_Outcome] = queue.Queue(1)
        self._let_go = False
        self._thread = threading.Thread(target=self._run, name="camera hand", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def do(self, job: _Job, limit_s: float) -> Picture | None:
        """Raises ``DeviceError``; STALLED when it did not come back in time: then do no more with this hand."""
        self._jobs.put_nowait(job)
        try:
            outcome = self._outcomes.get(timeout=limit_s)
        except queue.Empty:
            self._let_go = True
            raise DeviceError("camera", Kind.STALLED, f"a call did not come back within {limit_s:g} s") from None
        if isinstance(outcome, DeviceError):
            raise outcome
        return outcome

    def end(self, limit_s: float) -> None:
        """Close the device; a hand that does not come back is left behind."""
        if not self._let_go:
            self._let_go = True
            self._jobs.put_nowait(None)
            self._thread.join(limit_s)

    def _run(self) -> None:
        camera: Camera | None = None
        while not self._let_go and (job := self._jobs.get()) is not None:
            outcome: _Outcome
            try:
                camera = camera or self._make()
                outcome = job(camera)
            except DeviceError as error:
                outcome = error
            if not self._let_go:
                self._outcomes.put_nowait(outcome)
        try:
            if camera is not None:
                camera.close()
        except DeviceError as error:
            log.warning("%s", error)


class CameraWorker:
    """Orders from any thread. The device is open while it is wanted, and for an order alone where it is not."""

    def __init__(
        self,
        make: Callable[[], Camera],
        taken: Callable[[Picture | None], None],
        post: Callable[[Event], None],
        clock: Callable[[], int],
        capture_limit_s: float = CAPTURE_LIMIT_S,
        open_limit_s: float = OPEN_LIMIT_S,
        retry_s: float = RETRY_S,
        first_retry_s: float = FIRST_RETRY_S,
        head_start_s: float = HEAD_START_S,
    ) -> None:
        """``taken`` is told what became of each order, on this worker's thread: None = nothing."""
        self._make = make
        self._taken = taken
        self._post = post
        self._clock = clock
        self._capture_limit_s = capture_limit_s
        self._open_limit_s = open_limit_s
        self._retry_s = retry_s
        self._first_retry_s = first_retry_s
        self._head_start_s = head_start_s  # 0 once it was given
        self._changed = threading.Condition()
        self._wanted = False
        self._order: tuple[Order, int] | None = None
        self._running = True
        self._hand: _Hand | None = None
        self._abandoned: list[_Hand] = []
        self._wait_s = 0.0  # before the next try; above 0 while the camera is lost
        self._stalled = False  # it was lost by a call that did not come back
        self._last_error = ""
        self._looking = False
        self._proven = False  # a picture was seen since the camera was made or lost
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    def start(self) -> None:
        """Start the thread; the device stays closed."""
        self._thread.start()

    def open(self) -> None:
        """Power the camera: pictures will be wanted soon."""
        with self._changed:
            self._wanted = True
            self._changed.notify()

    def close(self) -> None:
        """Power it down, once what was ordered is done."""
        with self._changed:
            self._wanted = False
            self._changed.notify()

    @property
    def looking(self) -> bool:
        """Whether the device is open, as far as can be known: one that hangs is not counted, nothing comes of it."""
        return self._looking

    def take(self, order: Order) -> None:
        """Take a picture, or make one smaller; an order that still waits is replaced.

        While the camera is lost nothing comes of it, but that an order for a sharp one, which a person gave, tries a
        camera again at once that has said what is wrong.
        """
        with self._changed:
            self._order = (order, self._clock())
            self._changed.notify()

    def forget(self) -> None:
        """Drop the order that waits; one that is being obeyed ends by itself, within its limit."""
        with self._changed:
            self._order = None

    def stop(self, limit_ms: int) -> None:
        """Close the device and end the thread; a camera that hangs is left behind after ``limit_ms``."""
        with self._changed:
            self._running = self._wanted = False
            self._order = None
            self._changed.notify()
        self._thread.join(limit_ms / 1000)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work)
                order, self._order = self._order, None
            if not self._running:
                break
            if order is not None and order[0].of is not None:
                self._taken(_smaller(order[0].of, order[0]))
            else:
                self._obey(order)
        self._put_down()

    def _obey(self, order: tuple[Order, int] | None) -> None:
        picture: Picture | None = None
        try:
            picture = self._work(order)
        except DeviceError as error:
            self._failed(error)
        if order is not None:
            self._taken(picture)
        if self._wait_s:
            self._pause()

    def _has_work(self) -> bool:
        return not self._running or self._order is not None or self._wanted is not (self._hand is not None)

    def _work(self, order: tuple[Order, int] | None) -> Picture | None:
        hand = self._hand
        if hand is None:
            with self._changed:
                if self._changed.wait_for(lambda: not self._running, self._head_start_s):
                    return None
            self._head_start_s = 0.0
            hand = self._hand = _Hand(self._make)
            self._turn(on=True)
            hand.do(_opened, self._open_limit_s)
            # It was lost: open is a promise, a picture is the proof.
            if self._wait_s and (self._wanted or order is not None):
                now = self._clock()
                hand.do(lambda camera: _captured(camera, _PROOF, now), self._capture_limit_s)
                self._prove()
        picture: Picture | None = None
        if order is not None:
            wanted, at = order
            picture = hand.do(lambda camera: _captured(camera, wanted, at), self._capture_limit_s)
            self._prove()
        if not self._wanted and self._order is None:
            self._put_down()
        return picture

    def _prove(self) -> None:
        self._wait_s = 0.0
        if not self._proven:
            self._proven = True
            self._last_error = ""
            self._post(DeviceReady(Device.CAMERA))

    def _failed(self, error: DeviceError) -> None:
        if str(error) != self._last_error:  # it is tried for ever, and told once
            self._last_error = str(error)
            log.warning("%s", error)
        self._proven = False
        self._put_down()
        sooner = min(max(2 * self._wait_s, self._first_retry_s), self._retry_s)
        self._stalled = error.kind is Kind.STALLED
        self._wait_s = self._retry_s if self._stalled else sooner
        self._post(DeviceFailed(Device.CAMERA, str(error.kind), error.detail))

    def _put_down(self) -> None:
        hand, self._hand = self._hand, None
        if hand is not None:
            hand.end(self._capture_limit_s)
            if hand.alive:
                self._abandoned.append(hand)
            self._turn(on=False)

    def _turn(self, *, on: bool) -> None:
        self._looking = on
        self._post(CameraTurned(on))

    def _pause(self) -> None:
        """Until the next try; what is ordered meanwhile comes to nothing."""
        left_s = self._wait_s
        while self._running and left_s > 0:
            began = self._clock()
            with self._changed:
                self._changed.wait_for(lambda: not self._running or self._order is not None, left_s)
                if self._asked_by_key() and not self._stalled:
                    return  # the order stands
                order, self._order = self._order, None
            if order is not None:
                self._taken(_smaller(order[0].of, order[0]) if order[0].of is not None else None)
            left_s -= (self._clock() - began) / 1000
            self._abandoned = [hand for hand in self._abandoned if hand.alive]
            if left_s <= 0 and len(self._abandoned) >= MOST_ABANDONED:
                left_s = self._retry_s

    def _asked_by_key(self) -> bool:
        return self._order is not None and self._order[0].sharp and self._order[0].of is None


def _opened(camera: Camera) -> None:
    camera.open()


def _smaller(picture: Picture, order: Order) -> Picture | None:
    """A picture that was developed before, for an uplink that has become slower since."""
    return develop(picture.jpeg, order, picture.at)


def _captured(camera: Camera, order: Order, at: int) -> Picture | None:
    return develop(camera.capture(order.width, order.height), order, at)
