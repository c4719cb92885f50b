"""A power cut at any step of any write leaves what was, or what was to be; and nobody writes in another way.

Responsible for: each writer of state, read back by its own reader after every cut (``power_cut.py``).
"""

import ast
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import pytest

from appliance.config import reading
from appliance.config.durable import write_durably
from appliance.config.last_good import keep_last_good
from appliance.config.reading import BootPaths, Loaded
from appliance.core.model.events import DateTold, Event
from appliance.workers.host.reboot import Mark
from appliance.workers.host.restarts import Starts
from appliance.workers.storage.usage_store import Count, UsageStore
from tests.power_cut import cuts

APPLIANCE = Path(__file__).resolve().parents[1] / "appliance"
TODAY = DateTold("2026-11-28", sure=True)


def usage_store(folder: Path) -> UsageStore:
    return UsageStore(folder, Queue[Event]().put, lambda: 0, lambda: TODAY)


def count(folder: Path, sent_ms: int) -> None:
    book = usage_store(folder)
    book.load()
    book._write(Count("2026-11-28", sent_ms, 7))


def settings(folder: Path, theirs: str) -> Loaded:
    """Settings that a file beside the state folder holds."""
    return reading.read(None, {}, BootPaths(None, folder.parent / f"{theirs}.toml", None))


def last_good(folder: Path) -> str:
    """What a box with a broken file beside it would run on."""
    paths = BootPaths(None, folder.parent / "broken.toml", folder / "last-good.toml")
    return reading.read(None, {}, paths).settings.languages.theirs


def starts(folder: Path) -> list[int]:
    path = folder / "starts.json"
    return list(json.loads(path.read_text())["at_ms"]) if path.exists() else []


def write_last_good(folder: Path, theirs: str) -> None:
    assert keep_last_good(settings(folder, theirs), folder / "last-good.toml") is None


def write_mark(folder: Path, at_ms: int) -> None:
    Mark(folder, "a", 1_000).write(at_ms)


def write_start(folder: Path, at_ms: int) -> None:
    Starts(folder, "a").begin(at_ms)


@dataclass(frozen=True, slots=True)
class Writer:
    """How something is written, a first and a later time, and read."""

    before: Callable[[Path], None]
    write: Callable[[Path], None]
    read: Callable[[Path], object]


WRITERS = {
    "what today cost": Writer(
        lambda f: count(f, 1_000), lambda f: count(f, 2_000), lambda f: usage_store(f).load().sent_ms
    ),
    "the last good settings": Writer(lambda f: write_last_good(f, "fr"), lambda f: write_last_good(f, "de"), last_good),
    "the mark of a reboot": Writer(
        lambda f: write_mark(f, 5_000), lambda f: write_mark(f, 9_000), lambda f: Mark(f, "a", 1_000).allowed_from()
    ),
    "starts": Writer(lambda f: write_start(f, 1), lambda f: write_start(f, 2), starts),
}


@pytest.mark.parametrize("what", WRITERS)
@pytest.mark.parametrize("first", [True, False], ids=["the first write", "a later write"])
def test_after_a_cut_at_any_step_the_old_or_the_new_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, first: bool
) -> None:
    writer, folder = WRITERS[what], tmp_path / "state"
    folder.mkdir()
    (tmp_path / "broken.toml").write_text("[languages\n")
    for code in ("fr", "de"):
        (tmp_path / f"{code}.toml").write_text(f'[languages]\ntheirs = "{code}"\n')
    if not first:
        writer.before(folder)
    old = writer.read(folder)
    seen = [(step, writer.read(folder)) for step, _ in cuts(folder, lambda: writer.write(folder), monkeypatch)]
    steps, new = seen[-1]
    assert steps == 5, "open, sync, rename, sync of the folder, and none"
    assert new != old
    assert all(value in (old, new) for _, value in seen)
    assert all(value == new for step, value in seen if step == steps), "when the write has returned, it is there"
    writer.write(folder)  # whatever a cut left does not stand in the way of the next


def in_place(path: Path) -> None:
    path.write_bytes(b"new")


def renamed_unsynced(path: Path) -> None:
    path.with_name("part").write_bytes(b"new")
    path.with_name("part").replace(path)


def renamed_unsynced_folder(path: Path) -> None:
    write_durably(path.with_name("part"), b"new")
    path.with_name("part").replace(path)


@pytest.mark.parametrize("careless", [in_place, renamed_unsynced, renamed_unsynced_folder])
def test_a_careless_writer_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, careless: Callable[[Path], None]
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    found = [(step, files.get("f")) for step, files in cuts(tmp_path, lambda: careless(path), monkeypatch)]
    last = max(step for step, _ in found)
    torn = any(content not in (b"old", b"new") for _, content in found)
    forgotten = any(step == last and content != b"new" for step, content in found)
    assert torn or forgotten


OTHERS = {
    "config/durable.py": "the way itself",
    "config/credential.py": "blanks the key in place, and mends that after a cut",
    "provision": "FAT and links, with tests of their own",
    "workers/storage/journal.py": "a log that is off by default",
    "workers/storage/runtime_store.py": "in memory: a power cut takes the boot along",
    "recorder.py": "in memory, too",
    "adapters/bench": "devices of the bench",
    "emulator": "no part of the box",
    "commands": "files that somebody asked for by name",
    "display/export.py": "the same",
}


def writes(module: ast.Module) -> list[int]:
    """The rows in which a file is opened for writing, written whole, or renamed."""
    rows = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        opens = name == "open" and any(set(word) <= set("rwaxbt+") and set(word) & set("wax+") for word in words)
        if opens or name in ("write_text", "write_bytes", "rename"):
            rows.append(node.lineno)
    return rows


def test_nobody_else_writes_a_file() -> None:
    """State is written by ``write_durably``; who writes in another way stands in the list above, with the reason."""
    found = {
        path.relative_to(APPLIANCE).as_posix()
        for path in APPLIANCE.rglob("*.py")
        if writes(ast.parse(path.read_text(encoding="utf-8")))
    }
    unknown = {name for name in found if not any(name == known or name.startswith(f"{known}/") for known in OTHERS)}
    assert unknown == set()


def test_a_write_is_found() -> None:
    text = 'p.write_text("x")\np.open("w")\nopen("f", "rb")\nos.rename(a, b)\np.open("r+b")\n'
    assert writes(ast.parse(text)) == [1, 2, 4, 5]
