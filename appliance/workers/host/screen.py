"""The screen worker: the latest view, drawn and shown.

Responsible for: rendering off the event loop, skipping what did not change, and trying again when the panel is gone.
Must not: choose what is shown (``core/screen/screen.py``) or know pixels (``display/``).
"""

import hashlib
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Protocol

from appliance.core.model.events import Device, DeviceFailed, DeviceReady, Event
from appliance.core.model.views import View
from appliance.errors import DeviceError, DrawingError
from appliance.ports import Frame, Screen
from appliance.workers.host.heartbeats import Heartbeats

RETRY_S = 5.0
EARLY_RETRY_S = 0.25
EARLY_TRIES = 20
"""So many at first: a box that starts early in the boot is there before its panel's bus."""
CARE_S = 60.0  # a panel that shows the same is shown it again

log = logging.getLogger(__name__)


class Painter(Protocol):
    """What the worker needs of ``display.Renderer``."""

    def draw(self, view: View) -> Frame:
        """The frame of a view."""


class ScreenWorker:
    """A mailbox of one: the latest view wins, and the latest brightness."""

    def __init__(
        self,
        make: Callable[[], Screen],
        painter: Callable[[Screen], Painter],
        post: Callable[[Event], None],
        shown: Callable[[Frame, str], None],
        heartbeats: Heartbeats,
        device: Device = Device.SCREEN,
    ) -> None:
        """``shown(frame, hash)`` is told of every frame that reached the panel, on this worker's thread.

        ``device``: which of the two panels this is.
        """
        self._device = device
        self._make = make
        self._painter = painter
        self._post = post
        self._shown = shown
        self._heartbeats = heartbeats
        self._abandoned = False
        self._changed = threading.Condition()
        self._view: View | None = None  # still to be drawn
        self._latest: View | None = None
        self._level: int | None = None  # None: as the panel chose
        self._screen: Screen | None = None
        self._running = True
        self._thread = threading.Thread(target=self._run, name=str(device), daemon=True)

    def start(self) -> None:
        """Open the panel."""
        self._thread.start()

    def show(self, view: View) -> None:
        """Show this as soon as the one being drawn is done."""
        with self._changed:
            self._view = self._latest = view
            self._changed.notify()

    def dim(self, level: int) -> None:
        """Set the brightness, 0 (asleep) to 255."""
        with self._changed:
            self._level = level
            self._changed.notify()

    def stop(self, limit_ms: int) -> None:
        """Show the latest view once more and end the thread."""
        with self._changed:
            self._running = False
            self._changed.notify()
        self._thread.join(limit_ms / 1000)

    def abandon(self) -> None:
        """The thread hangs in the device and is given up."""
        self._abandoned = True
        with self._changed:
            self._running = False
            self._changed.notify()

    def _run(self) -> None:
        last_error, tries = "", 0
        while not self._abandoned:
            try:
                # The same object after a failure: a folder of pictures would begin to count anew.
                self._heartbeats.beat(self._device)
                screen = self._screen = self._screen or self._make()
                screen.open()
                self._heartbeats.rest(self._device)
                self._post(DeviceReady(self._device))
                last_error = ""
                self._paint(screen)
                screen.close()
                return
            except DeviceError as error:
                self._heartbeats.rest(self._device)
                tries += 1
                early = tries <= EARLY_TRIES
                if not early or str(error) != last_error:
                    last_error = str(error)
                    log.warning("%s", error)
                    self._post(DeviceFailed(self._device, str(error.kind), error.detail))
                with self._changed:
                    if self._changed.wait_for(lambda: not self._running, EARLY_RETRY_S if early else RETRY_S):
                        return

    def _paint(self, screen: Screen) -> None:
        painter = self._painter(screen)
        last: Frame | None = None
        level: int | None = None
        with self._changed:
            self._view = self._latest  # what a failure kept from the panel
        while True:
            with self._changed:
                self._changed.wait_for(partial(self._has_news, level), CARE_S)
                view, self._view = self._view, None
                before, level = level, self._level
                if view is None and level == before and not self._running:
                    return
            self._heartbeats.beat(self._device)
            frame = last if view is None else _drawn(painter, view, last)
            if frame is not None and (view is None or frame != last):
                screen.show(frame)  # also the same again, once a minute: the panel swims and mends itself by it
            if level is not None and level != before:
                screen.dim(level)  # behind the picture: who wakes a panel is not shown what it said before
            self._heartbeats.rest(self._device)
            if frame is not None and frame != last and not self._abandoned:
                last = frame
                self._shown(frame, hashlib.sha256(frame.data).hexdigest()[:16])

    def _has_news(self, level: int | None) -> bool:
        return self._view is not None or self._level != level or not self._running


def _drawn(painter: Painter, view: View, last: Frame | None) -> Frame | None:
    """The frame of ``view``; where it cannot be drawn, the one before stays."""
    try:
        return painter.draw(view)
    except DrawingError as error:
        log.error("a picture could not be drawn, the one before stays: %s", error)
        return last
