from collections.abc import Callable

from appliance.protocol.voices import resolve_model
from appliance.workers.camera.feed import HELD_UP_MS, CameraFeed
from appliance.workers.camera.policy import Order, Picture

DARK, BRIGHT = bytes(144), bytes([200]) * 144


class Desk:
    """CameraFeed with a camera that does nothing by itself, and line 1, which sends sound."""

    def __init__(self, tokens: int = 100_000) -> None:
        model = resolve_model("qwen3.5-livetranslate-flash-realtime")
        assert model is not None
        self.said: list[str] = []
        self.orders: list[Order] = []
        self.told: list[tuple[int, Picture]] = []
        self.at = 0
        self.upto = 0
        self.camera_feed = CameraFeed(
            model, tokens, self._made, lambda line, picture: self.told.append((line, picture))
        )
        self.camera_feed.set_valve(is_open=True)
        self.camera_feed.hear(speaking=True)

    def _made(self, taken: Callable[[Picture | None], None]) -> "Desk":
        self.answer = taken
        return self

    # The camera.

    def start(self) -> None:
        self.said.append("start")

    def open(self) -> None:
        self.said.append("open")

    def close(self) -> None:
        self.said.append("close")

    def stop(self, limit_ms: int) -> None:
        self.said.append(f"stop {limit_ms}")

    def take(self, order: Order) -> None:
        self.orders.append(order)

    def forget(self) -> None:
        self.said.append("forget")

    @property
    def looking(self) -> bool:
        return "open" in self.said

    def takes(self, grey: bytes = DARK, size: int = 10_000) -> None:
        """The camera answers its latest order."""
        order = self.orders[-1]
        at = self.at if order.of is None else order.of.at
        self.answer(Picture(bytes(size), order.width, order.height, grey, order.sharp, at))

    # The line.

    def sound(self, line: int = 1) -> Picture | None:
        """40 ms of sound, and what goes out in the gap behind it; all is acknowledged at once."""
        self.at += 40
        self.camera_feed.sound_sent(line)
        self._hand(line, 1_800)
        picture = self.camera_feed.next(line, self.at)
        if picture is not None:
            self._hand(line, len(picture.jpeg) * 4 // 3)
        self.camera_feed.acked(line, self.at, self.upto)
        return picture

    def _hand(self, line: int, size: int) -> None:
        self.upto += size
        self.camera_feed.handed(line, self.at, self.upto, size)


def test_the_owners_orders_reach_the_camera() -> None:
    desk = Desk()
    desk.camera_feed.start()
    looking = [desk.camera_feed.looking]
    desk.camera_feed.open()
    looking.append(desk.camera_feed.looking)
    assert looking == [False, True]
    desk.camera_feed.close()
    desk.camera_feed.wipe()
    desk.camera_feed.stop(10)
    assert desk.said == ["start", "open", "close", "forget", "stop 10"]


def test_closed_eyes_order_nothing() -> None:
    desk = Desk()
    assert desk.sound() is None
    assert desk.orders == []


def test_one_is_ordered_when_it_could_go_out_and_goes_out_behind_the_next_sound() -> None:
    desk = Desk()
    desk.camera_feed.open()
    assert desk.sound() is None
    assert desk.sound() is None
    assert len(desk.orders) == 1, "one at a time"
    desk.takes()
    picture = desk.sound()
    assert picture is not None
    assert desk.told == [(1, picture)]
    assert desk.camera_feed.next(1, desk.at + 5_000) is None, "not behind a picture"
    sent_at = desk.at
    while len(desk.orders) < 2:
        desk.sound()
    assert 2_000 <= desk.at - sent_at <= 2_040


def test_a_camera_that_does_not_answer_is_asked_again_later() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.sound()
    while len(desk.orders) < 2:
        desk.sound()
    assert desk.at == 40 + HELD_UP_MS
    desk.answer(None)
    desk.sound()
    assert len(desk.orders) == 3


def test_the_same_scene_is_taken_and_not_sent() -> None:
    desk = Desk()
    desk.camera_feed.open()
    for grey, goes in ((DARK, True), (DARK, False), (BRIGHT, True)):
        count = len(desk.orders)
        while len(desk.orders) == count:
            desk.sound()
        desk.takes(grey)
        assert (desk.sound() is not None) is goes


def test_a_sharp_one_is_ordered_at_once_and_waits_for_the_words() -> None:
    desk = Desk()
    desk.camera_feed.hear(speaking=False)
    desk.camera_feed.take_sharp(0)
    assert (desk.orders[-1].width, desk.orders[-1].sharp) == (1_280, True)
    desk.takes()
    for _ in range(50):
        assert desk.sound() is None
    desk.camera_feed.hear(speaking=True)
    picture = desk.sound()
    assert picture is not None
    assert picture.sharp


def test_a_sharp_one_takes_the_place_of_one_that_is_being_taken() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.sound()
    usual = Picture(bytes(100), 640, 360, DARK, False, desk.at)
    desk.at += 10
    desk.camera_feed.take_sharp(desk.at)
    desk.answer(usual)
    assert desk.sound() is None, "it was taken before the key was pressed"
    desk.answer(Picture(bytes(100), 1_280, 720, DARK, True, desk.at))
    picture = desk.sound()
    assert picture is not None
    assert picture.sharp


def test_what_costs_too_much_is_not_taken() -> None:
    desk = Desk(tokens=449)
    desk.camera_feed.take_sharp(0)
    assert desk.orders == []


def test_a_sharp_one_is_made_smaller_where_the_uplink_became_slower_while_it_waited() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.sound()
    desk.takes(size=13_000)
    desk.camera_feed.take_sharp(desk.at)
    assert desk.orders[-1].most_bytes == 74_616, "800 ms of 1 Mbit/s"
    desk.takes(size=74_000)
    desk.camera_feed.handed(1, desk.at, desk.upto + 20_000, 20_000)
    desk.at += 400  # 50,000 bytes a second
    desk.camera_feed.acked(1, desk.at, desk.upto + 20_000)
    desk.upto += 20_000
    assert desk.sound() is None
    smaller = desk.orders[-1]
    assert smaller.of is not None
    assert (smaller.sharp, smaller.most_bytes, len(smaller.of.jpeg)) == (True, 29_616, 74_000)
    desk.takes(size=29_000)
    picture = desk.sound()
    assert picture is not None
    assert (len(picture.jpeg), picture.sharp, picture.at) == (29_000, True, smaller.of.at)


def test_a_smaller_one_that_comes_too_late_is_thrown_away() -> None:
    desk = Desk()
    desk.camera_feed.take_sharp(0)
    desk.takes(size=74_700)
    assert desk.sound() is None
    assert desk.orders[-1].of is not None
    desk.camera_feed.take_sharp(desk.at)
    desk.answer(Picture(b"", 1_280, 720, DARK, True, 0))
    assert desk.sound() is None, "a newer one was asked for"


def test_a_sharp_one_waits_for_a_way_that_is_full() -> None:
    desk = Desk()
    desk.camera_feed.take_sharp(0)
    desk.takes(size=50_000)
    desk.camera_feed.sound_sent(1)
    desk.camera_feed.handed(1, 0, 1_800, 1_800)
    assert desk.camera_feed.next(1, 500) is None
    desk.upto = 1_800
    desk.camera_feed.acked(1, 600, 1_800)
    desk.at = 600
    assert desk.sound() is not None


def test_closing_keeps_the_sharp_one_and_drops_the_usual() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.sound()
    desk.takes()
    desk.camera_feed.close()
    assert desk.sound() is None
    desk.camera_feed.take_sharp(desk.at)
    desk.takes()
    desk.camera_feed.close()
    assert desk.sound() is not None


def test_a_usual_one_that_comes_after_closing_is_thrown_away() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.sound()
    desk.camera_feed.close()
    desk.takes()
    desk.camera_feed.open()
    assert desk.sound() is None


def test_what_is_wiped_never_goes_out_not_even_what_comes_later() -> None:
    desk = Desk()
    desk.camera_feed.take_sharp(0)
    early = Picture(b"early", 1_280, 720, DARK, True, 0)
    desk.camera_feed.wipe()
    desk.answer(early)
    assert desk.sound() is None
    desk.camera_feed.take_sharp(desk.at)
    desk.answer(early)
    assert desk.sound() is None, "it was taken before"
    desk.takes()
    desk.camera_feed.wipe()
    assert desk.sound() is None


def test_the_gates_close_it() -> None:
    closing: tuple[Callable[[CameraFeed], None], ...] = (
        lambda camera_feed: camera_feed.hear(speaking=False),
        lambda camera_feed: camera_feed.set_valve(is_open=False),
    )
    for shut in closing:
        desk = Desk()
        desk.camera_feed.open()
        desk.sound()
        desk.takes()
        shut(desk.camera_feed)
        assert desk.sound() is None
    emptying: tuple[Callable[[CameraFeed], None], ...] = (
        lambda camera_feed: camera_feed.cut(1),
        lambda camera_feed: camera_feed.other_sent(1),
    )
    for shut in emptying:
        desk = Desk()
        desk.camera_feed.open()
        desk.sound()
        desk.takes()
        shut(desk.camera_feed)
        assert desk.camera_feed.next(1, desk.at) is None
        assert desk.sound() is not None, "fresh sound opens it again"


def test_while_nothing_is_acknowledged_nothing_more_goes_out() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.sound()
    desk.takes()
    desk.at += 40
    desk.camera_feed.sound_sent(1)
    desk.camera_feed.handed(1, desk.at, desk.upto + 1_800, 1_800)
    assert desk.camera_feed.next(1, desk.at) is not None
    desk.camera_feed.handed(1, desk.at, desk.upto + 20_000, 18_200)
    for _ in range(100):
        desk.at += 40
        desk.camera_feed.sound_sent(1)
        assert desk.camera_feed.next(1, desk.at) is None
        desk.camera_feed.acked(1, desk.at, desk.upto + 19_999)
    assert len(desk.orders) == 1
    desk.camera_feed.acked(1, desk.at, desk.upto + 20_000)
    desk.upto += 20_000
    while len(desk.orders) == 1:
        desk.sound()


def test_a_way_that_is_full_gets_no_picture() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.camera_feed.handed(1, 0, 1_800, 1_800)
    desk.camera_feed.sound_sent(1)
    assert desk.camera_feed.next(1, 500) is None
    assert desk.orders == []


def test_a_lost_line_frees_its_picture() -> None:
    desk = Desk()
    desk.camera_feed.open()
    desk.sound()
    desk.takes()
    desk.camera_feed.sound_sent(1)
    assert desk.camera_feed.next(1, desk.at) is not None
    desk.camera_feed.lost(1, desk.at)
    while len(desk.orders) == 1:
        desk.sound(2)
    desk.takes()
    assert desk.sound(2) is not None, "the next line has not seen it"
    assert [line for line, _ in desk.told] == [1, 2]
