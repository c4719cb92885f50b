"""The code reader: what it posts, what it keeps to itself, and what it asks of root."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.config.asked import digest, read_request
from appliance.core.model.codes import CodeApplied, CodePage, CodeRead, CodeRefused
from appliance.core.model.events import CameraTurned, Event
from appliance.errors import DeviceError, Kind
from appliance.workers.camera.code_decoder import Decoder, NoDecoderError
from appliance.workers.camera.codes import CodeReader

WIFI = "WIFI:T:WPA;S:Hotel Sol;P:correct horse;;"
LIMIT_S = 10.0


class Lens:
    """A camera whose pictures are the texts that it is given, one after the other; the last stays."""

    def __init__(self, *seen: str, broken: DeviceError | None = None) -> None:
        self.seen, self.broken = list(seen), broken
        self.opened = self.closed = 0
        self.let_go = threading.Event()
        self.hangs = False

    def open(self) -> None:
        if self.broken is not None:
            raise self.broken
        self.opened += 1

    def capture(self, width: int, height: int) -> bytes:
        assert (width, height) == (1280, 720)
        if self.hangs:
            self.let_go.wait(LIMIT_S)
        return (self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]).encode()

    def close(self) -> None:
        self.closed += 1


def plain() -> Decoder:
    return lambda jpeg, thorough: [jpeg.decode()] if jpeg else []


class Reader:
    """The worker, and what it told."""

    def __init__(
        self, lens: Lens, runtime: Path | None = None, make: Callable[[], Decoder] = plain, limit_s: float = LIMIT_S
    ) -> None:
        self.told: queue.Queue[Event] = queue.Queue()
        self.worker = CodeReader(lambda: lens, self.told.put, runtime, make, limit_s, 0.05)

    def next(self) -> Event:
        return self.told.get(timeout=LIMIT_S)

    def until(self, kind: type[Event]) -> Event:
        while not isinstance(event := self.next(), kind):
            pass
        return event


def test_it_looks_until_a_code_can_be_used_and_closes_the_camera() -> None:
    lens = Lens("", "https://example.org/", "", WIFI)
    reader = Reader(lens)
    reader.worker.look()
    assert reader.next() == CameraTurned(on=True)
    assert reader.next() == CodeRefused("this code cannot be used: it is not for this box")
    assert reader.next() == CodeRead(1, (CodePage("network", "Hotel Sol"),), needs_country=True)
    assert reader.next() == CameraTurned(on=False)
    assert (lens.opened, lens.closed, reader.worker.looking) == (1, 1, False)


def test_no_event_holds_the_password() -> None:
    reader = Reader(Lens(WIFI))
    reader.worker.look()
    assert "horse" not in repr(reader.until(CodeRead))
    assert "horse" not in repr(vars(reader.worker).get("_offered"))


def test_it_ends_when_it_is_told_to() -> None:
    lens = Lens("")
    reader = Reader(lens)
    reader.worker.look()
    assert reader.next() == CameraTurned(on=True)
    reader.worker.stop_looking()
    assert reader.next() == CameraTurned(on=False)
    assert lens.closed == 1


def test_a_code_that_was_just_refused_is_not_offered_again_at_once() -> None:
    other = WIFI.replace("Sol", "Luna")
    lens = Lens(WIFI)
    reader = Reader(lens)
    reader.worker.look()
    reader.until(CodeRead)
    lens.seen = [WIFI, WIFI, other]
    reader.worker.look()
    read = reader.until(CodeRead)
    assert isinstance(read, CodeRead)
    assert (read.number, read.pages[0].text) == (2, "Hotel Luna")


def test_a_camera_that_is_missing_is_told_once_and_tried_again() -> None:
    lens = Lens(WIFI, broken=DeviceError("camera", Kind.BUSY, "in use"))
    reader = Reader(lens)
    reader.worker.look()
    assert reader.next() == CodeRefused("no camera: busy")
    lens.broken = None
    assert isinstance(reader.until(CodeRead), CodeRead)


def test_without_a_decoder_the_camera_stays_closed() -> None:
    def missing() -> Decoder:
        raise NoDecoderError("the decoder is missing: install python3-zxing-cpp")

    lens = Lens(WIFI)
    reader = Reader(lens, make=missing)
    reader.worker.look()
    assert reader.next() == CodeRefused("the decoder is missing: install python3-zxing-cpp")
    assert lens.opened == 0


def test_a_camera_that_hangs_holds_up_nobody() -> None:
    lens = Lens(WIFI)
    lens.hangs = True
    reader = Reader(lens)
    reader.worker.look()
    assert reader.next() == CameraTurned(on=True)
    reader.worker.look()
    assert reader.next() == CodeRefused("the camera does not answer")
    reader.worker.stop(50)
    lens.let_go.set()
    assert reader.next() == CameraTurned(on=False), "and what it saw at last is thrown away"


def test_what_a_key_confirmed_is_asked_of_root(tmp_path: Path) -> None:
    reader = Reader(Lens(WIFI), tmp_path)
    reader.worker.look()
    reader.until(CodeRead)
    reader.worker.apply(1, "ES")
    path = tmp_path / "provision/request.toml"
    data = b""
    for _ in range(1_000_000):
        if path.exists():
            data = path.read_bytes()
            break
    asked = read_request(data)
    assert asked.boot == {
        "wifi.ssid": "Hotel Sol",
        "wifi.security": "wpa",
        "wifi.password": "correct horse",
        "wifi.country": "ES",
    }
    assert path.stat().st_mode & 0o777 == 0o600
    (tmp_path / "provision/part").write_text(f'request = "{digest(data)}"\nok = true\nwords = "do\\u001bne"\n')
    (tmp_path / "provision/part").rename(tmp_path / "provision/result.toml")
    assert reader.until(CodeApplied) == CodeApplied(ok=True, words="done")
    assert not path.exists()


def test_an_answer_to_another_request_is_none(tmp_path: Path) -> None:
    reader = Reader(Lens(WIFI), tmp_path, limit_s=0.5)
    (tmp_path / "provision").mkdir()
    (tmp_path / "provision/result.toml").write_text('request = "another"\nok = true\nwords = "done"\n')
    reader.worker.look()
    reader.until(CodeRead)
    reader.worker.apply(1, "ES")
    applied = reader.until(CodeApplied)
    assert applied == CodeApplied(ok=False, words="nothing answered: dragoman-apply.path must be enabled")
    assert [each.name for each in (tmp_path / "provision").iterdir()] == ["result.toml"]


@pytest.mark.parametrize("number", [0, 2])
def test_only_the_code_that_was_shown_is_applied(tmp_path: Path, number: int) -> None:
    reader = Reader(Lens(WIFI), tmp_path)
    reader.worker.look()
    reader.until(CodeRead)
    reader.worker.apply(number, "ES")
    assert reader.until(CodeApplied) == CodeApplied(ok=False, words="the code is gone: show it once more")
    assert not (tmp_path / "provision").exists()


def test_a_box_without_a_folder_says_so() -> None:
    reader = Reader(Lens(WIFI))
    reader.worker.look()
    reader.until(CodeRead)
    reader.worker.apply(1, "ES")
    assert reader.until(CodeApplied) == CodeApplied(ok=False, words="this box has no folder to ask root in")


def test_the_answers_words_cannot_be_long_or_odd(tmp_path: Path) -> None:
    reader = Reader(Lens(WIFI), tmp_path)
    (tmp_path / "provision").mkdir()
    (tmp_path / "provision/result.toml").write_bytes(b"\xff")
    reader.worker.look()
    reader.until(CodeRead)
    reader.worker.apply(1, "ES")
    assert reader.until(CodeApplied) == CodeApplied(ok=False, words="the answer cannot be read")
