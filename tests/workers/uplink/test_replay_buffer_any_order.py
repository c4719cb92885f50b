from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.protocol.marks import ResponseDone, ResponseOpened, SpeechStarted, SpeechStopped
from tests.workers.desk import FRAME, Desk, holes

OFTEN = ["speak", "quiet", "dial", "start", "done"]
SELDOM = ["speak", "wait", "lose", "stop", "opened", "fail", "finish", "wipe", "move"]
step = st.tuples(
    st.sampled_from(OFTEN * 2 + SELDOM),
    st.integers(0, 7),
    st.one_of(st.none(), st.integers(0, 100_000)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(step, max_size=80))
def test_whatever_happens_the_books_hold(steps: list[tuple[str, int, int | None]]) -> None:
    desk, other = Desk(), Desk()
    lines, failures, spoken, owned = 0, 0, 0, 0
    for what, n, position in steps:
        wiped = False
        match what:
            case "speak":
                desk.hear(300 + n * 400)
            case "quiet":
                desk.quiet(200 + n * 300)
            case "wait":
                desk.wait(n * 1_500)
            case "dial" if desk.line is None:
                lines += 1
                desk.dial(lines)
            case "lose" if desk.line is not None:
                desk.lose()
                assert desk.replay_buffer._queue.cursor == desk.replay_buffer._queue.release
            case "start" if desk.line is not None:
                desk.mark(SpeechStarted(n, position))
            case "stop" if desk.line is not None:
                desk.mark(SpeechStopped(n, position))
            case "opened" if desk.line is not None:
                desk.mark(ResponseOpened(n))
            case "done" | "fail" if desk.line is not None:
                failures += what == "fail"
                desk.answer(n, ok=what == "done")
            case "finish" if desk.line is not None:
                desk.finished()
            case "wipe":
                desk.replay_buffer.wipe()
                wiped = True
            case "move":
                desk.replay_buffer.move_open_utterance(other.replay_buffer, desk.at)
        sample_queue, ack_tracker = desk.replay_buffer._queue, desk.replay_buffer._ack_tracker
        assert sample_queue.release <= sample_queue.cursor <= sample_queue.end
        assert ack_tracker.release <= sample_queue.end
        assert sample_queue.release <= max(ack_tracker.release, sample_queue.release)
        assert desk.replay_buffer.kept_ms() <= 90_000 + 1_040, "90 s, a seal and a chunk"
        assert desk.reported_lost >= owned
        owned = desk.reported_lost
        assert wiped or ack_tracker.unanswered_ms() >= 0
        assert all(u.end > ack_tracker.release for u in ack_tracker.utterances)
        spoken += what == "speak"
        for number, line in ack_tracker.lines.items():
            samples = sum(FRAME if payload >= 0 else 2 * FRAME for payload in desk.sent[number])
            assert line.base + samples == line.sent == sample_queue.cursor, "a sample maps to its index"
    if not {"wipe", "move"} & {what for what, _, _ in steps}:
        assert all(holes(sent) == [] for sent in desk.sent.values())
    opened = sum(what in ("start", "opened") for what, _, _ in steps)
    assert owned <= spoken + opened


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(300, 2_500), st.integers(0, 3)), max_size=25))
def test_nothing_said_is_lost(story: list[tuple[int, int, int]]) -> None:
    """Each utterance is in the end sent to a line that answers it, or reported lost; lines die as they like."""
    desk, line, turn = Desk(), 1, 0
    desk.dial(1)
    answered: set[int] = set()
    said: list[range] = []
    for fate, ms, deaths in story:
        first = desk.frames
        desk.hear(ms - ms % 20)
        said.append(range(first, desk.frames))
        desk.quiet(1_000)
        for _ in range(min(deaths, 2) if fate == 0 else 0):
            desk.lose()
            line, turn = line + 1, 0
            desk.dial(line)
        if fate >= 2:
            base = desk.replay_buffer._ack_tracker.lines[line].base // 16
            for utterance in list(desk.replay_buffer._ack_tracker.utterances):
                turn += 1
                start, stop = utterance.start // 16 - base, utterance.end // 16 - base
                desk.mark(
                    SpeechStarted(turn, max(0, start)), SpeechStopped(turn, stop), ResponseDone(turn, True, False)
                )
            answered |= set(desk.sent[line])
            assert desk.unanswered == 0
    missing = [words for words in said if not set(words) <= answered]
    kept = sum(1 for utterance in desk.replay_buffer._ack_tracker.utterances if not utterance.reported)
    assert len(missing) <= kept + desk.reported_lost
    for sent in desk.sent.values():
        assert holes(sent) == []
