"""A reception desk: ten turns in Arabic and English over a script of keys, on the real process (profile kiosk).

Responsible for: what a guest and a member of staff go through in one visit, by the journal. Each key is held with half
a second to spare at both ends of what is said; nothing here is a matter of milliseconds.
Must not: test the rules of one key (``tests/core``).
"""

import signal
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from appliance.emulator.script.script import Rehearsal, Turn
from appliance.emulator.script.tts import Part, Speech
from tests.e2e.harness import LOUD, Box, Emulator, Row, heard_levels
from tests.e2e.test_keys import script

RATE_HZ = 16_000
SPARE_MS = 500
ANSWER_MS = 1_400  # that is waited for before the next one speaks
STARTS_MS = 1_500  # the first press of a talk key opens the microphone: the recording begins there
SPEECH = Speech()

DIALOGUE = (
    Turn("ar", "مساء الخير، عندي حجز هنا.", {"en": "Good evening, I have a booking here."}),
    Turn("en", "Welcome! Your passport, please.", {"ar": "أهلا بك! جواز سفرك؟"}),
    Turn("ar", "تفضل، هذا جوازي.", {"en": "Here is my passport."}),
    Turn("en", "How many nights?", {"ar": "كم ليلة؟"}),
    Turn("ar", "ثلاث ليال، من فضلك.", {"en": "Three nights, please."}),
    Turn("en", "On the second floor.", {"ar": "غرفتك في الطابق الثاني، والمصعد خلفك إلى اليسار، وتطل على البحر."}),
    Turn("en", "No, sorry, on the third.", {"ar": "عفوا، الثالث."}),
    Turn("ar", "متى يقدم الفطور؟", {"en": "When is breakfast served?"}),
    Turn("en", "From seven until ten.", {"ar": "من سبع إلى عشر."}),
    Turn("ar", "شكرا جزيلا لك.", {"en": "Thank you very much."}),
)
CUT_OFF = 5  # staff hears that this was wrong, and talks into it


@dataclass
class Script:
    """Keys and the recording that goes with them. ``now_ms`` counts from the first standby."""

    now_ms: int = 0
    keys: list[tuple[int, str, bool]] = field(default_factory=list)
    pcm: bytearray = field(default_factory=bytearray)

    def press(self, key: str, held_ms: int = 120) -> None:
        """Down and up again."""
        self.keys += [(self.now_ms, key, True), (self.now_ms + held_ms, key, False)]
        self.wait(held_ms)

    def wait(self, ms: int) -> None:
        """Nothing, for so long. The recording runs once it has begun."""
        self.now_ms += ms
        if self.now_ms > STARTS_MS:
            self.pcm += bytes(2 * RATE_HZ * min(ms, self.now_ms - STARTS_MS) // 1000)

    def say(self, turn: Turn) -> None:
        """Hold the key, speak, let go."""
        key = "guest" if turn.language == "ar" else "talk"
        self.keys.append((self.now_ms, key, True))
        self.wait(SPARE_MS)
        said = SPEECH.render(turn.said(), turn.language, RATE_HZ, Part.SOURCE)
        assert said
        self.pcm += said
        self.now_ms += len(said) * 1000 // (2 * RATE_HZ)
        self.wait(SPARE_MS)
        self.keys.append((self.now_ms, key, False))


def guest_session() -> Script:
    """One guest, from another language on the box to the end of the visit; then somebody else."""
    own = Script()
    own.wait(500)
    own.press("language")  # fr → es: the change; nobody speaks it
    own.wait(STARTS_MS - own.now_ms)
    for place, turn in enumerate(DIALOGUE):
        own.say(turn)
        if place == 0:
            own.wait(1_200)
            own.press("language")  # the box found Arabic: yes
            own.wait(1_000)
        elif place == CUT_OFF:
            own.wait(700)  # its answer is being spoken
        elif place == len(DIALOGUE) - 1:
            own.wait(ANSWER_MS)
            own.press("repeat")
            own.wait(2_500)
        else:
            own.wait(ANSWER_MS)
    own.press("mute", 2_300)  # end of visit
    own.wait(2_500)
    own.press("guest", 1_000)
    own.wait(500)
    return own


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    folder = tmp_path_factory.mktemp("reception")
    played = guest_session()
    keys = script(folder / "box" / "keys.toml", *played.keys)
    with (
        Emulator(folder / "service", turns=Rehearsal("reception", DIALOGUE)) as service,
        Box(
            folder / "box", service, bytes(played.pcm), keys__driver="script", keys__script=keys,
            run__profile="kiosk", run__start="key", run__until="forever",
            languages__theirs="fr", languages__favourites=["es", "ar", "fr"],
        ) as started,
    ):  # fmt: skip
        pressed = len(played.keys)
        started.wait_for("key", lambda _: len(started.rows("key")) == pressed, 90)
        started.wait_for("line", lambda row: row["direction"] == "fr>en" and row["state"] == "dialing")
        started.signal(signal.SIGUSR1)
        started.wait_for("figures")
        started.signal(signal.SIGTERM)
        assert started.wait().code == 0, started.told()
        yield started


def key_rows(box: Box, key: str, *, down: bool = True) -> list[Row]:
    return [row for row in box.rows("key") if row["key"] == key and row["down"] is down]


def test_all_ten_are_answered_in_the_other_ones_language(box: Box) -> None:
    finals = [(row["language"], row["text"]) for row in box.rows("subtitle") if row["final"]]
    meant = [next(iter(turn.translations.items())) for turn in DIALOGUE]
    assert finals == meant, box.told()
    words = [(row["language"], row["text"]) for row in box.rows("heard") if row["final"]]
    assert words == [(turn.language, turn.source) for turn in DIALOGUE], box.told()
    assert box.faults() == []


def test_the_language_is_changed_found_and_default_again_and_nothing_is_dialled_twice(box: Box) -> None:
    dialled = [row["direction"] for row in box.rows("line") if row["state"] == "dialing"]
    assert dialled == ["es>en", "en>ar", "ar>en", "fr>en"], box.told()


def test_the_answer_that_was_talked_into_is_cut_and_not_said_again(box: Box) -> None:
    spoken = [row for row in box.rows("spoken") if not row["replay"]]
    lines = {row["number"]: row["direction"] for row in box.rows("line") if row["state"] == "dialing"}
    to_guest = sorted(row["ms"] for row in spoken if lines[row["line"]] == "en>ar")
    whole = SPEECH.render(DIALOGUE[CUT_OFF].answered("ar"), "ar", RATE_HZ, Part.ANSWER)
    assert whole
    assert to_guest[-1] < len(whole) // 32 - 1_000, box.told()
    assert len(to_guest) <= sum(turn.language == "en" for turn in DIALOGUE)


def test_repeat_is_heard_though_nothing_is_asked_of_the_service(box: Box) -> None:
    until = key_rows(box, "mute")[0]["at"]
    at = max(row["at"] for row in (*key_rows(box, "repeat"), *box.rows("spoken")) if row["at"] < until)
    levels = heard_levels(box.folder / "heard.wav")[at // 10 : until // 10]
    assert sum(level > LOUD for level in levels) > 30, "a third of a second at least"
    assert [row for row in box.rows("subtitle") if at < row["at"] < until] == []


def test_a_running_box_tells_its_figures_when_it_is_asked(box: Box) -> None:
    (figures,) = box.rows("figures")
    turns = [row for row in box.rows("turn") if row["at"] < figures["at"]]
    assert figures["turns"] == len(turns) >= len(DIALOGUE)
    texts = [row["first_text_ms"] for row in turns if row["first_text_ms"] is not None]
    assert min(texts) <= figures["first_text_p50_ms"] <= figures["first_text_p95_ms"] <= max(texts)
    assert f"end of speech → first text: p50 {figures['first_text_p50_ms']} ms" in box.errors


def test_the_end_of_visit_finishes_every_line_and_closes_the_microphone(box: Box) -> None:
    (ended,) = box.rows("visit")
    assert ended["ended"] == "key"
    after = [row for row in box.rows("line") if row["at"] >= ended["at"]]
    closed = {row["direction"] for row in after if (row["state"], row["why"]) == ("closed", "finished")}
    assert {"en>ar", "ar>en"} <= closed, box.told()
    assert [row for row in box.rows("heard", "subtitle") if row["at"] > ended["at"]] == []
