"""The log of the wire: lengths in place of sound and pictures, one line a message."""

import base64
import json
from pathlib import Path

import pytest

from appliance.emulator.server.wirelog import WireLog
from appliance.emulator.session.interfaces import Close, Drop, Mute, Send, SendRaw
from appliance.errors import SettingsError


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1_280])
def test_sound_and_pictures_are_lengths_of_their_bytes(tmp_path: Path, count: int) -> None:
    log = WireLog(tmp_path / "l", lambda: 7)
    body = base64.b64encode(bytes(count)).decode()
    log.received(1, {"type": "input_audio_buffer.append", "audio": body})
    log.received(1, {"type": "input_image_buffer.append", "image": body})
    log.sent(1, Send({"type": "response.audio.delta", "delta": body}))
    log.close()
    assert [row["message"] for row in rows_of(tmp_path / "l")] == [
        {"type": "input_audio_buffer.append", "audio": count},
        {"type": "input_image_buffer.append", "image": count},
        {"type": "response.audio.delta", "delta": count},
    ]


def test_every_kind_of_row(tmp_path: Path) -> None:
    log = WireLog(tmp_path / "l", lambda: 7)
    log.refused(401)
    assert [log.opened(), log.opened()] == [1, 2]
    log.received(2, "x" * 5_000)
    for output in (SendRaw("nonsense"), Close(1011, "why"), Drop(), Mute(True)):
        log.sent(2, output)
    log.fault(2, "a frame that is not JSON")
    log.closed(2, 1006)
    log.close()
    log.closed(2, 1006)
    rows = rows_of(tmp_path / "l")
    assert [row["way"] for row in rows] == [
        "refused",
        "open",
        "open",
        "in",
        "out",
        "close",
        "drop",
        "mute",
        "fault",
        "closed",
    ]
    assert rows[0] == {"at": 7, "way": "refused", "status": 401}
    assert len(str(rows[3]["message"])) == 2_000
    assert rows[4]["raw"] == 8
    assert rows[5]["reason"] == "why"
    assert rows[8]["says"] == "a frame that is not JSON"


def test_without_a_path_nothing_is_written_and_a_bad_path_is_a_sentence(tmp_path: Path) -> None:
    WireLog(None, lambda: 0).refused(401)
    with pytest.raises(SettingsError, match="cannot be written"):
        WireLog(tmp_path, lambda: 0)
