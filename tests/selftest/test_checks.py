"""Which checks the self-test has, what private mode keeps closed, and the budget that it shares with the box."""

import json
from pathlib import Path

import pytest

from appliance.clock import RealClock
from appliance.commands.slide import read_slide
from appliance.config.reading import BootPaths, Loaded, read
from appliance.errors import FaultCode, SettingsError
from appliance.selftest import checks
from appliance.selftest.bounded import Check
from appliance.workers.storage.runtime_store import Kept, RuntimeStore, boot_id
from tests.e2e.harness import settings

NOWHERE = BootPaths(None, None, None)
BUDGET_S = 30
START_S = 3


def loaded(folder: Path, **changes: object) -> Loaded:
    (folder / "in.wav").write_bytes(b"RIFF")
    values = {"microphone__device": folder / "in.wav", "service__url": "wss://192.0.2.1/"} | changes
    path = folder / "bench.toml"
    path.write_text(settings(**values))
    found = read(path, {}, NOWHERE)
    assert found.problems == ()
    return found


def limits_s(checks: tuple[Check, ...]) -> float:
    return sum(check.limit_ms for check in checks) / 1_000


def test_it_ends_in_time_whatever_hangs(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    clock = RealClock()
    sound = checks.sound_checks(checks._sound(found.settings, clock, False))
    network = checks.network_checks(checks._network(found, {}, clock, RuntimeStore(None, "boot", 0)))
    assert [check.what for check in (*sound, *network)] == [
        "microphone", "loudspeaker", "loop", "clock", "name", "service", "key", "round trip",
    ]  # fmt: skip
    assert max(limits_s(sound), limits_s(network)) + START_S <= BUDGET_S


def test_private_keeps_the_microphone_closed_and_says_so(tmp_path: Path) -> None:
    script = tmp_path / "keys.toml"
    script.write_text('[[key]]\nat_ms = 0\nkey = "privacy"\ndown = false\n')
    found = loaded(tmp_path, keys__driver="script", keys__script=script)
    private, words = read_slide(found.settings, RealClock())
    assert (private, words) == (True, "private, or the slide cannot be read: nothing that listens is opened")
    sound = checks._sound(found.settings, RealClock(), private)
    assert sound.listen().words == "private: it is not opened"
    assert sound.loop().told


def test_without_a_slide_it_is_live(tmp_path: Path) -> None:
    assert read_slide(loaded(tmp_path).settings, RealClock()) == (False, "live")


def test_a_file_loudspeaker_is_not_emptied(tmp_path: Path) -> None:
    heard = tmp_path / "heard.wav"
    heard.write_bytes(b"what was heard")
    found = loaded(tmp_path, loudspeaker__device=heard)
    assert checks._sound(found.settings, RealClock(), False).play().told
    assert heard.read_bytes() == b"what was heard"


def test_the_box_and_its_selftest_share_one_budget(tmp_path: Path) -> None:
    clock = RealClock()
    path = tmp_path / "kept.json"

    def runtime_store() -> RuntimeStore:
        return RuntimeStore(tmp_path, boot_id(), clock.began_ms)

    def keep(dials: tuple[int, ...]) -> None:
        writer = runtime_store()
        writer.start()
        writer.keep(Kept(dials=dials, tokens_spent=(-5,), owes=True))
        writer.stop(5_000)

    keep((-70_000, -50_000, -40_000, -30_000))
    assert checks._may_dial(runtime_store(), clock)() == ""
    kept = runtime_store().load()
    assert len(kept.dials) == 4
    assert kept.dials[:3] == (-50_000, -40_000, -30_000)
    assert (kept.tokens_spent, kept.owes) == ((-5,), True)
    why_not = checks._may_dial(runtime_store(), clock)()
    assert why_not.startswith("4 dials in the last minute are all that is allowed; again in ")
    assert len(json.loads(path.read_text())["dials"]) == 4


def test_an_authority_that_is_none_is_a_matter_of_settings(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    found = loaded(tmp_path, service__ca_file=tmp_path / "ca.pem")
    with pytest.raises(SettingsError, match="holds no certificate"):
        checks._network(found, {}, RealClock(), RuntimeStore(None, "boot", 0))


def test_where_the_key_is_looked_for_is_told(tmp_path: Path) -> None:
    network = checks._network(loaded(tmp_path), {}, RealClock(), RuntimeStore(None, "boot", 0))
    finding = network.key()
    assert finding.code is FaultCode.S1
    assert "DASHSCOPE_API_KEY" in finding.words
