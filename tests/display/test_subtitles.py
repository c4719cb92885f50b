"""Rows roll up, and never down."""

from dataclasses import replace

from appliance.core.model.views import Sentence, SubtitlesView
from appliance.display.fonts import choose
from appliance.display.renderer import Renderer
from appliance.display.subtitles import places_below
from tests.display.samples import SAMPLES, lit, status, subtitles


def below(renderer: Renderer, view: SubtitlesView) -> set[tuple[int, int]]:
    """Lit pixels under the status row."""
    return {(x, y) for x, y in lit(renderer.draw(view)) if y >= 12}


def shown(*sentences: Sentence, language: str = "en") -> SubtitlesView:
    return SubtitlesView(status(), language, sentences)


def fresh() -> Renderer:
    return Renderer(128, 64, 1)


def test_the_newest_row_stands_lowest() -> None:
    for text in ("one", "one two three four five six seven"):
        ink = below(fresh(), subtitles("en", text))
        assert max(y for _, y in ink) >= 60
        assert (min(y for _, y in ink) > 45) == (text == "one")


def test_a_sentence_starts_a_row_and_pushes_the_others_up_by_one() -> None:
    renderer = fresh()
    one = below(renderer, subtitles("en", "one", "xxx"))
    two = below(renderer, subtitles("en", "one", "xxx", "www"))
    pushed = {(x, y - 13) for x, y in one}
    assert pushed <= two
    assert min(y for _, y in two - pushed) > 48


def test_growing_confirmed_words_only_add_light_until_a_roll() -> None:
    renderer = fresh()
    text = "to be seen as it is and no other way at all in the end"
    words = text.split()
    before: set[tuple[int, int]] = set()
    rolls = 0
    for count in range(1, len(words) + 1):
        now = below(renderer, subtitles("en", " ".join(words[:count])))
        if not before <= now:
            rolls += 1
            assert {(x, y - 13) for x, y in before if y >= 25} <= now
        before = now
    assert rolls == 2


def test_a_withdrawn_tail_does_not_roll_down() -> None:
    renderer = fresh()
    sentence = Sentence("We have a room", " for two nights, if you")
    grown = below(renderer, shown(sentence))
    withdrawn = below(renderer, shown(Sentence("We have a room")))
    assert withdrawn, "confirmed words stay"
    assert {p for p in withdrawn if p not in grown} == set(), "they stay where they were"
    filled = below(renderer, shown(Sentence("We have a room with a bath")))
    assert withdrawn <= filled, "new words take the empty rows"
    assert max(y for _, y in filled) >= 60


def test_the_next_sentence_takes_the_empty_row() -> None:
    renderer = fresh()
    below(renderer, shown(Sentence("We have a room", " for two nights, maybe")))
    withdrawn = below(renderer, shown(Sentence("We have a room", final=True)))
    following = below(renderer, shown(Sentence("We have a room", final=True), Sentence("Yes")))
    assert withdrawn <= following


def test_sentences_that_leave_at_the_top_change_nothing() -> None:
    renderer = fresh()
    sentences = tuple(Sentence(f"Number {n}") for n in range(9))
    before = below(renderer, shown(*sentences))
    assert below(renderer, shown(*sentences[2:])) == before


def test_a_new_conversation_starts_at_the_foot() -> None:
    renderer = fresh()
    below(renderer, shown(Sentence("", "a guess that takes far more than one row")))
    assert below(renderer, shown(Sentence("mm"), language="de")) == below(fresh(), shown(Sentence("mm"), language="de"))


def test_a_tail_is_underlined_with_dots() -> None:
    plain = below(fresh(), subtitles("en", "nice new rooms"))
    tailed = below(fresh(), shown(Sentence("nice", " new rooms")))
    assert plain < tailed
    dots = tailed - plain
    assert {y for _, y in dots} == {62}
    assert all(x % 2 == 0 for x, _ in dots)
    assert min(x for x, _ in dots) > 25


def test_a_tail_is_dim_on_grey() -> None:
    renderer = Renderer(256, 64, 4)
    text, tail = renderer.draw(subtitles("en", "a", "nnn")), renderer.draw(shown(Sentence("a"), Sentence("", "nnn")))
    assert text != tail
    assert len(tail.data) == 256 * 64 // 2
    row = slice(55 * 128, 62 * 128)
    assert max(text.data[row].hex()) in "def"
    assert max(tail.data[row].hex()) in "678"


def test_a_late_sentence_wears_a_clock() -> None:
    plain = below(fresh(), shown(Sentence("mmm")))
    late = below(fresh(), shown(Sentence("mmm", late=True)))
    assert {(x + 10, y) for x, y in plain} <= late
    assert {x for x, _ in late if x < 9} == set(range(1, 8))
    hebrew = below(fresh(), shown(Sentence("כל", late=True), language="he"))
    assert {x for x, _ in hebrew if x > 118} == set(range(120, 127))


def test_right_to_left_starts_at_the_right() -> None:
    ink = below(fresh(), subtitles("ar", "يولد"))
    assert max(x for x, _ in ink) >= 124
    assert min(x for x, _ in ink) > 64


def test_one_line_of_source_above_a_rule() -> None:
    view = replace(subtitles("fr", SAMPLES["fr"]), source=SAMPLES["en"], source_language="en")
    ink = below(fresh(), view)
    assert {x for x, y in ink if y == 24} >= set(range(4, 127, 4))
    below_rule = {(x, y) for x, y in ink if y > 24}
    assert below_rule <= below(fresh(), subtitles("fr", SAMPLES["fr"])) | {
        (x, y - 1) for x, y in below(fresh(), subtitles("fr", SAMPLES["fr"]))
    }


def test_places() -> None:
    assert places_below(12, choose("en"), 64) == [22, 35, 48, 61]
    assert places_below(12, choose("ar"), 64) == [28, 44, 60]
    assert places_below(0, choose("en"), 64) == [11, 24, 37, 50]
    assert places_below(60, choose("en", "huge"), 64) == [80]
