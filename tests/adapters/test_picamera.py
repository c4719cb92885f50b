"""The adapter over a stand-in with the library's surface, and its names and keywords against the published library.

No picture was ever taken off a Pi by this: the library cannot run without its camera. What is checked is that every
method, keyword and configuration field that the adapter uses exists in the published wheel, as syntax, unimported.
"""

import ast
import hashlib
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from appliance.adapters import picamera
from appliance.adapters.framing import Framing
from appliance.adapters.picamera import PiCamera
from appliance.errors import DeviceError, Kind

LOCK = Path(__file__).resolve().parents[2] / ".ci" / "wheels.lock"
WHEELS = Path(sys.prefix) / "wheels"  # where the set-up puts them
FETCH_S = 120


# The stand-in.


class Library:
    """What the adapter uses of ``Picamera2``; faults by name of the method that is to raise."""

    cameras = 1
    faults: dict[str, BaseException]
    calls: list[str]
    streams: list[tuple[int, int]]
    controls: dict[str, Any]

    def __init__(self, camera_num: int = 0) -> None:
        self._call("__init__")
        self._size = (0, 0)

    @classmethod
    def global_camera_info(cls) -> list[dict[str, Any]]:
        cls._call("global_camera_info")
        return [{"Num": n} for n in range(cls.cameras)]

    @classmethod
    def _call(cls, name: str) -> None:
        cls.calls.append(name)
        if name in cls.faults:
            raise cls.faults[name]

    @property
    def camera_controls(self) -> dict[str, Any]:
        return {"AfMode": (0, 2, 0)}

    def create_video_configuration(self, **wanted: Any) -> dict[str, Any]:
        self._call("create_video_configuration")
        type(self).controls = wanted["controls"]
        assert wanted["queue"] is False
        return wanted

    def configure(self, camera_config: dict[str, Any]) -> None:
        self._call("configure")
        self._size = camera_config["main"]["size"]

    def start(self, show_preview: bool) -> None:
        self._call("start")

    def switch_mode(self, camera_config: dict[str, Any], wait: float) -> None:
        self._call("switch_mode")
        self._size = camera_config["main"]["size"]

    def capture_image(self, name: str, wait: float) -> Image.Image:
        self._call("capture_image")
        self.streams.append(self._size)
        return Image.effect_noise(self._size, 60).convert("RGB")

    def cancel_all_and_flush(self) -> None:
        self._call("cancel_all_and_flush")

    def close(self) -> None:
        self._call("close")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> type[Library]:
    fresh = type("Picamera2", (Library,), {"faults": {}, "calls": [], "streams": [], "controls": {}})
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=fresh))
    return fresh


def test_the_usual_and_the_sharp_picture(library: type[Library]) -> None:
    camera = PiCamera()
    camera.open()
    sizes = [Image.open(io.BytesIO(camera.capture(*size))).size for size in ((640, 360), (1_280, 720), (640, 360))]
    assert sizes == library.streams == [(640, 360), (1_280, 720), (640, 360)]
    assert library.calls.count("switch_mode") == 2, "only where the size changes"
    assert library.controls["AfMode"] == 2
    camera.close()
    camera.close()
    assert library.calls[-2:] == ["cancel_all_and_flush", "close"]
    camera.open()
    camera.close()


def test_it_is_cut_and_turned_from_a_larger_stream(library: type[Library]) -> None:
    camera = PiCamera(Framing((25, 25, 75, 75), 90))
    camera.open()
    assert Image.open(io.BytesIO(camera.capture(640, 360))).size == (360, 640)
    assert library.streams == [(1_280, 720)]


def test_not_installed_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(DeviceError) as caught:
        PiCamera()
    assert caught.value.kind is Kind.ABSENT


def test_no_camera_is_absent(library: type[Library]) -> None:
    library.cameras = 0
    with pytest.raises(DeviceError) as caught:
        PiCamera().open()
    assert caught.value.kind is Kind.ABSENT
    assert "__init__" not in library.calls


def whole_life(camera: PiCamera) -> None:
    try:
        camera.open()
        camera.capture(1_280, 720)
    finally:
        camera.close()


def wrapped(inner: BaseException) -> RuntimeError:
    error = RuntimeError("Camera __init__ sequence did not complete.")
    error.__cause__ = inner
    return error


@pytest.mark.parametrize(
    ("where", "error", "kind"),
    [
        ("__init__", wrapped(RuntimeError("Failed to acquire camera: Device or resource busy")), Kind.BUSY),
        ("__init__", wrapped(PermissionError(13, "Permission denied")), Kind.DENIED),
        ("__init__", IndexError("list index out of range"), Kind.BROKEN),
        ("configure", RuntimeError("Invalid camera configuration"), Kind.BROKEN),
        ("start", OSError(19, "No such device"), Kind.GONE),
        ("switch_mode", TimeoutError(), Kind.STALLED),
        ("capture_image", TimeoutError(), Kind.STALLED),
        ("capture_image", RuntimeError("Stream format YUYV not supported for PIL images"), Kind.BROKEN),
        ("close", RuntimeError("Unable to stop preview."), Kind.BROKEN),
    ],
)
def test_every_failure_is_a_device_error(library: type[Library], where: str, error: BaseException, kind: Kind) -> None:
    library.faults[where] = error
    with pytest.raises(DeviceError) as caught:
        whole_life(PiCamera())
    assert (caught.value.device, caught.value.kind) == ("camera", kind)


# The published library.


@pytest.fixture(scope="module")
def published() -> Iterator[zipfile.ZipFile]:
    """The wheel of the lock file, by its hash. The set-up has fetched it; without it this fails and skips nothing."""
    lock = LOCK.read_text(encoding="utf-8")
    version = re.search(r"^picamera2==(\S+)", lock, re.MULTILINE)
    assert version is not None
    path = WHEELS / f"picamera2-{version[1]}-py3-none-any.whl"
    if not path.exists():
        words = (
            "download",
            "-q",
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
            WHEELS,
            "-r",
            LOCK,
        )
        subprocess.run([sys.executable, "-m", "pip", *words], check=True, timeout=FETCH_S)
    assert f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" in lock
    with zipfile.ZipFile(path) as wheel:
        yield wheel


def parsed(wheel: zipfile.ZipFile, name: str) -> ast.Module:
    return ast.parse(wheel.read(name).decode("utf-8"))


def class_of(module: ast.Module, name: str) -> ast.ClassDef:
    return next(node for node in ast.walk(module) if isinstance(node, ast.ClassDef) and node.name == name)


def methods(of: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    """By name; of overloads the last, which is the one that runs."""
    return {node.name: node for node in of.body if isinstance(node, ast.FunctionDef)}


def uses() -> list[tuple[str, ast.Call | None]]:
    """Every attribute that the adapter takes from the library's class or object, with the call where it is one."""
    module = ast.parse(Path(picamera.__file__).read_text(encoding="utf-8"))
    calls = {id(node.func): node for node in ast.walk(module) if isinstance(node, ast.Call)}
    found: list[tuple[str, ast.Call | None]] = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Attribute):
            continue
        receiver = ast.unparse(node.value)
        if receiver in ("camera", "self._camera", "self._make"):
            found.append((node.attr, calls.get(id(node))))
        elif ast.unparse(node) == "self._make" and id(node) in calls:
            found.append(("__init__", calls[id(node)]))
    return found


def complaints(name: str, call: ast.Call | None, known: dict[str, ast.FunctionDef]) -> list[str]:
    """What is wrong with one use."""
    if name not in known:
        return [f"{name} does not exist"]
    if call is None:
        return []
    arguments = known[name].args
    static = any(ast.unparse(each) == "staticmethod" for each in known[name].decorator_list)
    names = [each.arg for each in arguments.args][0 if static else 1 :]
    needed = len(names) - len(arguments.defaults)
    given = [*names[: len(call.args)], *(each.arg for each in call.keywords)]
    unknown = [str(each) for each in given if each not in [*names, *(each.arg for each in arguments.kwonlyargs)]]
    found = [f"{name} has no {each!r}" for each in unknown]
    if len(call.args) > len(names):
        found.append(f"{name} takes {len(names)} arguments, not {len(call.args)}")
    return found + [f"{name} needs {each!r}" for each in names[:needed] if each not in given]


def test_every_name_and_keyword_that_we_use_is_there(published: zipfile.ZipFile) -> None:
    known = methods(class_of(parsed(published, "picamera2/picamera2.py"), "Picamera2"))
    used = uses()
    assert {name for name, _ in used} == {
        "__init__", "global_camera_info", "configure", "start", "switch_mode", "capture_image", "camera_controls",
        "create_video_configuration", "cancel_all_and_flush", "close",
    }  # fmt: skip
    assert [words for name, call in used for words in complaints(name, call, known)] == []


def test_a_wrong_use_is_found(published: zipfile.ZipFile) -> None:
    known = methods(class_of(parsed(published, "picamera2/picamera2.py"), "Picamera2"))

    def found(source: str) -> list[str]:
        call = ast.parse(source, mode="eval").body
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Attribute)
        return complaints(call.func.attr, call, known)

    assert found("camera.capture_jpeg()") == ["capture_jpeg does not exist"]
    assert found("camera.capture_image('main', timeout=2)") == ["capture_image has no 'timeout'"]
    assert found("camera.switch_mode()") == ["switch_mode needs 'camera_config'"]
    assert found("camera.global_camera_info(1)") == ["global_camera_info takes 0 arguments, not 1"]
    assert found("camera.capture_image('main', wait=2.0)") == []


def test_the_stand_in_has_no_method_that_the_library_lacks(published: zipfile.ZipFile) -> None:
    known = methods(class_of(parsed(published, "picamera2/picamera2.py"), "Picamera2"))
    assert {name for name in vars(Library) if not name.startswith("_") and callable(getattr(Library, name))} <= set(
        known
    )


def test_a_number_of_seconds_is_a_limit(published: zipfile.ZipFile) -> None:
    """``wait`` is annotated as a bool; that a number is a limit stands in the dispatcher's text and code."""
    module = parsed(published, "picamera2/picamera2.py")
    dispatcher = methods(class_of(module, "Picamera2"))["dispatch_functions"]
    text = ast.get_docstring(dispatcher) or ""
    assert "a number - wait for this number of seconds" in text
    assert "job.get_result(timeout=timeout)" in ast.unparse(dispatcher)
    job = methods(class_of(parsed(published, "picamera2/job.py"), "Job"))["get_result"]
    assert "self._future.result(timeout=timeout)" in ast.unparse(job)


def test_the_fields_of_a_stream_and_the_format_are_known(published: zipfile.ZipFile) -> None:
    stream = class_of(parsed(published, "picamera2/configuration.py"), "StreamConfiguration")
    fields = next(
        ast.literal_eval(node.value)
        for node in stream.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_ALLOWED_FIELDS"
    )
    adapter = ast.parse(Path(picamera.__file__).read_text(encoding="utf-8"))
    main = next(
        each.value for node in ast.walk(adapter) if isinstance(node, ast.Call) for each in node.keywords
        if each.arg == "main"
    )  # fmt: skip
    assert isinstance(main, ast.Dict)
    keys = [key.value for key in main.keys if isinstance(key, ast.Constant)]
    assert keys == ["format", "size"]
    assert set(keys) <= set(fields)
    assert '"RGB888": "BGR"' in published.read("picamera2/request.py").decode("utf-8"), "a format that Pillow is given"


def test_the_library_registers_the_hook_that_we_take_back(published: zipfile.ZipFile) -> None:
    made = methods(class_of(parsed(published, "picamera2/picamera2.py"), "Picamera2"))["__init__"]
    assert "atexit.register(self.close)" in ast.unparse(made)
