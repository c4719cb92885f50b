"""What the process does when it is sent a signal.

Responsible for: SIGTERM, SIGHUP (a closed terminal) and Ctrl-C end the run in good order, SIGUSR1 asks for the figures.
Must not: do anything of it in the handler: it only leaves word.
"""

import signal
import types

from appliance.app import Box


def handle_signals(box: Box) -> None:
    """Main thread only."""

    def stop(number: int, _frame: types.FrameType | None) -> None:
        box.stop(signal.Signals(number).name)

    def ask(_number: int, _frame: types.FrameType | None) -> None:
        box.ask_figures()

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    signal.signal(signal.SIGUSR1, ask)
