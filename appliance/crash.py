"""The end of the process by a bug in one of its threads.

Responsible for: saying so, dumping the recorder, and that the process ends whatever happens meanwhile.
Must not: try to go on. A box that lost a worker and lives would be silently deaf.
"""

import faulthandler
import logging
import os
import threading
from collections.abc import Callable

EXIT_BUG = 70
DYING_S = 5

log = logging.getLogger(__name__)


def of_thread(
    hook: threading.ExceptHookArgs, dump: Callable[[str], None], end: Callable[[int], object] = os._exit
) -> None:
    """A bug in a worker is a bug of the box: dump, say so, and let systemd start it again. ``threading.excepthook``.

    Ours all have names. A library's own thread (picamera2 has two) takes its device along, and no more than that: the
    device's worker will miss it.
    """
    if hook.thread is not None and hook.thread.name.startswith("Thread-"):
        log.error("a library's thread %s ended: %s", hook.thread.name, hook.exc_type.__name__)
        return
    faulthandler.dump_traceback_later(DYING_S, exit=True)  # a storage or a log that hangs must not keep the process
    try:
        log.critical("a bug in thread %s", hook.thread.name if hook.thread else "?", exc_info=hook[:3])  # type: ignore[arg-type]
        dump("a bug in a worker")
    finally:
        end(EXIT_BUG)
