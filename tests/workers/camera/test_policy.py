from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.protocol.prices import picture_tokens
from appliance.protocol.voices import Model, resolve_model
from appliance.workers.camera.policy import (
    BURST_MS,
    LEAST_BYTES,
    PACE_MS,
    SHARP_BYTES,
    SHARP_KEPT_MS,
    USUAL_BYTES,
    USUAL_KEPT_MS,
    Order,
    Picture,
    PicturePolicy,
    Verdict,
    difference,
    jpeg_bytes,
    wire_bytes,
)

WIDE = 10_000_000  # an uplink without end
DARK, BRIGHT = bytes(144), bytes([200]) * 144


def model(name: str = "qwen3.5-livetranslate-flash-realtime") -> Model:
    found = resolve_model(name)
    assert found is not None
    return found


def picture(
    size: int = 20_000, grey: bytes = DARK, *, sharp: bool = False, at: int = 0, pixels: tuple[int, int] = (640, 360)
) -> Picture:
    return Picture(bytes(size), *pixels, grey, sharp, at)


def speaking(tokens: int = 100_000) -> PicturePolicy:
    """Someone speaks, and line 1 has just sent sound."""
    policy = PicturePolicy(model(), tokens)
    policy.heard(speaking=True)
    policy.valve(is_open=True)
    policy.sound_sent(1)
    return policy


def send(policy: PicturePolicy, it: Picture, at: int) -> None:
    assert policy.judge(it, 1, at, WIDE) is Verdict.SEND
    policy.sent(it, 1, at)
    policy.arrived(at)
    policy.sound_sent(1)


def test_behind_sound_while_someone_speaks_it_goes_out() -> None:
    policy = speaking()
    assert policy.order(1, 0, WIDE) == Order(640, 360, USUAL_BYTES, False)
    assert policy.judge(picture(), 1, 0, WIDE) is Verdict.SEND


@pytest.mark.parametrize(
    "change",
    [
        lambda policy: policy.heard(speaking=False),
        lambda policy: policy.valve(is_open=False),
        lambda policy: policy.other_sent(1),
        lambda policy: policy.cut(1),
        lambda policy: policy.lost(1, 0),
        lambda policy: policy.sound_sent(2),
    ],
    ids=["nobody speaks", "muted", "another message", "cut", "lost", "another line"],
)
@pytest.mark.parametrize("sharp", [False, True])
def test_without_sound_of_the_turn_before_it_none_goes_out(
    change: Callable[[PicturePolicy], None], sharp: bool
) -> None:
    policy = speaking()
    change(policy)
    assert policy.judge(picture(sharp=sharp), 1, 0, WIDE) is Verdict.WAIT
    assert policy.order(1, 0, WIDE) is None


def test_after_a_cut_fresh_sound_opens_the_gate_again() -> None:
    policy = speaking()
    policy.cut(1)
    policy.sound_sent(1)
    assert policy.judge(picture(), 1, 0, WIDE) is Verdict.SEND


def test_news_of_another_line_changes_nothing() -> None:
    policy = speaking()
    policy.cut(2)
    policy.other_sent(2)
    policy.lost(2, 0)
    assert policy.judge(picture(), 1, 0, WIDE) is Verdict.SEND


def test_the_usual_pace() -> None:
    policy = speaking()
    send(policy, picture(), 0)
    later = picture(grey=BRIGHT, at=PACE_MS)
    assert policy.judge(picture(grey=BRIGHT, at=1_000), 1, PACE_MS - 1, WIDE) is Verdict.WAIT
    assert policy.order(1, PACE_MS - 1, WIDE) is None
    assert policy.judge(later, 1, PACE_MS, WIDE) is Verdict.SEND


def test_a_picture_on_its_way_lets_no_other_go() -> None:
    policy = speaking()
    policy.sent(picture(), 1, 0)
    policy.sound_sent(1)
    assert policy.judge(picture(grey=BRIGHT, sharp=True, at=9_000), 1, 9_000, WIDE) is Verdict.WAIT
    policy.arrived(9_500)
    assert policy.judge(picture(grey=BRIGHT, at=11_400), 1, 11_499, WIDE) is Verdict.WAIT, "counted from its arrival"
    assert policy.judge(picture(grey=BRIGHT, at=11_400), 1, 11_500, WIDE) is Verdict.SEND


def test_a_lost_line_takes_its_picture_along() -> None:
    policy = speaking()
    policy.sent(picture(), 1, 0)
    policy.lost(1, 500)
    policy.sound_sent(2)
    same = picture(at=2_500)
    assert policy.judge(same, 2, 2_500, WIDE) is Verdict.SEND, "the next line has seen nothing"


def test_the_key_is_not_held_up_by_the_pace_but_by_the_wall() -> None:
    policy = speaking()
    send(policy, picture(), 0)
    send(policy, picture(sharp=True, at=10, pixels=(1_280, 720)), 10)
    third = picture(sharp=True, at=20, pixels=(1_280, 720))
    assert policy.judge(third, 1, BURST_MS - 1, WIDE) is Verdict.WAIT
    assert policy.judge(third, 1, BURST_MS, WIDE) is Verdict.SEND


def test_a_scene_that_is_the_same_is_not_sent_again_but_by_the_key() -> None:
    policy = speaking()
    send(policy, picture(), 0)
    assert policy.judge(picture(grey=bytes([7]) * 144, at=2_000), 1, 2_000, WIDE) is Verdict.DROP
    assert policy.judge(picture(grey=bytes([8]) * 144, at=2_000), 1, 2_000, WIDE) is Verdict.SEND
    assert policy.judge(picture(sharp=True, at=2_000), 1, 2_000, WIDE) is Verdict.SEND


def test_thumbnails_of_unlike_size_differ() -> None:
    assert difference(DARK, BRIGHT) == 200
    assert difference(DARK, b"\0") == difference(b"", b"") == 255


def test_what_is_too_old_too_large_or_too_dear_is_dropped() -> None:
    policy = speaking(tokens=449)
    assert policy.judge(picture(), 1, USUAL_KEPT_MS + 1, WIDE) is Verdict.DROP
    assert policy.judge(picture(sharp=True), 1, SHARP_KEPT_MS, WIDE) is Verdict.SEND
    assert policy.judge(picture(sharp=True), 1, SHARP_KEPT_MS + 1, WIDE) is Verdict.DROP
    assert policy.judge(picture(USUAL_BYTES + 1), 1, 0, WIDE) is Verdict.DROP
    assert policy.judge(picture(USUAL_BYTES + 1, sharp=True), 1, 0, WIDE) is Verdict.SEND
    assert policy.judge(picture(SHARP_BYTES + 1, sharp=True), 1, 0, WIDE) is Verdict.DROP
    assert policy.judge(picture(pixels=(3_840, 2_160)), 1, 0, WIDE) is Verdict.DROP
    assert policy.judge(picture(pixels=(1_280, 720)), 1, 0, WIDE) is Verdict.DROP, "450 tokens"
    assert policy.sharp_order(WIDE) is None


def test_a_slow_uplink_makes_pictures_smaller_and_then_none() -> None:
    policy = speaking()
    order = policy.order(1, 0, 18_750)
    assert order is not None
    assert order.most_bytes == 13_677
    assert wire_bytes(order.most_bytes) <= 18_750
    assert policy.order(1, 0, 5_000) is None
    assert policy.judge(picture(13_700), 1, 0, 18_750) is Verdict.DROP
    assert policy.judge(picture(13_677), 1, 0, 18_750) is Verdict.SEND


def test_a_key_pressed_in_silence_has_its_picture_taken_at_once() -> None:
    policy = PicturePolicy(model(), 2_000)
    assert policy.order(1, 0, WIDE) is None
    assert policy.sharp_order(WIDE) == Order(1_280, 720, SHARP_BYTES, True)


def test_the_keys_picture_is_made_smaller_by_a_slow_uplink_and_not_given_up() -> None:
    policy = speaking()
    slow = 100_000  # 1 Mbit/s for 800 ms
    order = policy.sharp_order(slow)
    assert order is not None
    assert (order.width, order.height, order.most_bytes) == (1_280, 720, 74_616)
    assert policy.sharp_order(1_000) == Order(1_280, 720, LEAST_BYTES, True)
    it = picture(74_616, sharp=True, pixels=(1_280, 720))
    assert policy.judge(it, 1, 0, slow) is Verdict.SEND
    assert policy.judge(it, 1, 0, slow - 1_000) is Verdict.SHRINK
    assert policy.judge(it, 1, 0, 0) is Verdict.WAIT, "the way is full just now"
    assert policy.judge(it, 1, SHARP_KEPT_MS + 1, 0) is Verdict.DROP


def test_the_usual_pace_leaves_enough_for_the_key() -> None:
    policy = speaking(tokens=113 * 3 + 450)
    for at in (0, 2_000, 4_000):
        send(policy, picture(grey=BRIGHT if at % 4_000 else DARK, at=at), at)
    usual = picture(grey=BRIGHT, at=6_000)
    assert policy.judge(usual, 1, 6_000, WIDE) is Verdict.WAIT
    assert policy.order(1, 6_000, WIDE) is None
    send(policy, picture(sharp=True, at=6_000, pixels=(1_280, 720)), 6_000)
    assert policy.judge(picture(sharp=True, at=8_000, pixels=(1_280, 720)), 1, 8_000, WIDE) is Verdict.WAIT
    later = picture(grey=BRIGHT, at=60_000)
    assert policy.judge(later, 1, 60_000, WIDE) is Verdict.SEND, "the first is a minute old, and the key had its own"


@pytest.mark.parametrize(
    ("name", "usual", "sharp"),
    [("qwen3.5-livetranslate-flash-realtime", 113, 450), ("qwen3-livetranslate-flash-realtime", 147, 588)],
)
def test_the_published_arithmetic_and_how_many_fit_into_a_minute(name: str, usual: int, sharp: int) -> None:
    assert picture_tokens(model(name), 640, 360) == usual
    assert picture_tokens(model(name), 1_280, 720) == sharp
    policy = PicturePolicy(model(name), 2_000)
    policy.heard(speaking=True)
    policy.valve(is_open=True)
    count = 0
    for at in range(0, 60_000, 100):
        policy.sound_sent(1)
        new = picture(grey=DARK if count % 2 else BRIGHT, at=at)
        if policy.judge(new, 1, at, WIDE) is Verdict.SEND:
            policy.sent(new, 1, at)
            policy.arrived(at)
            count += 1
    assert count == (2_000 - sharp) // usual, "the key may still ask for one"
    assert policy.judge(picture(sharp=True, at=60_000, pixels=(1_280, 720)), 1, 60_000, WIDE) is Verdict.SEND


@given(st.integers(0, 1_000_000))
def test_bytes_of_the_wire_and_of_the_picture(wire: int) -> None:
    size = jpeg_bytes(wire)
    assert size == 0 or wire_bytes(size) <= wire
    assert wire_bytes(size + 3) > wire


# The walls, whatever comes.


@dataclass
class Service:
    """An independent account of what went out; what the policy must never do is asserted here."""

    policy: PicturePolicy
    tokens_per_minute: int
    at: int = 0
    speaking: bool = False
    is_open: bool = False
    last: dict[int, str] = field(default_factory=dict)
    fed: set[int] = field(default_factory=set)
    under_way: int | None = None
    sent: list[tuple[int, int, bool, int]] = field(default_factory=list)  # at, tokens, sharp, line
    arrived: list[int] = field(default_factory=list)
    shown: dict[int, bytes] = field(default_factory=dict)

    def offer(self, it: Picture, line: int, uplink: int) -> None:
        if self.policy.judge(it, line, self.at, uplink) is not Verdict.SEND:
            return
        assert self.speaking
        assert self.is_open
        assert self.last.get(line) == "sound"
        assert line in self.fed
        assert self.under_way is None
        assert len(it.jpeg) < (500_000 if it.sharp else 100_000)
        assert it.width * it.height <= 1_280 * 720
        assert 4 * len(it.jpeg) / 3 <= uplink
        cost = picture_tokens(model(), it.width, it.height)
        assert cost + sum(t for when, t, _, _ in self.sent if self.at - when < 60_000) <= self.tokens_per_minute
        if not it.sharp:
            assert not self.sent or self.at - self.sent[-1][0] >= 2_000
            if self.sent and self.sent[-1][3] == line:
                assert difference(self.shown[line], it.grey) >= 8
        self.policy.sent(it, line, self.at)
        self.sent.append((self.at, cost, it.sharp, line))
        self.last[line], self.under_way, self.shown[line] = "picture", line, it.grey
        times = [when for when, *_ in self.sent]
        assert all(third - first >= 1_000 for first, third in zip(times, times[2:], strict=False))
        assert all(b >= a for a, b in pairwise(times))

    def do(self, what: str, line: int, size: int, pixels: tuple[int, int], grey: int, uplink: int) -> None:
        policy = self.policy
        match what:
            case "speak" | "pause":
                self.speaking = what == "speak"
                policy.heard(speaking=self.speaking)
            case "open" | "muted":
                self.is_open = what == "open"
                policy.valve(is_open=self.is_open)
            case "sound":
                self.last = {line: "sound"}  # a picture behind another line's sound is not right behind sound
                self.fed.add(line)
                policy.sound_sent(line)
            case "other":
                self.last[line] = "other"
                policy.other_sent(line)
            case "cut":
                self.fed.discard(line)
                policy.cut(line)
            case "lost":
                self.last.pop(line, None)
                self.fed.discard(line)
                if self.under_way == line:
                    self.under_way = None
                policy.lost(line, self.at)
            case "arrive" if self.under_way is not None:
                self.under_way = None
                self.arrived.append(self.at)
                policy.arrived(self.at)
            case "usual" | "sharp":
                it = picture(size, bytes([grey]) * 144, sharp=what == "sharp", at=self.at, pixels=pixels)
                self.offer(it, line, uplink)


DISTURBED = ("pause", "muted", "other", "cut", "lost", *["none"] * 15)
STEPS = st.tuples(
    st.sampled_from([("speak", "open", "sound", "arrive")] * 8 + [("sound",), ("arrive",), ("sound", "arrive"), ()]),
    st.sampled_from(DISTURBED),
    st.sampled_from(["usual", "usual", "usual", "sharp"]),
    st.sampled_from([0, 400, 1_100, 1_999, 1_999, 2_000, 2_500]),
    st.sampled_from([1, 1, 1, 2]),
    st.sampled_from([5_000, 5_000, 40_000, 40_000, 40_000, 99_999, 100_000, 500_000]),
    st.sampled_from([(640, 360)] * 5 + [(1_280, 720), (3_840, 2_160)]),
    st.sampled_from([0, 5, 9, 100, 255]),
    st.sampled_from([30_000, *[1_000_000] * 5]),
)


@given(st.lists(STEPS, min_size=20, max_size=40), st.sampled_from([0, 300, 10_000, 10_000]))
@settings(max_examples=300, deadline=None)
def test_no_wall_is_ever_broken(
    steps: list[tuple[tuple[str, ...], str, str, int, int, int, tuple[int, int], int, int]], tokens: int
) -> None:
    """Mostly all is ready for a picture, then something gets in its way, then it is offered."""
    service = Service(PicturePolicy(model(), tokens), tokens)
    for ready, disturbed, offered, wait_ms, line, size, pixels, grey, uplink in steps:
        service.at += wait_ms
        for what in (*ready, disturbed, offered):
            service.do(what, line, size, pixels, grey, uplink)


@given(st.lists(st.tuples(st.integers(0, 900), st.booleans(), st.integers(0, 3_000)), max_size=60))
@settings(deadline=None)
def test_never_three_in_a_second_even_where_the_way_holds_them_up(steps: list[tuple[int, bool, int]]) -> None:
    """Each picture is held up on its way; what arrives keeps the service's wall all the same."""
    policy = speaking()
    at, came = 0, []
    for number, (wait_ms, sharp, held_up_ms) in enumerate(steps):
        at += wait_ms
        policy.sound_sent(1)
        it = picture(grey=DARK if number % 2 else BRIGHT, sharp=sharp, at=at)
        if policy.judge(it, 1, at, WIDE) is Verdict.SEND:
            policy.sent(it, 1, at)
            at += held_up_ms
            came.append(at)
            policy.arrived(at)
    assert all(third - first >= 1_000 for first, third in zip(came, came[2:], strict=False))
