"""The crew of the real box: the workers behind the runner's orders.

Responsible for: making a line worker for each dial, and passing every order to the worker that obeys it.
Must not: decide, or wait for anything an order starts.
"""

from collections.abc import Callable

from appliance.core.direction import Direction
from appliance.core.effects import Field
from appliance.core.events import Event
from appliance.core.modes import Valve
from appliance.core.views import View
from appliance.protocol.codec import AppendTemplate
from appliance.protocol.settings import SessionSettings
from appliance.workers.conversation import Conversation
from appliance.workers.jitter import JitterBuffer
from appliance.workers.journal import Journal
from appliance.workers.line import Access, LineWorker
from appliance.workers.microphone import MicrophoneWorker
from appliance.workers.screen import ScreenWorker
from appliance.workers.speaker import SpeakerWorker
from appliance.workers.spool import Spools


class BoxCrew:
    """Obeys ``runner.Crew``'s orders with threads and devices."""

    def __init__(
        self,
        plan: Callable[[Direction], SessionSettings],
        output: Callable[[Direction], str],
        access: Access,
        spools: Spools[bytes],
        jitter: JitterBuffer,
        microphone: MicrophoneWorker,
        speaker: SpeakerWorker,
        screen: ScreenWorker,
        journal: Journal,
        post: Callable[[Event], None],
        clock: Callable[[], int],
    ) -> None:
        """``plan``: what to ask the service for; ``output``: which ear hears a direction."""
        self._plan = plan
        self._output = output
        self._access = access
        self._spools = spools
        self._jitter = jitter
        self._microphone = microphone
        self._speaker = speaker
        self._screen = screen
        self._journal = journal
        self._post = post
        self._clock = clock
        self._fill = AppendTemplate().fill
        self._lines: dict[int, tuple[LineWorker, Direction]] = {}

    def open_microphone(self) -> None:
        self._microphone.open()

    def close_microphone(self) -> None:
        self._microphone.close()

    def select_input(self, direction: Direction, valve: Valve, *, move: bool) -> None:
        self._spools.select(direction, valve, self._clock(), move=move)

    def wipe_sound(self) -> None:
        self._spools.wipe()
        self._jitter.wipe()

    def dial(self, line: int, direction: Direction) -> None:
        spool = self._spools.of(direction)
        conversation = Conversation(
            line,
            self._plan(direction),
            spool,
            self._jitter,
            self._post,
            lambda payloads: self._fill(b"".join(payloads)),
            self._output(direction),
        )
        worker = LineWorker(conversation, self._access, self._post, self._clock)
        spool.wake = worker.wake
        # Lines that ended by themselves leave here, so the table is as long as the state's.
        self._lines = {number: row for number, row in self._lines.items() if row[0].alive}
        self._lines[line] = (worker, direction)
        worker.start()

    def configure(self, line: int) -> None:
        if line in self._lines:
            self._lines[line][0].configure()

    def set_uplink(self, line: int, valve: Valve) -> None:
        if line in self._lines:
            self._lines[line][0].set_uplink(valve)

    def set_downlink(self, line: int, valve: Valve) -> None:
        self._jitter.set_valve(line, valve)

    def finish(self, line: int) -> None:
        if line in self._lines:
            self._lines[line][0].finish()

    def hang_up(self, line: int) -> None:
        row = self._lines.pop(line, None)
        if row is None:
            return  # it ended by itself just now
        worker, direction = row
        worker.hang_up()
        # At once, not when the thread notices: the next line must find the spool as it will be.
        self._spools.of(direction).lose(line, self._clock())

    def stop(self, limit_ms: int) -> None:
        """Hang up what is left, and wait for the threads; one that hangs is abandoned after ``limit_ms``."""
        for worker, _ in self._lines.values():
            worker.hang_up()
        for worker, _ in self._lines.values():
            worker.join(limit_ms)

    def drain_sound(self) -> None:
        self._speaker.drain()

    def note(self, what: str, fields: dict[str, Field]) -> None:
        self._journal.note(what, fields)

    def show(self, picture: View) -> None:
        self._screen.show(picture)
