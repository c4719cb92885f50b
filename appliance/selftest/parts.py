"""Screen, keys and camera: does what is configured answer?

Responsible for: a row for each, by opening the device as the box does and letting it go again. The light and the knob
are told with the keys: they are on the same pins' board.
Must not: open a camera while the box is private, keep a picture, or run beside a box that holds the devices.

The box itself shows on its screen, and takes its keys and camera, so its own child does not ask for these rows.
"""

from collections.abc import Callable

from appliance.adapters import factory
from appliance.adapters.bench.clock import Clock
from appliance.config.settings import Settings
from appliance.errors import DeviceError, FaultCode
from appliance.ports import Camera, Frame, Keys, Light, Screen
from appliance.selftest.bounded import Check
from appliance.selftest.findings import Finding

SHOWN_MS = 1_500
LIT_MS = 1_500
PICTURE = (640, 480)
_JPEG = b"\xff\xd8"


class Parts:
    """The checks of these devices. ``None`` in place of a maker: there is none, and ``why_not`` says why."""

    def __init__(
        self,
        clock: Clock,
        screen: Callable[[], Screen] | None,
        keys: Callable[[], tuple[Keys, Light]] | None,
        camera: Callable[[], Camera | None] | None,
        why_not: tuple[str, str, str] = ("", "", ""),
    ) -> None:
        """``why_not``: for screen, keys and camera, why it is not opened."""
        self._clock = clock
        self._screen = screen
        self._keys = keys
        self._camera = camera
        self._why_not = why_not

    def look(self) -> Finding:
        """D1. A frame of lines around the whole screen: one that is shifted or cut shows it."""
        if self._screen is None:
            return Finding("screen", self._why_not[0], told=True)
        try:
            screen = self._screen()
            try:
                screen.open()
                screen.show(border(screen.width, screen.height, screen.depth))
                self._clock.wait_until(self._clock.now_ms() + SHOWN_MS)
            finally:
                screen.close()
        except DeviceError as error:
            return Finding("screen", error.detail, FaultCode.D1)
        return Finding("screen", f"it took a frame of {screen.width} x {screen.height}: look whether it is whole")

    def press(self) -> Finding:
        """K2 where the pins cannot be taken. Whether a key is wired to its pin only a finger can tell."""
        if self._keys is None:
            return Finding("keys", self._why_not[1], told=True)
        edges: list[str] = []
        try:
            keys, light = self._keys()
            try:
                keys.start(lambda key, down, _at_ms: edges.append(key) if down else None)
                light.set(True)
                self._clock.wait_until(self._clock.now_ms() + LIT_MS)
                light.set(False)
            finally:
                keys.close()
                light.close()
        except DeviceError as error:
            return Finding("keys", error.detail, FaultCode.K2, says="keys, knob or light cannot be used")
        pressed = ", ".join(dict.fromkeys(edges)) or "none was pressed"
        return Finding("keys", f"pins of keys, knob and light taken, the light was on for 1.5 s; pressed: {pressed}")

    def see(self) -> Finding:
        """C1. The picture is measured and dropped."""
        camera = self._camera() if self._camera is not None else None
        if camera is None:
            return Finding("camera", self._why_not[2], told=True)
        try:
            try:
                camera.open()
                picture = camera.capture(*PICTURE)
            finally:
                camera.close()
        except DeviceError as error:
            return Finding("camera", error.detail, FaultCode.C1)
        if not picture.startswith(_JPEG):
            return Finding("camera", "what it gave is no picture", FaultCode.C1)
        return Finding("camera", f"it took a picture of {len(picture) // 1_000} kB, which was dropped")


def border(width: int, height: int, depth: int) -> Frame:
    """A frame with a line of light along each edge."""
    per_byte = 8 // depth
    row_bytes = width // per_byte
    first, last = (0x80, 0x01) if depth == 1 else (0xF0, 0x0F)
    full = b"\xff" * row_bytes
    middle = bytes([first]) + bytes(row_bytes - 2) + bytes([last])
    return Frame(width, height, depth, full + middle * (height - 2) + full)


def pin_checks(parts: Parts) -> tuple[Check, ...]:
    """At most 9 s."""
    return (
        Check("screen", parts.look, 5_000, FaultCode.D1),
        Check("keys", parts.press, 4_000, FaultCode.K2),
    )


def camera_checks(parts: Parts) -> tuple[Check, ...]:
    """At most 12 s."""
    return (Check("camera", parts.see, 12_000, FaultCode.C1, "it delivers nothing"),)


def parts_of(settings: Settings, clock: Clock, private: bool) -> Parts:
    """The configured devices. A terminal, pictures in a folder and a script of keys are no devices of a board."""
    screen, keys, camera = settings.screen.driver, settings.keys.driver, settings.camera.driver
    on_board = screen.startswith(("ssd", "sh"))
    no_camera = "private: it is not opened" if private and camera != "none" else "there is none"
    return Parts(
        clock,
        (lambda: factory.screen(settings, clock, tty=False)) if on_board else None,
        (lambda: (factory.keys(settings, clock), factory.light(settings))) if keys == "gpio" else None,
        None if private or camera == "none" else lambda: factory.camera(settings),
        (f"not a panel: {screen}", f"not on pins: {keys}", no_camera),
    )
