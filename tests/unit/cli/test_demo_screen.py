"""What a demonstration prints: whole alerts, few at a time, and a summary that can be read."""

from io import StringIO

import pytest
from handoff.v1 import alerts_pb2
from rich.console import Console

from services.alerts.domain.promise import Condition
from services.cli.demo_screen import WAITING_LIMIT, Screen
from services.cli.demo_summary import Early, Fate, Summary
from services.shared.clock import to_instant
from tests.builders import at

DAY = 86_400_000_000
URL = "http://127.0.0.1:7207/subjects/order/4711"


class Printed(Screen):
    """A screen on paper."""

    def __init__(self, **how: bool) -> None:
        self.paper = StringIO()
        super().__init__(Console(file=self.paper, width=100, highlight=False, **how))  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        return self.paper.getvalue()

    @property
    def words(self) -> str:
        """Without line ends: an alert is broken into lines as the width has it."""
        return " ".join(self.text.split())


def an_alert(**changes: str) -> alerts_pb2.Alert:
    fields = {
        "key": "al-1",
        "condition": "at_risk",
        "reason": "first_notice",
        "summary": "At risk: finance owes sales “payment approved” for order 4711, due soon.",
        "next_step": "Approve or decline the payment.",
        "url": URL,
    }
    alert = alerts_pb2.Alert(**(fields | changes))  # type: ignore[arg-type]
    alert.notified_at.FromMicroseconds(to_instant(at("10:40")))
    return alert


def test_an_alert_says_what_it_is_when_why_who_owes_what_next_and_where() -> None:
    screen = Printed()
    screen.alerts([an_alert()], 1)
    for part in ("▲ at risk", "Mon 2 Nov 10:40", "first notice", "Approve or decline", URL):
        assert part in screen.text
    assert "finance owes sales “payment approved” for order 4711, due soon." in screen.text
    assert "At risk:" not in screen.text
    assert screen.shown == 1


@pytest.mark.parametrize("condition", Condition)
def test_whatever_an_alert_is_for_has_a_look(condition: Condition) -> None:
    screen = Printed()
    screen.alerts([an_alert(condition=condition)], 1)
    assert "Approve or decline" in screen.text


def test_an_alert_that_is_over_says_how_it_ended_and_asks_for_nothing() -> None:
    screen = Printed()
    over = an_alert(
        summary="Over: finance owes sales it. It was kept, too late.",
        resolution="kept_late",
        next_step="",
        condition="breached",
    )
    screen.alerts([over], 1)
    assert "✖ broken" in screen.text
    assert "kept late" in screen.text
    assert "Over: finance owes sales it. It was kept, too late." in screen.text
    assert "Next:" not in screen.text


def test_many_alerts_wait_for_each_other_and_no_more_than_can_be_read() -> None:
    screen = Printed()
    screen.alerts([an_alert(url=f"{URL}{n}") for n in range(WAITING_LIMIT + 1)], 1)
    assert (screen.shown, "more at risk" in screen.text) == (1, False)
    screen.alerts([an_alert(), an_alert(), an_alert(condition="breached")], 1)
    assert "and 2 more at risk, on the console." in screen.words
    assert screen.shown == 4
    screen.flush()
    assert screen.shown == WAITING_LIMIT + 4
    assert "✖ broken" in screen.text


def test_the_summary_counts_promises_and_says_how_early_what_was_found() -> None:
    screen = Printed()
    fates = {Fate.KEPT: 331, Fate.AT_RISK: 9, Fate.BREACHED: 28}
    found = Summary(fates, 17, Early(41, 38, 2 * DAY), Early(20, 0, None))
    screen.summary("a week in 60 seconds", found, 812)
    for part in (
        "368 promises, from 812 events",
        "331 kept",
        "9 at risk",
        "28 breached",
        "17 of them kept later",
        "38 of 41 at risk or broken a median of 2 days ahead",
        "0 of 20 broken",
    ):
        assert part in screen.words
    assert "cancelled" not in screen.words


def test_a_summary_of_nothing_is_one_of_zeros() -> None:
    screen = Printed()
    screen.summary("nothing", Summary({}, 0, Early(0, 0, None), Early(0, 0, None)), 0)
    assert "0 kept 0 at risk 0 breached" in screen.words


def test_no_colour_is_printed_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Printed(force_terminal=True)
    screen.alerts([an_alert()], 1)
    assert "\x1b[33" not in screen.text
    assert "\x1b[1;33" not in screen.text
