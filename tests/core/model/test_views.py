"""``core/model/views.py``: views can be compared, so that only a changed one is drawn.

Responsible for: equality and the shipped defaults. Must not: choose a view (``test_screen.py``).
"""

from appliance.core.model.views import BlankView, Link, NoticeView, Sentence, Status, SubtitlesView, View

STATUS = Status("EN→ES", Link.ON_AIR)


def test_equal_views_are_one() -> None:
    one, other = (SubtitlesView(STATUS, "es", (Sentence("Hola."),)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != SubtitlesView(STATUS, "es", (Sentence("Hola.", tail=" y"),))


def test_kinds_of_views_differ() -> None:
    views: list[View] = [BlankView(), BlankView(), NoticeView(STATUS, "Ready", "speak now")]
    assert len(set(views)) == 2


def test_a_plain_status_claims_nothing() -> None:
    assert (STATUS.listening, STATUS.camera, STATUS.private, STATUS.muted, STATUS.volume) == (
        False,
        False,
        False,
        False,
        None,
    )
