"""Turning the conversation round, or choosing another language, in the middle of a sentence: nothing is lost."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.harness import LOUD, Box, Emulator, all_of, ears_levels
from tests.e2e.numbers import account, recording, rehearsal, reported_lost
from tests.e2e.test_keys import script

pytestmark = pytest.mark.timing  # a key must meet the middle of a sentence

SAID = recording(range(1, 7))
Presses = tuple[tuple[int, str], ...]  # (place of the utterance it falls into, key)
CASES: dict[str, tuple[Presses, tuple[str, ...]]] = {
    "round": (((2, "guest"), (4, "guest")), ()),
    "twice in a sentence": (((2, "guest"), (2, "guest"), (3, "guest")), ()),
    "language": (((2, "language"),), ()),
    "one line": (((2, "guest"), (4, "guest")), ("second_line_refused", "rate_limit:10")),
    "language and direction": (((1, "language"), (3, "guest")), ()),
}
MIDDLE_MS = 600  # into an utterance of a second and a half
TAP_MS = 80
ANOTHER_MS = 400


def rows(presses: Presses) -> tuple[tuple[int, str, bool], ...]:
    """TALK at the beginning, then each key where it belongs; a second one in the same sentence a little later."""
    edges: list[tuple[int, str, bool]] = [(0, "talk", True), (TAP_MS, "talk", False)]
    taken: dict[int, int] = {}
    for place, key in presses:
        at = SAID.starts_ms[place] + MIDDLE_MS + ANOTHER_MS * taken.get(place, 0)
        taken[place] = taken.get(place, 0) + 1
        edges += [(at, key, True), (at + TAP_MS, key, False)]
    return tuple(edges)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Emulator]]:
    folder = tmp_path_factory.mktemp("services")
    with all_of(
        {name: Emulator(folder / name, habits, rehearsal(6)) for name, (_, habits) in CASES.items()}
    ) as started:
        yield started


@pytest.fixture(scope="module")
def boxes(services: Mapping[str, Emulator], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    folder = tmp_path_factory.mktemp("boxes")

    def box(name: str, presses: Presses) -> Box:
        place: Path = folder / name.replace(" ", "-")
        return Box(
            place,
            services[name],
            SAID.pcm,
            keys__driver="script",
            keys__script=script(place / "keys.toml", *rows(presses)),
            run__start="key",
            languages__favourites=["es", "fr"],
            loudspeaker__mine_to="left",
            loudspeaker__theirs_to="right",
        )

    with all_of({name: box(name, presses) for name, (presses, _) in CASES.items()}) as started:
        yield started


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost(boxes: Mapping[str, Box], name: str) -> None:
    box = boxes[name]
    code = box.wait(60).code
    figures = account(box, SAID.numbers)
    assert code == 0, box.told()
    assert figures.lost == figures.strangers == (), box.told()
    assert figures.repeats == 0, box.told()
    assert reported_lost(box) == 0
    assert box.faults() == []


@pytest.mark.parametrize(
    ("name", "directions"),
    [
        ("round", ["en>es", "es>en"]),
        ("twice in a sentence", ["en>es", "es>en"]),
        ("language", ["en>es", "en>fr"]),
        ("language and direction", ["en>es", "en>fr", "fr>en"]),
    ],
)
def test_the_lines_stay_warm(
    services: Mapping[str, Emulator], boxes: Mapping[str, Box], name: str, directions: list[str]
) -> None:
    """There and back again takes no dial: a line for each direction, dialled once."""
    box = boxes[name]
    box.wait(60)
    assert [row["direction"] for row in box.rows("line") if row["state"] == "dialing"] == directions, box.told()
    assert services[name].dials() == len(directions)


@pytest.mark.parametrize(("name", "languages"), [("round", "es es en en es es"), ("language", "es es fr fr fr fr")])
def test_the_open_sentence_goes_along(boxes: Mapping[str, Box], name: str, languages: str) -> None:
    """What was complete is answered in the old direction, what was being said in the new one."""
    box = boxes[name]
    box.wait(60)
    finals = sorted((int(row["text"].split()[-1]), row["language"]) for row in box.rows("subtitle") if row["final"])
    assert finals == list(enumerate(languages.split(), 1)), box.told()


def test_each_direction_is_heard_in_its_own_ear(boxes: Mapping[str, Box]) -> None:
    """What translates my speech is for the other's ear."""
    box = boxes["round"]
    box.wait(60)
    left, right = ({n for n, level in enumerate(ear) if level > LOUD} for ear in ears_levels(box.folder / "heard.wav"))
    assert left.isdisjoint(right), "nobody hears both"
    assert len(left) > len(right) > 0, "four answers to the one ear, two to the other"


def test_a_service_that_takes_one_line_is_served_with_one(
    services: Mapping[str, Emulator], boxes: Mapping[str, Box]
) -> None:
    box = boxes["one line"]
    box.wait(60)
    open_now, most = 0, 0
    for row in services["one line"].rows():
        kind = row["message"].get("type") if isinstance(row.get("message"), dict) else ""
        open_now += (kind == "session.created") - (kind == "session.finished")
        most = max(most, open_now)
    assert most == 1
    refused = [row for row in box.rows("line") if row["state"] == "lost"]
    assert len(refused) == 1, "it asks for a second line once, and never again"
    assert services["one line"].dials() <= 4, "the dial budget holds"
