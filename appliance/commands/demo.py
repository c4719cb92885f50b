"""``dragoman demo``: the main job, on any Linux machine, against the built-in emulator.

Responsible for: starting the emulator, running the box on a rehearsed conversation, and saying where the results are.
Must not: suggest that anything was translated: the emulator knows the conversation by heart.
"""

import argparse
import contextlib
import logging
import queue
import select
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

from appliance.app import Box, Taps, Totals
from appliance.clock import RealClock
from appliance.commands.demo_report import Report
from appliance.commands.demo_stage import SCENES, lines, senses, set_up
from appliance.config.reading import paths_from, read
from appliance.config.secret import SecretKey
from appliance.core.model.effects import Field
from appliance.display.export import GifRecorder
from appliance.emulator.script.script import desk
from appliance.emulator.script.tts import Speech
from appliance.errors import DragomanError, Problem, SettingsError
from appliance.signals import handle_signals

EMULATOR_READY_S = 60
EMULATOR_STOPS_S = 10
MOST_LINES = 1_000
WIRE_LOG = "emulator.jsonl"
_CONVERSATION = "A rehearsed conversation at a hotel desk"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="where files go (%(default)s)")
    parser.add_argument(
        "--scene",
        choices=SCENES,
        default="",
        help="one sentence and one picture before the camera, which decides what the sentence means",
    )


def run(args: argparse.Namespace) -> int:
    """About a minute and a half, a scene some ten seconds. Returns the box's exit code."""
    folder: Path = args.out.resolve()
    speech = Speech()
    speech.check()
    _make_room(folder)
    what = f"One sentence, and {args.scene}.jpg before the camera" if args.scene else _CONVERSATION
    print(f"{what}. The far end is an emulator that knows it by heart: it recognises")
    print(
        "what is said and plays its part. It does not translate; the translations were written by machine.", flush=True
    )
    with _emulator(folder) as emulator:
        url = _listening(emulator)
        length_ms = set_up(folder, desk(), speech, url, args.scene)
        turns = lines(desk(), args.scene)
        count = f"{len(turns)} utterances in 4 directions" if not args.scene else f"“{turns[0][1].source}”"
        print(f"{count}, {length_ms / 1000:.0f} s in real time.", flush=True)
        return _play(folder, args.scene)


def _make_room(folder: Path) -> None:
    """The folder and its log, or a sentence about why not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / WIRE_LOG).unlink(missing_ok=True)  # the emulator adds to it
        _start_log(folder / "box.log")
    except OSError as error:
        sentence = f"{error.filename or folder} cannot be written: {error.strerror}"
        raise SettingsError((Problem("--out", sentence),)) from None


def _play(folder: Path, scene: str) -> int:
    loaded = read(folder / "demo.toml", {}, paths_from({}))
    if loaded.problems:
        raise SettingsError(loaded.problems)
    report, film, tell = Report(), GifRecorder(), _Teller()

    def row(at: int, what: str, fields: dict[str, Field]) -> None:
        report.row(at, what, fields)
        tell.say(report.progress(what, fields))

    taps = Taps(
        row=row,
        frame=film.add,
        recording=folder / "recorder.jsonl",
        tty=sys.stdout.isatty(),
    )
    clock = RealClock()
    box = Box(loaded.settings, loaded.phrases, SecretKey("demo"), taps, clock)
    handle_signals(box)
    tell.start()
    try:
        code = box.run()
    finally:
        tell.stop()
    totals = box.totals()
    box.dump("the end of the demo")
    report.write_summary(folder / "summary.json", totals)
    report.write_subtitles(folder / "subtitles.srt")
    film.write(folder / "oled.gif", clock.now_ms())
    with contextlib.suppress(BrokenPipeError):  # a reader that has left does not change how it ended
        _tell_results(folder, report, totals, scene)
    return code


def _tell_results(folder: Path, report: Report, totals: Totals, scene: str) -> None:
    if totals.unanswered_ms:
        print(f"{totals.unanswered_ms} ms of speech were not answered; box.log says why", file=sys.stderr)
    print(report.table(totals))
    if scene:
        print(report.decided(scene, {name: sense.translations["es"] for name, sense in senses(desk()).items()}))
    print(f"In {folder}:")
    print("  oled.gif        what the panel showed      heard.wav     what the earphone played")
    print("  subtitles.srt   the final texts            summary.json  the figures above")
    print("  said.wav, keys.toml and demo.toml went in; the .jsonl files and the logs are the evidence", flush=True)


@contextlib.contextmanager
def _emulator(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The emulator as a process of its own, ended with the demo.

    In a process group of its own: Ctrl-C is for the box, which then wants its last sentence answered.
    """
    command = [
        sys.executable, "-m", "appliance", "emulator", "--port", "0",
        "--cert-dir", str(folder / "certificates"), "--log", str(folder / WIRE_LOG),
    ]  # fmt: skip
    before = signal.signal(signal.SIGTERM, _leave)  # until the box has a better answer to it
    with (folder / "emulator.log").open("w") as errors:
        emulator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, process_group=0)  # noqa: S603 - ourselves
    try:
        yield emulator
    finally:
        emulator.terminate()
        try:
            emulator.wait(EMULATOR_STOPS_S)
        except subprocess.TimeoutExpired:
            emulator.kill()
            emulator.wait()
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, _frame: types.FrameType | None) -> None:
    sys.exit(128 + number)


def _listening(emulator: subprocess.Popen[str]) -> str:
    """The address it prints when it is ready."""
    assert emulator.stdout is not None
    if not select.select([emulator.stdout], [], [], EMULATOR_READY_S)[0]:
        raise DragomanError(f"the emulator was not ready within {EMULATOR_READY_S} s")
    words = emulator.stdout.readline().split()
    if words[:2] != ["listening", "on"]:
        raise DragomanError("the emulator did not start; emulator.log says why")
    return words[2]


def _start_log(path: Path) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", filename=path, filemode="w", force=True)


class _Teller:
    """Prints progress on a thread of its own: a terminal that is stopped must not stop the box.

    On a terminal the picture itself shows the progress; lines are printed where there is none.
    """

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue(MOST_LINES)
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)
        self._silent = sys.stdout.isatty()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def say(self, line: str | None) -> None:
        """Print a line soon."""
        if line is not None and not self._silent and not self._lines.full():
            self._lines.put_nowait(line)

    def stop(self) -> None:
        """Print what waits and end."""
        self._lines.put(None)
        self._thread.join(1.0)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                print(line, flush=True)
            except OSError:  # the reader has seen enough; the demo goes on to its files
                self._silent = True
