"""Signs, idle, volume and countdown: the pictogram, the words, and nothing outside."""

from dataclasses import replace

import pytest

from appliance.core.model.views import CountdownView, IdleView, Sign, SignView, View, VolumeView
from appliance.display.pictograms import doubled
from appliance.display.renderer import Renderer
from appliance.display.signs import _PICTURES
from tests.display.samples import lit, status

VOLUME = VolumeView(status(), 60)


def ink(view: View) -> set[tuple[int, int]]:
    return lit(Renderer(128, 64, 1).draw(view))


def drawn(name: str, found: set[tuple[int, int]]) -> bool:
    """Whether the doubled pictogram stands anywhere at the left."""
    rows, _ = doubled(name)
    dots = {(x, y) for y, row in enumerate(rows) for x in row}
    return any({(x + dx, y + dy) for x, y in dots} <= found for dx in range(16) for dy in range(64))


@pytest.mark.parametrize("sign", Sign)
def test_every_sign_has_its_picture_beside_the_title(sign: Sign) -> None:
    found = ink(SignView(status(), sign, "Title"))
    assert drawn(_PICTURES[sign], found)
    assert max(x for x, y in found if y > 14) > 50


def test_words_stand_below_the_title() -> None:
    bare, worded = (
        ink(SignView(status(), Sign.NOTHING, "Gone")),
        ink(SignView(status(), Sign.NOTHING, "Gone", "online")),
    )
    assert max(y for _, y in bare) < max(y for _, y in worded)


def test_long_words_take_the_status_rows_place() -> None:
    def has_bars(view: SignView) -> bool:
        return len({(x, y) for x, y in ink(view) if x > 112 and y < 10}) > 30

    short = SignView(status(), Sign.NOTHING, "This box kept nothing.", "Speech was translated.")
    assert has_bars(short)
    assert not has_bars(replace(short, words="Speech was translated by an online service somewhere, as you have read."))


def test_idle_has_words_key_and_consent() -> None:
    whole = IdleView("en", "Press and speak", "green key", "Your speech goes to an online service")
    pictures = [ink(view) for view in (whole, replace(whole, key=""), replace(whole, consent=""))]
    assert all(drawn("press", found) for found in pictures)
    assert len({frozenset(found) for found in pictures}) == 3
    assert max(y for _, y in pictures[0]) >= 60


def test_idle_without_words_of_its_own_shows_the_name_large() -> None:
    found = ink(IdleView("sw", "Kiswahili"))
    assert drawn("press", found)
    assert drawn("speak", found)
    assert {y for x, y in found if x > 34} <= set(range(16, 48))


def test_the_volume_bar_is_as_long_as_it_is_loud() -> None:
    def bar(view: VolumeView) -> int:
        return len({x for x, y in ink(view) if y == 55})

    assert [bar(replace(VOLUME, percent=percent)) for percent in (0, 50, 100, 130)] == [0, 63, 126, 126]
    assert bar(replace(VOLUME, muted=True, words="Sound off")) == 0
    assert drawn("loudspeaker_crossed", ink(replace(VOLUME, muted=True, words="Sound off")))


def test_countdown_shows_the_seconds() -> None:
    view = CountdownView(status(), 12, "Press any key to stay")
    assert ink(view) != ink(replace(view, seconds=11))
    left = {(x, y) for x, y in ink(view) ^ ink(replace(view, seconds=11)) if y > 12}
    assert max(x for x, _ in left) < 36, "the words keep their place"


def test_flip() -> None:
    for view in (SignView(status(), Sign.WAIT, "Wait"), IdleView("en", "Press"), CountdownView(status(), 3, "stay")):
        turned = ink(replace(view, flip=True))
        assert turned == {(127 - x, 63 - y) for x, y in ink(view)}
