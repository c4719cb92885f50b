"""``protocol/bill.py``: an estimate at the published rates, until the service counts."""

from appliance.protocol.bill import Bill
from appliance.protocol.voices import MODELS

NEWER, OLDER = MODELS.values()


def test_sound_both_ways_and_pictures() -> None:
    bill = Bill(NEWER)
    assert bill.tokens == 0
    bill.sent(4_700)
    bill.heard(195_840)
    bill.pictured(1_280, 720)
    assert bill.tokens == 35 + 51 + 450


def test_the_older_model_has_its_own_rates() -> None:
    bill = Bill(OLDER)
    bill.sent(800)
    bill.pictured(280, 280)
    assert bill.tokens == 10 + 50


def test_the_services_count_begins_it_anew() -> None:
    bill = Bill(NEWER)
    bill.sent(4_700)
    bill.heard(3_840)
    bill.pictured(32, 32)
    bill.counted()
    assert bill.tokens == 0
    bill.sent(4_000)  # a figure that went backwards is none
    assert bill.tokens == 0
    bill.sent(5_700)
    assert bill.tokens == 7
