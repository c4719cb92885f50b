"""``core/transcript/reading_speed.py``: how far the readers are.

Responsible for: speeds, the least time of a sentence, the bound, and that no confirmed word is skipped.
Must not: know rows (``tests/display/test_reading.py`` has the real ones).
"""

from hypothesis import given, settings
from hypothesis import strategies as some

from appliance.core.machine.deadlines import next_deadline
from appliance.core.model.events import Key, PlaybackStarted, TextArrived
from appliance.core.model.limits import Limits
from appliance.core.model.state import Setup
from appliance.core.model.views import SubtitlesView
from appliance.core.screen.screen import view
from appliance.core.transcript.reading_speed import reread, unread
from tests.core.box import Box

LIMITS = Limits()
A_MINUTE_OF = "x" * (60 * LIMITS.reading_cps)


def box(language: str = "es", letters: str = "normal") -> Box:
    """On air into a language."""
    made = Box(Setup(theirs=language, letters=letters)).boot()
    made.press(Key.TALK)
    made.connect(1)
    return made


def say(to: Box, text: str, turn: int = 1, *, final: bool = False) -> None:
    """Confirmed words."""
    to.send(TextArrived(1, turn, text, "", final=final, at=to.now))


def behind(of: Box, language: str = "es") -> int:
    """Unread characters."""
    return unread(of.state, language, of.now, of.limits)


def words(chars: int) -> str:
    return "x" * chars


def test_seventeen_characters_a_second() -> None:
    desk = box()
    say(desk, words(85))
    assert behind(desk) == 85
    desk.pass_time(1_000)
    assert behind(desk) == 68
    desk.pass_time(3_999)
    assert behind(desk) == 1
    desk.pass_time(1)
    assert behind(desk) == 0


def test_speeds_by_script() -> None:
    for language, cps in (("zh", 9), ("yue", 9), ("ja", 4), ("ko", 17), ("ar", 17)):
        desk = box(language)
        say(desk, words(7 * cps))
        desk.pass_time(1_000)
        assert behind(desk, language) == 6 * cps


def test_a_reader_goes_on_where_he_was_when_words_come() -> None:
    desk = box()
    say(desk, words(34))
    desk.pass_time(1_000)
    say(desk, words(51))
    assert behind(desk) == 34
    desk.pass_time(2_000)
    assert behind(desk) == 0


def test_a_short_sentence_takes_five_sixths_of_a_second() -> None:
    desk = box()
    say(desk, "Sí.", final=True)
    say(desk, words(40), 2)
    assert behind(desk) == 43
    desk.pass_time(830)
    assert behind(desk) > 40, "it is still being read"
    desk.pass_time(3)
    assert behind(desk) == 40


def test_what_ends_late_needs_no_more_time_than_a_sentence_from_the_start() -> None:
    desk = box()
    say(desk, words(34))
    desk.pass_time(2_000)
    say(desk, words(34), final=True)
    assert behind(desk) == 0
    say(desk, "No", 2)
    desk.pass_time(500)
    say(desk, "No", 2, final=True)
    say(desk, words(34), 3)
    assert behind(desk) == 1 + 34, "the last letter holds the row"


def test_far_behind_everything_is_read_within_the_bound_and_nothing_is_skipped() -> None:
    desk = box()
    say(desk, A_MINUTE_OF)
    before = behind(desk)
    assert before == len(A_MINUTE_OF)
    for _ in range(LIMITS.reading_behind_ms // 100):
        desk.pass_time(100)
        now = behind(desk)
        assert 0 < before - now <= len(A_MINUTE_OF) * 100 // LIMITS.reading_behind_ms + 1
        before = now
    assert before == 0


def test_one_sentence_that_fits_anyway_waits_for_nobody_and_wakes_nobody() -> None:
    for letters, chars in (("normal", 24), ("large", 14), ("huge", 8)):
        desk = box(letters=letters)
        say(desk, words(chars))
        assert behind(desk) == 0
        say(desk, words(chars + 1))
        assert behind(desk) == chars + 1


def test_ticks_come_while_a_reader_is_behind_and_then_no_more() -> None:
    desk = box()
    say(desk, words(85))
    seen = []
    for _ in range(6):
        picture = view(desk.state, desk.now, desk.limits)
        assert isinstance(picture, SubtitlesView)
        seen.append(picture.unread)
        desk.pass_time(4 * LIMITS.reading_tick_ms)
    assert seen == [85, 68, 51, 34, 17, 0]
    waits = []
    say(desk, words(136))
    for _ in range(13):
        due = next_deadline(desk.state, desk.now, desk.limits)
        assert due is not None
        waits.append(due - desk.now)
        desk.pass_time(min(1_000, due - desk.now))
    assert waits[:12] == [LIMITS.reading_tick_ms] * 12, "three seconds for what has come"
    assert waits[12] > 60_000


def test_each_language_has_its_own_reader() -> None:
    desk = box()
    say(desk, words(60))
    desk.press(Key.GUEST)
    desk.pass_time(1_000)
    desk.connect(2)
    desk.send(TextArrived(2, 1, words(51), "", final=False, at=desk.now))
    assert (behind(desk), behind(desk, "en")) == (42, 51)
    assert behind(desk, "fr") == 0


def test_an_older_sentence_that_grows_is_gone_back_to() -> None:
    desk = box()
    say(desk, words(20))
    say(desk, words(30), 2)
    desk.pass_time(10_000)
    assert behind(desk) == 0
    say(desk, words(25), 1)
    assert behind(desk) == 5 + 30


def test_words_that_are_wiped_have_no_reader() -> None:
    desk = box()
    say(desk, words(60))
    assert behind(desk) == 60
    for turn in range(2, 3 + LIMITS.sentences):
        say(desk, "Sí.", turn, final=True)
    assert all(piece.turn > 1 for reader in desk.state.readers for piece in reader.unread)
    say(desk, "", LIMITS.sentences + 2, final=True)
    desk.pass_time(60_000)
    assert behind(desk) == 0


def test_a_service_that_takes_confirmed_words_back_confuses_nobody() -> None:
    desk = box()
    say(desk, words(60))
    say(desk, words(30))
    assert behind(desk) == 30
    desk.pass_time(60_000)
    assert behind(desk) == 0


def test_what_is_said_again_is_read_again() -> None:
    desk = box()
    say(desk, words(51), final=True)
    desk.send(PlaybackStarted(1, 1, desk.now))
    desk.pass_time(60_000)
    desk.press(Key.REPEAT, 25)
    seen = []
    for wait_ms in (0, 1_000, 1_999, 1):
        desk.pass_time(wait_ms)
        picture = view(desk.state, desk.now, desk.limits)
        assert isinstance(picture, SubtitlesView)
        seen.append(picture.unread)
    assert seen == [51, 34, 1, 0]


def test_a_short_sentence_that_is_said_again_needs_no_waking() -> None:
    desk = box()
    say(desk, "Sí.", final=True)
    sentence = desk.state.shown[-1]
    assert reread(desk.state, sentence, desk.now, desk.limits) == 0


@settings(deadline=None, max_examples=40)
@given(
    some.lists(some.tuples(some.integers(0, 3_000), some.integers(1, 300), some.booleans()), min_size=1, max_size=12),
    some.sampled_from(["es", "zh", "ja"]),
)
def test_no_word_is_read_before_its_time_or_later_than_the_bound(
    arrivals: list[tuple[int, int, bool]], language: str
) -> None:
    """Any stream: the reader is never faster than his speed, or than what the bound asks; and he always gets there."""
    desk = box(language)
    cps = dict(LIMITS.reading_cps_of).get(language, LIMITS.reading_cps)
    turn, text = 1, ""
    for wait_ms, chars, ends in arrivals:
        whole_ms = sum(piece.ms for reader in desk.state.readers for piece in reader.unread)
        pace = cps * max(1, whole_ms / LIMITS.reading_behind_ms)
        before = behind(desk, language)
        desk.pass_time(wait_ms)
        rounded = 24 + len(arrivals)  # one sentence of so many fits and is let go; each is rounded by itself
        assert before - behind(desk, language) <= pace * wait_ms / 1_000 + rounded, "too fast"
        text += words(chars)
        say(desk, text, turn, final=ends)
        if ends:
            turn, text = turn + 1, ""
    desk.pass_time(LIMITS.reading_behind_ms)
    assert behind(desk, language) == 0
