"""The code reader: looks for codes while it is told to, keeps what they hold, and asks root for what a key confirmed.

Responsible for: a camera of its own for as long as it looks, one thread a look, the request's file and its answer.
Must not: apply anything, show or log what a code holds, or keep a picture.

The secrets of a code stay here, under a number; the core knows its pages alone. A camera that hangs holds up its own
thread and nothing else.
"""

import logging
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from appliance.config.asked import CodeError, RequestedSettings, digest, request
from appliance.config.codes import understood
from appliance.config.countries import countries
from appliance.config.durable import write_durably
from appliance.core.model.codes import CodeApplied, CodePage, CodeRead, CodeRefused
from appliance.core.model.events import CameraTurned, Event
from appliance.errors import DeviceError
from appliance.ports import Camera
from appliance.protocol.languages import LANGUAGES
from appliance.workers.camera.code_decoder import Decoder, NoDecoderError, decoder

SIZE = (1280, 720)
PAUSE_S = 0.25
THOROUGH_EVERY = 3  # pictures: the long search would make every answer slow
RETRY_S = 2.0  # another picture may just be taken
LOOK_LIMIT_S = 300.0  # the core ends it sooner
ANSWER_LIMIT_S = 45.0
SAME_CODE_S = 10.0  # a code that was just refused is still before the camera
_ANSWER_MAX_BYTES = 4_000
_WORDS_AT_MOST = 120
_FOLDER = "provision"
_PRIVATE_FOLDER = 0o700

log = logging.getLogger(__name__)


class CodeReader:
    """Orders from the main thread."""

    def __init__(
        self,
        make: Callable[[], Camera],
        post: Callable[[Event], None],
        runtime: Path | None,
        make_decoder: Callable[[], Decoder] = decoder,
        answer_limit_s: float = ANSWER_LIMIT_S,
        retry_s: float = RETRY_S,
    ) -> None:
        """``runtime``: the box's own folder in memory; None where it has none and can ask nobody."""
        self._make = make
        self._post = post
        self._runtime = runtime
        self._make_decoder = make_decoder
        self._answer_limit_s = answer_limit_s
        self._retry_s = retry_s
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._asking: threading.Thread | None = None
        self._looking = False
        self._number = 0
        self._offered: RequestedSettings | None = None
        self._last: tuple[str, float] = ("", 0.0)

    @property
    def looking(self) -> bool:
        """Whether the camera is open for this."""
        return self._looking

    def look(self) -> None:
        """Begin. A look that has not ended yet is waited for by the new one."""
        self._stop.set()
        stop, before = threading.Event(), self._thread
        self._stop = stop
        self._thread = threading.Thread(target=self._run, args=(stop, before), name="code reader", daemon=True)
        self._thread.start()

    def stop_looking(self) -> None:
        """Close the camera. What was read stays, for ``apply``."""
        self._stop.set()

    def apply(self, number: int, country: str) -> None:
        """Ask root. The content is forgotten here as soon as it is written."""
        asked, self._offered = self._offered, None
        if asked is None or number != self._number:
            self._post(CodeApplied(ok=False, words="the code is gone: show it once more"))
            return
        if country:
            asked = replace(asked, boot={**asked.boot, "wifi.country": country})
        self._asking = threading.Thread(target=self._ask, args=(asked,), name="code request", daemon=True)
        self._asking.start()

    def stop(self, limit_ms: int) -> None:
        """End every thread; one whose camera hangs is left behind."""
        self._stop.set()
        self._ended.set()
        for thread in (self._thread, self._asking):
            if thread is not None:
                thread.join(limit_ms / 1000)

    # Looking.

    def _run(self, stop: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join(self._retry_s)
        if before is not None and before.is_alive():
            self._post(CodeRefused("the camera does not answer"))
            return
        try:
            decode = self._make_decoder()
        except NoDecoderError as error:
            self._post(CodeRefused(str(error)))
            return
        until, told = time.monotonic() + LOOK_LIMIT_S, ""
        while not stop.is_set() and time.monotonic() < until:
            try:
                self._look(stop, decode, until)
            except DeviceError as error:
                if str(error) != told:  # it is tried again and told once
                    told = str(error)
                    log.warning("%s", error)
                    self._post(CodeRefused(f"no camera: {error.kind}"))
                stop.wait(self._retry_s)

    def _look(self, stop: threading.Event, decode: Decoder, until: float) -> None:
        camera = self._make()
        refused: set[str] = set()
        pictures = 0
        try:
            camera.open()
            self._turn(on=True)
            while not stop.is_set() and time.monotonic() < until:
                pictures += 1
                for text in decode(camera.capture(*SIZE), pictures % THOROUGH_EVERY == 0):
                    if not stop.is_set():
                        self._judge(text, refused, stop)
                stop.wait(PAUSE_S)
        finally:
            camera.close()
            self._turn(on=False)

    def _turn(self, *, on: bool) -> None:
        if self._looking is not on:
            self._looking = on
            self._post(CameraTurned(on))

    def _judge(self, text: str, refused: set[str], stop: threading.Event) -> None:
        last, at = self._last
        if text == last and time.monotonic() < at + SAME_CODE_S:
            self._last = (text, time.monotonic())
            return
        try:
            asked = understood(text)
        except CodeError as error:
            if text not in refused:
                refused.add(text)
                self._post(CodeRefused(f"this code cannot be used: {error}"))
            return
        self._last = (text, time.monotonic())
        self._number += 1
        self._offered = asked
        stop.set()
        self._post(CodeRead(self._number, pages(asked), asked.needs_country))

    # Asking.

    def _ask(self, asked: RequestedSettings) -> None:
        if self._runtime is None:
            self._post(CodeApplied(ok=False, words="this box has no folder to ask root in"))
            return
        folder = self._runtime / _FOLDER
        data = request(asked)
        try:
            folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            write_durably(folder / "request.toml", data)
            ok, words = self._answer(folder, digest(data))
            (folder / "request.toml").unlink(missing_ok=True)
        except OSError as error:
            ok, words = False, f"the request cannot be written: {(error.strerror or '').lower()}"
        self._post(CodeApplied(ok, words))

    def _answer(self, folder: Path, wanted: str) -> tuple[bool, str]:
        until = time.monotonic() + self._answer_limit_s
        while time.monotonic() < until and not self._ended.wait(0.2):
            try:
                with (folder / "result.toml").open("rb") as file:
                    told = tomllib.loads(file.read(_ANSWER_MAX_BYTES).decode())
            except FileNotFoundError:
                continue
            except ValueError:
                return False, "the answer cannot be read"
            if told.get("request") == wanted:
                words = "".join(letter for letter in str(told.get("words", "")) if letter.isprintable())
                return told.get("ok") is True, words[:_WORDS_AT_MOST]
        return False, "nothing answered: dragoman-apply.path must be enabled"


def pages(asked: RequestedSettings) -> tuple[CodePage, ...]:
    """Everything that a code asks for, each on a page; of a password and a key that they are there."""
    boot, own = asked.boot, asked.values
    found: list[tuple[str, str]] = []
    if "wifi.ssid" in boot:
        found.append(("open" if boot.get("wifi.security") == "open" else "network", str(boot["wifi.ssid"])))
    if "wifi.country" in boot:
        code = str(boot["wifi.country"])
        found.append(("country", f"{countries()[code]} ({code})"))
    if asked.key is not None:
        found.append(("key", "a new key"))
    for name in ("mine", "theirs"):
        if f"languages.{name}" in own:
            code = str(own[f"languages.{name}"])
            found.append((name, LANGUAGES[code].name if code else "as detected"))
    favourites = own.get("languages.favourites")
    if isinstance(favourites, tuple):
        found.append(("favourites", ", ".join(map(str, favourites)) or "none"))
    rest: tuple[tuple[str, object], ...] = (("mode", own.get("languages.mode")), ("profile", own.get("run.profile")))
    rest += tuple((name, boot.get(f"system.{name}")) for name in ("hostname", "timezone", "locale"))
    found += [(name, str(value)) for name, value in rest if value is not None]
    return tuple(CodePage(what, text) for what, text in found)
