from hypothesis import given
from hypothesis import strategies as st

from appliance.workers.uplink.sample_queue import Fifo


def filled(*sizes: int) -> Fifo[int]:
    """Chunks of these sizes; the payload is the chunk's number."""
    fifo: Fifo[int] = Fifo()
    for number, size in enumerate(sizes):
        fifo.append(number, size)
    return fifo


def payloads(fifo: Fifo[int], at_least: int = 1, at_most: int = 640) -> list[int]:
    return [chunk.payload for chunk in fifo.take(at_least, at_most)]


def test_chunks_leave_in_order_and_whole() -> None:
    fifo = filled(320, 320, 320)
    assert payloads(fifo) == [0, 1]
    assert payloads(fifo) == [2]
    assert payloads(fifo) == []
    assert (fifo.release, fifo.cursor, fifo.end) == (0, 960, 960)


def test_less_than_asked_for_waits() -> None:
    fifo = filled(320)
    assert payloads(fifo, 640) == []
    fifo.append(1, 320)
    assert payloads(fifo, 640) == [0, 1]


def test_a_chunk_above_the_most_is_taken_alone_and_never_cut() -> None:
    fifo = filled(320, 1000, 320)
    assert payloads(fifo) == [0]
    assert payloads(fifo) == [1]
    assert payloads(fifo) == [2]


def test_release_forgets_whole_chunks_only() -> None:
    fifo = filled(320, 320, 320)
    fifo.take(1, 640)
    fifo.release_to(500)
    assert (fifo.release, fifo.cursor) == (320, 640)
    fifo.rewind()
    assert payloads(fifo) == [1, 2]


def test_release_beyond_the_cursor_takes_it_along() -> None:
    fifo = filled(320, 320, 320)
    fifo.release_to(640)
    assert (fifo.release, fifo.cursor) == (640, 640)
    assert payloads(fifo) == [2]
    fifo.release_to(10_000)
    assert (fifo.release, fifo.cursor, fifo.end) == (960, 960, 960)


def test_rewind_stops_where_it_is_told() -> None:
    fifo = filled(320, 320, 320, 320)
    fifo.take(1, 1280)
    fifo.rewind(640)
    assert fifo.cursor == 640
    assert payloads(fifo) == [2, 3]
    fifo.rewind(9_999)
    assert fifo.cursor == fifo.end


def test_split_copies_the_sent_and_takes_away_the_unsent() -> None:
    fifo = filled(320, 320, 320, 320)
    fifo.take(1, 640)
    assert [chunk.payload for chunk in fifo.split(320)] == [1, 2, 3]
    assert (fifo.cursor, fifo.end) == (640, 640)
    assert fifo.append(9, 320).start == 640
    assert payloads(fifo) == [9]


def test_split_of_everything_leaves_nothing() -> None:
    fifo = filled(320, 320)
    assert [chunk.payload for chunk in fifo.split(0)] == [0, 1]
    assert (fifo.release, fifo.cursor, fifo.end) == (0, 0, 0)


def test_wipe_goes_on_where_the_last_line_was() -> None:
    fifo = filled(320, 320, 320)
    fifo.take(1, 320)
    fifo.wipe()
    assert (fifo.release, fifo.cursor, fifo.end) == (320, 320, 320)
    assert fifo.append(9, 320).start == 320


@given(
    st.lists(
        st.tuples(st.sampled_from(["append", "take", "release", "rewind", "split", "wipe"]), st.integers(0, 2_000))
    )
)
def test_the_three_marks_keep_their_order(steps: list[tuple[str, int]]) -> None:
    fifo: Fifo[int] = Fifo()
    for number, (what, size) in enumerate(steps):
        match what:
            case "append":
                fifo.append(number, size + 1)
            case "take":
                before = fifo.cursor
                taken = fifo.take(1, size)
                assert [c.start for c in taken] == [before, *(c.end for c in taken)][: len(taken)]
            case "release":
                fifo.release_to(size)
            case "rewind":
                fifo.rewind(min(size, fifo.cursor))
            case "split":
                fifo.split(size)
            case _:
                fifo.wipe()
        assert 0 <= fifo.release <= fifo.cursor <= fifo.end
