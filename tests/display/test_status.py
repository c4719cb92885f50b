"""The status row says what is, and keeps to its twelve pixels."""

import itertools
from typing import Any

import pytest

from appliance.core.model.views import Link, Status
from appliance.display.canvas import Canvas
from appliance.display.status import STATUS_HEIGHT, draw_status
from appliance.display.typeset import Typesetter
from tests.display.samples import lit, status

TYPESETTER = Typesetter()


def drawn(shown: Status, width: int = 128) -> set[tuple[int, int]]:
    canvas = Canvas(TYPESETTER, width, 64, 1)
    draw_status(shown, canvas)
    return lit(canvas.finish(False))


def test_every_state_has_its_own_picture() -> None:
    changes: list[dict[str, Any]] = [
        {},
        *({"link": link} for link in Link if link is not Link.ON_AIR),
        *({"level": level} for level in (0, 1, 2, 4, 5)),
        {"listening": False},
        {"private": True},
        {"wait": True},
        {"speak": True},
        {"camera": True},
        {"muted": True},
        {"volume": 0},
        {"volume": 45},
        {"volume": 45, "muted": True},
        {"direction": "FR→EN"},
        {"direction": ""},
    ]
    pictures = [frozenset(drawn(status(**change))) for change in changes]
    for (a, one), (b, other) in itertools.combinations(zip(changes, pictures, strict=True), 2):
        assert one != other, (a, b)


@pytest.mark.parametrize("width", [128, 256])
@pytest.mark.parametrize("link", Link)
@pytest.mark.parametrize("special", [{"volume": 100}, {"wait": True}, {"speak": True}], ids=str)
def test_nothing_leaves_the_row_or_runs_into_its_neighbour(special: dict[str, Any], link: Link, width: int) -> None:
    full = status(direction="YUE→MMM", link=link, camera=True, level=5, **special)
    pixels = drawn(full, width)
    assert max(y for _, y in pixels) <= STATUS_HEIGHT - 3
    assert min(x for x, _ in pixels) >= 1
    assert max(x for x, _ in pixels) <= width - 2
    words = drawn(Status(direction="YUE→MMM", link=Link.OFF), width)
    end = max(x for x, y in words if x < width // 2 - 10)
    beyond = min(x for x, _ in pixels if x > end)
    assert beyond > end + 2, "a gap behind the direction"


def test_level_is_hidden_while_private() -> None:
    assert drawn(status(private=True, level=5)) == drawn(status(private=True, level=0))


def test_volume_comes_before_wait_and_wait_before_muted() -> None:
    assert drawn(status(volume=30, wait=True)) == drawn(status(volume=30))
    assert drawn(status(muted=True, wait=True)) == drawn(status(wait=True))
    assert drawn(status(muted=True, speak=True)) == drawn(status(speak=True))


def test_more_level_is_more_light() -> None:
    levels = [len(drawn(status(level=level))) for level in range(6)]
    assert levels == sorted(set(levels))


def test_a_row_without_words_says_the_same_in_pictograms() -> None:
    for change in ({"link": Link.LOST}, {"wait": True}, {"speak": True}):
        words, none = drawn(status(**change)), drawn(status(**change, wordless=True))
        assert none != words
        assert none != drawn(status(wordless=True)), "and still says it"
    lost = drawn(status(link=Link.LOST, wordless=True))
    assert {(x, y) for x, y in lost if x < 90} == {(x, y) for x, y in drawn(status(wordless=True)) if x < 90}
