"""The camera worker over the folder camera and its faults; every wait is an answer that comes, with a limit."""

import io
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from appliance.adapters.bench.picture_folder import CameraFaults, PictureFolder
from appliance.core.model.events import CameraTurned, Device, DeviceFailed, DeviceReady, Event
from appliance.errors import DeviceError, Kind
from appliance.workers.camera.policy import SHARP_BYTES, USUAL_BYTES, Order, Picture
from appliance.workers.camera.worker import MOST_ABANDONED, CameraWorker
from tests.adapters.virtual_clock import VirtualClock
from tests.workers.peers import clock

WAIT_S = 5.0
USUAL = Order(640, 360, USUAL_BYTES, False)
SHARP = Order(1_280, 720, SHARP_BYTES, True)


class Watched(PictureFolder):
    """A folder camera that says when it is opened and closed."""

    def __init__(self, folder: Path, faults: CameraFaults, said: queue.Queue[str], asked: Callable[[], None]) -> None:
        super().__init__(folder, faults)
        self._said = said
        self._asked = asked
        said.put("made")

    def open(self) -> None:
        super().open()
        self._said.put("open")

    def capture(self, width: int, height: int) -> bytes:
        self._asked()
        return super().capture(width, height)

    def close(self) -> None:
        super().close()
        self._said.put("close")


class Desk:
    def __init__(self, folder: Path, limit_s: float, retry_s: float, head_start_s: float) -> None:
        Image.new("RGB", (1_280, 960), (10, 200, 10)).save(folder / "a.jpg", "JPEG")
        self.faults = CameraFaults(VirtualClock())
        self.said: queue.Queue[str] = queue.Queue()
        self.asked = threading.Event()
        self.taken: queue.Queue[Picture | None] = queue.Queue()
        self.events: queue.Queue[Event] = queue.Queue()
        self.turned: queue.Queue[bool] = queue.Queue()
        self.worker = CameraWorker(
            lambda: Watched(folder, self.faults, self.said, self.asked.set), self.taken.put, self._post, clock,
            capture_limit_s=limit_s, open_limit_s=WAIT_S, retry_s=retry_s, first_retry_s=retry_s,
            head_start_s=head_start_s,
        )  # fmt: skip

    def _post(self, event: Event) -> None:
        if isinstance(event, CameraTurned):
            self.turned.put(event.on)
        else:
            self.events.put(event)

    def turns(self, *ways: bool) -> None:
        assert [self.turned.get(timeout=WAIT_S) for _ in ways] == list(ways)

    def picture(self, order: Order = USUAL) -> Picture | None:
        self.worker.take(order)
        return self.taken.get(timeout=WAIT_S)

    def event(self) -> Event:
        return self.events.get(timeout=WAIT_S)

    def says(self, *words: str) -> None:
        assert [self.said.get(timeout=WAIT_S) for _ in words] == list(words)


@contextmanager
def desk(folder: Path, limit_s: float = WAIT_S, retry_s: float = 0.02, head_start_s: float = 0) -> Iterator[Desk]:
    it = Desk(folder, limit_s, retry_s, head_start_s)
    it.worker.start()
    try:
        yield it
    finally:
        it.faults.recover()
        it.worker.stop(5_000)
        assert not it.worker._thread.is_alive()


def test_it_is_open_while_it_is_wanted_and_takes_what_is_ordered(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        looking = [it.worker.looking]
        it.worker.open()
        it.says("made", "open")
        it.turns(True)
        looking.append(it.worker.looking)
        for order in (USUAL, SHARP):
            picture = it.picture(order)
            assert picture is not None
            assert Image.open(io.BytesIO(picture.jpeg)).size == (picture.width, picture.height)
            assert (picture.height, picture.sharp) == (order.height, order.sharp)
        it.worker.close()
        it.says("close")
        it.turns(False)
        assert [*looking, it.worker.looking] == [False, True, False]
        assert it.event() == DeviceReady(Device.CAMERA)
        assert it.events.empty(), "told once"


def test_an_order_alone_opens_it_and_closes_it_again(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        assert it.picture(SHARP) is not None
        it.says("made", "open", "close")
        it.turns(True, False)


def test_unwanted_it_is_never_made(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        it.worker.close()
        it.worker.stop(5_000)
        assert it.said.empty()
        assert it.turned.empty()
        assert it.events.empty()


def test_one_that_fails_is_lost_and_found_again(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        it.worker.open()
        assert it.picture() is not None
        assert it.event() == DeviceReady(Device.CAMERA)
        it.faults.fail(Kind.GONE, 2)
        assert it.picture() is None
        failed = DeviceFailed(Device.CAMERA, "gone", "failed on command")
        assert [it.event(), it.event()] == [failed, failed], "the second is the proof after the first try"
        assert it.event() == DeviceReady(Device.CAMERA)
        assert it.picture() is not None
        it.says("made", "open", "close", "made", "open", "close", "made", "open")


def test_garbage_is_a_broken_camera(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        it.worker.open()
        it.faults.garbage()
        assert it.picture() is None
        assert it.event() == DeviceFailed(Device.CAMERA, "broken", "delivered what is no picture")
        assert it.event() == DeviceReady(Device.CAMERA)


def test_a_folder_without_pictures_is_absent(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        (tmp_path / "a.jpg").unlink()
        it.worker.open()
        event = it.event()
        assert isinstance(event, DeviceFailed)
        assert event.kind == "absent"


def test_one_that_hangs_is_left_behind_and_a_fresh_one_serves(tmp_path: Path) -> None:
    with desk(tmp_path, limit_s=1.0) as it:
        it.worker.open()
        it.says("made", "open")
        it.faults.hang()
        assert it.picture() is None
        it.turns(True, False)
        failed = it.event()
        assert isinstance(failed, DeviceFailed)
        assert (failed.device, failed.kind) == (Device.CAMERA, "stalled")
        it.says("made")
        it.faults.recover()
        while not isinstance(it.event(), DeviceReady):
            continue
        assert it.picture() is not None
        assert it.taken.empty(), "what the one that hung brought in the end is thrown away"


def test_only_so_many_hang_at_a_time(tmp_path: Path) -> None:
    with desk(tmp_path, limit_s=0.02, retry_s=0.02) as it:
        it.faults.hang()
        it.worker.open()
        it.worker.take(USUAL)
        for _ in range(MOST_ABANDONED):
            assert isinstance(it.event(), DeviceFailed)
        hands = [thread for thread in threading.enumerate() if thread.name == "camera hand"]
        assert len(hands) == MOST_ABANDONED
        assert it.events.empty()


def test_while_it_is_lost_an_order_is_answered_by_nothing_at_once(tmp_path: Path) -> None:
    with desk(tmp_path, retry_s=60.0) as it:
        it.faults.fail(Kind.BUSY)
        assert it.picture() is None
        assert isinstance(it.event(), DeviceFailed)
        assert it.picture() is None
        assert it.events.empty()


def test_a_key_tries_a_camera_again_that_has_said_what_is_wrong(tmp_path: Path) -> None:
    with desk(tmp_path, retry_s=60.0) as it:
        it.faults.fail(Kind.ABSENT)
        assert it.picture(SHARP) is None
        assert isinstance(it.event(), DeviceFailed)
        assert it.picture(SHARP) is not None
        assert it.event() == DeviceReady(Device.CAMERA)


def test_a_key_does_not_try_one_again_that_hung(tmp_path: Path) -> None:
    with desk(tmp_path, limit_s=0.05, retry_s=60.0) as it:
        it.faults.hang()
        assert it.picture(SHARP) is None
        assert it.picture(SHARP) is None
        assert isinstance(it.event(), DeviceFailed)
        assert it.events.empty()


def test_a_picture_in_hand_is_made_smaller_without_a_camera(tmp_path: Path) -> None:
    with desk(tmp_path, retry_s=60.0) as it:
        noise = io.BytesIO()
        Image.effect_noise((1_280, 720), 90).convert("RGB").save(noise, "JPEG", quality=80)
        large = Picture(noise.getvalue(), 1_280, 720, b"", True, 7)
        order = Order(1_280, 720, 30_000, True, of=large)
        for condition in ("well", "lost"):
            smaller = it.picture(order)
            assert smaller is not None
            assert len(smaller.jpeg) <= 30_000
            assert (smaller.sharp, smaller.at) == (True, 7)
            assert it.said.empty(), "no camera was made"
            if condition == "well":
                it.faults.fail(Kind.GONE)
                assert it.picture() is None
                it.says("made", "open", "close")


def test_what_waits_is_forgotten(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        it.faults.hang()
        it.worker.take(USUAL)
        assert it.asked.wait(WAIT_S)
        it.worker.take(SHARP)
        it.worker.forget()
        it.faults.recover()
        picture = it.taken.get(timeout=WAIT_S)
        assert picture is not None
        assert not picture.sharp
        it.says("made", "open", "close")
        assert it.taken.empty()


def test_whoever_pressed_the_key_is_answered_before_a_camera_is_loaded(tmp_path: Path) -> None:
    with desk(tmp_path, head_start_s=60.0) as it:
        it.worker.take(SHARP)
        it.worker.stop(5_000)
        assert it.said.empty(), "it would have been made in a minute"
    with desk(tmp_path, head_start_s=0.01) as it:
        assert it.picture(SHARP) is not None
        assert it.picture(SHARP) is not None
        it.says("made", "open", "close", "made", "open", "close")


def test_orders_return_at_once_whatever_the_camera_does(tmp_path: Path) -> None:
    with desk(tmp_path, limit_s=60.0) as it:
        it.faults.hang()
        it.worker.take(USUAL)
        assert it.asked.wait(WAIT_S)
        began = clock()
        it.worker.take(SHARP)
        it.worker.open()
        it.worker.close()
        it.worker.forget()
        assert clock() - began < 100


def test_ending_never_waits_for_a_camera_that_hangs(tmp_path: Path) -> None:
    with desk(tmp_path, limit_s=60.0) as it:
        it.worker.open()
        it.says("made", "open")
        it.faults.hang()
        it.worker.take(USUAL)
        assert it.asked.wait(WAIT_S)
        began = clock()
        it.worker.stop(50)
        assert clock() - began < 1_000
        assert it.worker._thread.is_alive()


class Unwilling:
    """A camera that can be opened and not be closed."""

    def __init__(self, closed: Callable[[], None]) -> None:
        self._closed = closed

    def open(self) -> None:
        """At once."""

    def capture(self, width: int, height: int) -> bytes:
        stream = io.BytesIO()
        Image.new("RGB", (width, height)).save(stream, "JPEG")
        return stream.getvalue()

    def close(self) -> None:
        self._closed()
        raise DeviceError("camera", Kind.BROKEN, "cannot be closed")


def test_one_that_cannot_be_closed_is_told_and_let_go() -> None:
    closed = threading.Event()
    taken: queue.Queue[Picture | None] = queue.Queue()
    events: queue.Queue[Event] = queue.Queue()
    worker = CameraWorker(lambda: Unwilling(closed.set), taken.put, events.put, clock)
    worker.start()
    worker.take(USUAL)
    assert taken.get(timeout=WAIT_S) is not None
    worker.stop(5_000)
    assert closed.is_set()
    came = [events.get(timeout=WAIT_S) for _ in range(3)]
    assert came == [CameraTurned(True), DeviceReady(Device.CAMERA), CameraTurned(False)]
    assert events.empty()
