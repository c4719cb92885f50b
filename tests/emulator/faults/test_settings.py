"""Habits: how they are written."""

from pathlib import Path
from random import Random

import pytest

from appliance.emulator.faults.settings import HABITS, Habits
from appliance.emulator.faults.table import OTHER_NAMES, ROWS
from appliance.errors import SettingsError

NAMES_OF_THE_ISSUE = [
    "prompt", "slow", "bursty", "starving", "never_finishes", "drops_mid_response", "half_open", "deaf",
    "repeat_output_1011", "asr_504", "idle_close", "rate_limited", "refuses_key", "no_access", "quota",
    "talks_nonsense", "oversized", "withdrawn_stash", "flat_error", "missing_link", "rejects_update",
    "second_line_refused", "interrupted_response", "expired_certificate", "not_yet_valid_certificate",
]  # fmt: skip
SWITCHES = [
    "http-body:json", "http-body:empty", "http-body:html", "session-limit-code:1000", "session-limit-code:1001",
    "session-limit-code:1011", "session-limit-code:drop", "context-full:close", "context-full:error",
    "context-full:ignore", "second-update:reject", "second-update:accept", "second-update:ignore",
    "second-update:close", "partial-update:merge", "partial-update:replace", "partial-update:reject",
    "image-limits:error", "image-limits:ignore", "image-limits:close", "image-context:accumulate",
    "image-context:per-turn", "audio-for-text-target:text-only", "audio-for-text-target:error",
    "audio-for-text-target:silence", "audio-for-text-target:speak", "idle-counts:no-speech", "idle-counts:no-audio",
    "idle:1011", "idle:1007", "idle:error", "idle:asr-504", "max-sessions:0", "max-sessions:2", "rate-limit:10",
    "rate-limit:3", "rate-limit:off", "omni-events:error", "omni-events:ignore", "omni-events:close",
    "interrupt:never", "interrupt:incomplete", "interrupt:cancelled", "interrupt:no-done", "opus:error",
    "opus:ignore", "asr-default:off", "asr-default:on", "source-default:detect", "source-default:en",
    "voice-check:first-turn", "voice-check:update", "voice-check:off", "link:all", "link:not-first", "link:null",
    "link:none", "error-closes:off", "error-closes:on", "source-item:off", "source-item:on", "audio-end:speech",
    "audio-end:with-silence", "eager-audio:accept", "eager-audio:close", "eager-audio:error", "asr-failed",
    "audio-pace:real-time", "audio-pace:fast", "strict-update:full", "usage-images:on", "idle-seconds:5",
    "session-limit-seconds:5", "context-limit-tokens:100", "http-401", "http-403", "http-404", "rate-limit",
    "close-1007-workspace", "slow-created", "no-created", "no-updated", "repeat-output", "asr-504:error",
    "asr-504:failed", "finish:normal", "finish:delayed", "finish:never", "drop", "stall", "half-open",
    "stash-withdraw", "no-stash", "empty-turn", "late-stopped", "late-completed", "overlap", "flat-error",
    "minimal-error", "unknown-event", "unknown-field", "odd-bytes", "huge-delta", "burst", "image-gate",
    "latency:100", "jitter:50", "throttle:64", "usage-jump", "drop:3", "drop:p0.1", "asr_504:failed@p0.5",
    "asr_504:7",
]  # fmt: skip


@pytest.mark.parametrize("item", [*NAMES_OF_THE_ISSUE, *SWITCHES])
def test_every_name_is_known(item: str) -> None:
    assert Habits.parse([item]).names()


def test_every_row_says_what_it_does_and_how_sure_it_is() -> None:
    for name, (does, tag) in HABITS.items():
        assert does, name
        assert tag in ("documented", "seen", "guessed"), name
    assert set(HABITS) == set(ROWS) | set(OTHER_NAMES)


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("dorp", "did you mean 'drop'"),
        ("qqqqqqq", "--habits lists them"),
        ("drop:0", "the number of a turn"),
        ("drop:p2", "a chance such as p0.1"),
        ("latency:x", "a number of ms"),
        ("idle:never", "one of 1011, 1007, error, asr-504"),
        ("asr_504:x@3", "or one of error, failed"),
    ],
)
def test_mistakes_get_a_sentence(item: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Habits.parse([item])


def test_all_mistakes_are_reported_together() -> None:
    with pytest.raises(SettingsError) as caught:
        Habits.parse(["dorp", "slow", "latency:x"])
    assert len(caught.value.problems) == 2


def test_files_of_both_kinds(tmp_path: Path) -> None:
    lines, table = tmp_path / "habits", tmp_path / "habits.toml"
    lines.write_text("slow:100  # a remark\n\ndrop:p0.1\n")
    table.write_text('slow = 100\ndrop = ["p0.1", 7]\nflat-error = true\nstall = false\n')
    assert Habits.load(lines).names() == ("drops_mid_response", "slow")
    assert Habits.load(table).names() == ("drops_mid_response", "flat_error", "slow")
    assert Habits.load(table).number("slow", 0) == 100
    table.write_text("= 3")
    for path in (table, tmp_path / "absent"):
        with pytest.raises(SettingsError):
            Habits.load(path)


def test_set_and_clear_at_run_time() -> None:
    habits = Habits()
    habits.set("drop:2")
    habits.set("drop:5")
    habits.set("idle:1007")
    chance = Random(1)
    assert [nth for nth in range(1, 7) if habits.fires("drops_mid_response", nth, chance) is not None] == [2, 5]
    habits.clear("drop")
    assert habits.names() == ("idle",)
    assert habits.word("idle") == "1007"
    habits.clear()
    assert habits.word("idle") == "1011"
    with pytest.raises(SettingsError):
        habits.set("idle:x")


def test_the_command_line_goes_over_the_file() -> None:
    habits = Habits.parse(["slow:100", "drop:2"])
    habits.take(["slow:200", "drop:4"])
    assert habits.number("slow", 0) == 200
    assert [nth for nth in range(6) if habits.fires("drops_mid_response", nth, Random(0)) is not None] == [2, 4]


@pytest.mark.parametrize(
    "item", ["drop:2", "slow", "finish:never", "never_finishes", "missing-link", "refuses_key", "stall"]
)
def test_off_takes_a_habit_back_whatever_its_kind(item: str) -> None:
    habits = Habits.parse([item])
    assert habits.names()
    habits.take([item.partition(":")[0] + ":off"])
    assert habits.names() == ()


def test_chances_are_repeatable_and_spare_replays() -> None:
    def hits(seed: int, *, spared: bool = False) -> list[int]:
        habits, chance = Habits.parse(["drop:p0.3"]), Random(seed)
        fires = [habits.fires("drops_mid_response", nth, chance, spared=spared) for nth in range(100)]
        return [nth for nth, each in enumerate(fires) if each is not None]

    assert hits(1) == hits(1) != hits(2)
    assert 10 < len(hits(1)) < 50
    assert hits(1, spared=True) == []


def test_a_bare_blow_falls_once_and_a_bare_manner_always() -> None:
    habits, chance = Habits.parse(["drop", "flat_error"]), Random(0)
    assert [habits.fires("drops_mid_response", nth, chance) for nth in (1, 2)] == ["", None]
    assert [habits.fires("flat_error", nth, chance) for nth in (1, 2)] == ["", ""]
