"""What people are told of a pause: once that it began, once that it is over."""

from services.tracker.core.agreements import PauseRule
from services.tracker.core.durations import WallTime
from services.tracker.core.verdicts import Kind
from tests.promising import HOUR, Desk, a_retraction, an_agreement, an_event, kinds, silent

KEY = (("shortage_id", "1"),)
MISSING, ARRIVED = "operations.StockMissing", "operations.StockArrived"
PAUSABLE = an_agreement(pauses=(PauseRule(MISSING, ARRIVED, "supplier", WallTime(HOUR)),))


def test_a_pause_that_is_over_is_not_told_again_while_the_watermark_lies_behind() -> None:
    desk = Desk(PAUSABLE)
    desk.hear(an_event(), an_event(MISSING, "09:30", key=KEY))
    assert kinds(desk.hear(an_event(ARRIVED, "10:31", key=KEY))) == ["resumed"]
    assert kinds(desk.pass_time("12:03", silent("12:03", operations="10:15"))) == ["unknown"]


def test_a_pause_whose_end_was_taken_back_is_told_under_another_id() -> None:
    desk = Desk(PAUSABLE)
    arrived = an_event(ARRIVED, "09:40", key=KEY)
    desk.hear(an_event(), an_event(MISSING, "09:30", key=KEY), arrived)
    desk.hear(a_retraction(arrived, "09:50"), an_event(ARRIVED, "09:55", key=KEY))
    told = [each for each in desk.told if each.kind in {Kind.PAUSED, Kind.RESUMED}]
    assert kinds(told) == ["paused", "resumed", "paused", "resumed"]
    assert len({each.id for each in told}) == 4
