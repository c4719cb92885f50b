"""libasound itself, where pyalsaaudio does not do: opening streams while everybody else works on, and in silence.

Responsible for: waiting for a sound server without the interpreter's lock; no lines of libasound on standard error.
Must not: keep what it opened, or judge why it could not be opened.

pyalsaaudio (0.10 and 0.11) holds that lock while libasound connects to a sound server, so one that hangs would stop the
owner and every worker (30 s, measured). ctypes lets go of it. So each stream is opened and closed once through
libasound itself (1 to 11 ms, measured): where the server hangs, only the worker's own thread hangs, and its beat tells.

What is left: pyalsaaudio holds the lock in ``drop``, and in the first ``write`` after it, too. A server that stops in
just those milliseconds stops the process, until systemd's watchdog starts it again.

libasound prints what it finds wrong, for an absent card at every try. Its errors come as exceptions as well, so the
printing is switched off, by a handler that is plain C: one of ours would need the lock in libasound's own threads.
"""

import ctypes
from functools import cache
from typing import Any, cast

_LIBASOUND = "libasound.so.2"  # what pyalsaaudio itself is linked with
_KERNEL = "hw:"  # opened without blocking: a card that is in use says so at once


class Knocking:
    """The module ``alsaaudio`` with an opening that lets the others work."""

    def __init__(self, alsa: Any) -> None:
        self._alsa = alsa
        _libasound()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alsa, name)

    def PCM(self, type: int, mode: int, *, device: str, **wish: int) -> Any:  # noqa: A002, N802 - the library's names
        """As ``Library.PCM``."""
        said = "" if device.startswith(_KERNEL) else refusal(type, device)
        if said:
            raise self._alsa.ALSAAudioError(f"{said} [{device}]")
        return self._alsa.PCM(type, mode, device=device, **wish)


def refusal(pcm_type: int, device: str) -> str:
    """Open a stream and close it again; what libasound says against it, or nothing. Blocks while a server hangs."""
    alsa = _libasound()
    handle = ctypes.c_void_p()
    error = alsa.snd_pcm_open(ctypes.byref(handle), device.encode(), pcm_type, 0)
    if error < 0:
        return cast(bytes, alsa.snd_strerror(error)).decode()
    alsa.snd_pcm_close(handle)
    return ""


@cache
def _libasound() -> ctypes.CDLL:
    alsa = ctypes.CDLL(_LIBASOUND)
    alsa.snd_pcm_open.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    alsa.snd_pcm_open.restype = ctypes.c_int
    alsa.snd_pcm_close.argtypes = [ctypes.c_void_p]
    alsa.snd_pcm_close.restype = ctypes.c_int
    alsa.snd_strerror.argtypes = [ctypes.c_int]
    alsa.snd_strerror.restype = ctypes.c_char_p
    # Any function that looks at none of its arguments.
    alsa.snd_lib_error_set_handler(ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p))
    return alsa
