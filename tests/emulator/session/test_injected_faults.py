"""What befalls a turn."""

from random import Random

import pytest

from appliance.emulator.session.injected_faults import NONSENSE, Strike, fits_into_reason
from appliance.emulator.session.interfaces import Close, Drop, Message, Mute, Output, SendRaw


@pytest.mark.parametrize(("text", "size"), [("a" * 200, 123), ("é" * 100, 122), ("short", 5), ("\ud800", 1)])
def test_reasons_fit_into_a_close_frame(text: str, size: int) -> None:
    assert len(fits_into_reason(text).encode()) == size


@pytest.mark.parametrize(
    ("plan", "end"),
    [
        ({"drops_mid_response": ""}, Drop()),
        ({"half_open": ""}, Mute(pongs=False)),
        ({"stall": ""}, Mute(pongs=True)),
        ({"asr_504": "failed"}, Mute(pongs=True)),
        ({"repeat_output_1011": ""}, Close(1011, "model repeat output happened")),
        ({"flat_error": ""}, None),
        ({}, None),
    ],
)
def test_a_blow_falls_once(plan: dict[str, str], end: Output | None) -> None:
    said: list[Message] = []
    put: list[Output] = []
    strike = Strike(plan, Random(0))
    over = [
        strike.fall(lambda at, message: said.append(message), lambda at, output: put.append(output), "item_1", 5)
        for _ in range(2)
    ]
    assert over == [end is not None, False]
    assert put == ([] if end is None else [end])


def test_nonsense_is_chosen_by_chance_from_several_kinds() -> None:
    put: list[Output] = []
    for seed in range(60):
        Strike({"talks_nonsense": ""}, Random(seed)).fall(lambda at, m: None, lambda at, out: put.append(out), "i", 0)
    assert {each.text for each in put if isinstance(each, SendRaw)} == set(NONSENSE)
