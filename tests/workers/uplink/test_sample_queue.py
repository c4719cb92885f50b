from hypothesis import given
from hypothesis import strategies as st

from appliance.workers.uplink.sample_queue import SampleQueue


def filled(*sizes: int) -> SampleQueue[int]:
    """Chunks of these sizes; the payload is the chunk's number."""
    sample_queue: SampleQueue[int] = SampleQueue()
    for number, size in enumerate(sizes):
        sample_queue.append(number, size)
    return sample_queue


def payloads(sample_queue: SampleQueue[int], at_least: int = 1, at_most: int = 640) -> list[int]:
    return [chunk.payload for chunk in sample_queue.take(at_least, at_most)]


def test_chunks_leave_in_order_and_whole() -> None:
    sample_queue = filled(320, 320, 320)
    assert payloads(sample_queue) == [0, 1]
    assert payloads(sample_queue) == [2]
    assert payloads(sample_queue) == []
    assert (sample_queue.release, sample_queue.cursor, sample_queue.end) == (0, 960, 960)


def test_less_than_asked_for_waits() -> None:
    sample_queue = filled(320)
    assert payloads(sample_queue, 640) == []
    sample_queue.append(1, 320)
    assert payloads(sample_queue, 640) == [0, 1]


def test_a_chunk_above_the_most_is_taken_alone_and_never_cut() -> None:
    sample_queue = filled(320, 1000, 320)
    assert payloads(sample_queue) == [0]
    assert payloads(sample_queue) == [1]
    assert payloads(sample_queue) == [2]


def test_release_forgets_whole_chunks_only() -> None:
    sample_queue = filled(320, 320, 320)
    sample_queue.take(1, 640)
    sample_queue.release_to(500)
    assert (sample_queue.release, sample_queue.cursor) == (320, 640)
    sample_queue.rewind()
    assert payloads(sample_queue) == [1, 2]


def test_release_beyond_the_cursor_takes_it_along() -> None:
    sample_queue = filled(320, 320, 320)
    sample_queue.release_to(640)
    assert (sample_queue.release, sample_queue.cursor) == (640, 640)
    assert payloads(sample_queue) == [2]
    sample_queue.release_to(10_000)
    assert (sample_queue.release, sample_queue.cursor, sample_queue.end) == (960, 960, 960)


def test_rewind_stops_where_it_is_told() -> None:
    sample_queue = filled(320, 320, 320, 320)
    sample_queue.take(1, 1280)
    sample_queue.rewind(640)
    assert sample_queue.cursor == 640
    assert payloads(sample_queue) == [2, 3]
    sample_queue.rewind(9_999)
    assert sample_queue.cursor == sample_queue.end


def test_split_copies_the_sent_and_takes_away_the_unsent() -> None:
    sample_queue = filled(320, 320, 320, 320)
    sample_queue.take(1, 640)
    assert [chunk.payload for chunk in sample_queue.split(320)] == [1, 2, 3]
    assert (sample_queue.cursor, sample_queue.end) == (640, 640)
    assert sample_queue.append(9, 320).start == 640
    assert payloads(sample_queue) == [9]


def test_split_of_everything_leaves_nothing() -> None:
    sample_queue = filled(320, 320)
    assert [chunk.payload for chunk in sample_queue.split(0)] == [0, 1]
    assert (sample_queue.release, sample_queue.cursor, sample_queue.end) == (0, 0, 0)


def test_wipe_goes_on_where_the_last_line_was() -> None:
    sample_queue = filled(320, 320, 320)
    sample_queue.take(1, 320)
    sample_queue.wipe()
    assert (sample_queue.release, sample_queue.cursor, sample_queue.end) == (320, 320, 320)
    assert sample_queue.append(9, 320).start == 320


@given(
    st.lists(
        st.tuples(st.sampled_from(["append", "take", "release", "rewind", "split", "wipe"]), st.integers(0, 2_000))
    )
)
def test_the_three_marks_keep_their_order(steps: list[tuple[str, int]]) -> None:
    sample_queue: SampleQueue[int] = SampleQueue()
    for number, (what, size) in enumerate(steps):
        match what:
            case "append":
                sample_queue.append(number, size + 1)
            case "take":
                before = sample_queue.cursor
                taken = sample_queue.take(1, size)
                assert [c.start for c in taken] == [before, *(c.end for c in taken)][: len(taken)]
            case "release":
                sample_queue.release_to(size)
            case "rewind":
                sample_queue.rewind(min(size, sample_queue.cursor))
            case "split":
                sample_queue.split(size)
            case _:
                sample_queue.wipe()
        assert 0 <= sample_queue.release <= sample_queue.cursor <= sample_queue.end
