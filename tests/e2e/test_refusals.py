"""A service that refuses, is not there, or is not the one it should be."""

import signal
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.e2e.harness import KEY, SHORT, Box, Emulator, Row, all_of, sound

HABITS: dict[str, tuple[str, ...]] = {
    "no key": (),
    "wrong key": (),
    "401": ("http_401", "http_body:json"),
    "403": ("http_403",),
    "404": ("http_404", "http_body:html"),
    "model not found": ("model_not_found",),
    "free tier": ("free_tier",),
    "429": ("quota:http-429", "http_body:json"),
    "voice": ("voice_check:update", "rejects_update"),
    "workspace": ("close_1007_workspace",),
    "wrong authority": (),
    "not yet valid": ("not_yet_valid_certificate",),
    "expired": ("expired_certificate",),
}
FATAL = {
    "no key": ("S1", 0),
    "wrong key": ("S1", 1),
    "401": ("S1", 1),
    "403": ("S4", 1),
    "model not found": ("S4", 1),
    "free tier": ("S2", 1),
    "429": ("S2", 1),
    "workspace": ("S4", 1),
    "voice": ("S4", 1),
}
NEVER_THERE = {
    "no such name": "N1",
    "nobody listens": "N3",
    "wrong authority": "N2",
    "not yet valid": "N4",
    "expired": "S3",
    "404": "S3",  # a gateway's page says nothing about us
}
UNVERIFIED = ("wrong authority", "not yet valid", "expired")


@pytest.fixture(scope="module")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Emulator]]:
    folder = tmp_path_factory.mktemp("emulators")
    made = {
        name: Emulator(folder / name.replace(" ", "-"), habits, SHORT[:1], "another" if name == "wrong key" else None)
        for name, habits in HABITS.items()
    }
    with all_of(made):
        yield made


@pytest.fixture(scope="module")
def boxes(emulators: Mapping[str, Emulator], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    folder = tmp_path_factory.mktemp("boxes")
    pcm = sound(SHORT[:1])

    def box(name: str, service: Emulator | None, key: str | None = KEY, **changes: Any) -> Box:
        return Box(folder / name.replace(" ", "-"), service, pcm, key=key, **changes)

    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    made = {name: box(name, emulator) for name, emulator in emulators.items()}
    made["no key"] = box("no key", emulators["no key"], key=None)
    made["wrong authority"] = box("wrong authority", emulators["wrong authority"], service__ca_file=emulators["401"].ca)
    made["no such name"] = box("no such name", None, service__url="wss://nowhere.invalid/api-ws/v1/realtime")
    made["nobody listens"] = box(
        "nobody listens", None, service__url=f"wss://127.0.0.1:{port}/api-ws/v1/realtime", run__until="forever"
    )
    with all_of(made):
        yield made


@pytest.mark.parametrize("name", FATAL)
def test_a_refusal_ends_the_run_without_another_dial(
    emulators: Mapping[str, Emulator], boxes: Mapping[str, Box], name: str
) -> None:
    code, dials = FATAL[name]
    done = boxes[name].wait()
    assert done.code == 69, boxes[name].told()
    assert done.took_s < 15
    assert boxes[name].faults() == [code]
    assert emulators[name].dials() == dials
    assert boxes[name].finals() == []
    assert f"{code}: " in done.errors, "the fault is told on standard error"


@pytest.fixture(scope="module")
def given_up(boxes: Mapping[str, Box]) -> Mapping[str, Box]:
    """Those that cannot reach their service: each has told its fault, and then all were sent SIGTERM."""
    for name in NEVER_THERE:
        boxes[name].wait_for("fault", lambda row: row["on"], 15)
    for name in NEVER_THERE:
        boxes[name].signal(signal.SIGTERM)
    return boxes


@pytest.mark.parametrize("name", NEVER_THERE)
def test_a_service_that_is_not_there_is_told_and_tried_for(given_up: Mapping[str, Box], name: str) -> None:
    box = given_up[name]
    done = box.wait(15)
    raised: Row = box.rows("fault")[0]
    assert box.faults() == [raised["code"]] == [NEVER_THERE[name]]
    after_ms = raised["at"] - box.rows("line")[0]["at"]
    if raised["code"] in ("N2", "N4"):  # what a person must mend is told at once
        assert after_ms < 4_000
    else:  # the rest may come back: appliance/workers/connection/README.md#dialling; the slack is for a busy machine
        assert 5_000 <= after_ms < 9_000
    assert done.code == (0 if name == "nobody listens" else 69), "only a run with an end of its own has failed"
    assert f"{raised['code']}: " in done.errors
    assert "of speech were not answered" in done.errors
    assert {row["state"] for row in box.rows("line")} <= {"dialing", "lost", "closed"}


@pytest.mark.parametrize("name", UNVERIFIED)
def test_nothing_is_said_to_a_peer_that_is_not_verified(
    emulators: Mapping[str, Emulator], given_up: Mapping[str, Box], name: str
) -> None:
    given_up[name].wait(15)
    assert emulators[name].dials() == 0


def test_the_key_is_in_no_file(boxes: Mapping[str, Box]) -> None:
    for box in boxes.values():
        for path in (path for path in box.folder.iterdir() if path.suffix in (".txt", ".jsonl")):
            assert KEY.encode() not in path.read_bytes()
