"""`handoff tail` as it is typed: what came last, what comes, and how it ends."""

import json

import pytest
from handoff.v1 import alerts_pb2

from services.cli.tail import SHOWN_FIRST, news
from tests.alerting import a_promise, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.typed import Run


def an_alert(key: str, revision: int = 1, told_at: int = 0) -> alerts_pb2.Alert:
    alert = alerts_pb2.Alert(key=key, revision=revision)
    alert.notified_at.FromMicroseconds(told_at)
    return alert


def over(key: str) -> alerts_pb2.Alert:
    return alerts_pb2.Alert(key=key, state=alerts_pb2.ALERT_STATE_RESOLVED)


def keys(*looks: list[alerts_pb2.Alert]) -> list[str]:
    return [each.key for each in news(looks, over)]


def test_the_last_few_come_first_the_newest_at_the_end() -> None:
    standing = [an_alert(f"a{number:02}", told_at=number) for number in range(SHOWN_FIRST + 1)]
    assert keys(standing) == [f"a{number:02}" for number in range(1, SHOWN_FIRST + 1)]


def test_only_what_is_new_or_has_changed_is_news() -> None:
    first = [an_alert("a"), an_alert("b")]
    assert keys(first, first) == ["a", "b"]
    assert keys(first, [an_alert("a"), an_alert("b", 2), an_alert("c")])[2:] == ["b", "c"]


def test_what_is_no_longer_listed_is_told_once_as_it_ended() -> None:
    told = list(news([[an_alert("a")], [], []], over))
    assert [each.key for each in told] == ["a", "a"]
    assert told[-1].state == alerts_pb2.ALERT_STATE_RESOLVED


def test_alerts_are_shown_as_they_come_and_end_until_ctrl_c(
    run: Run, alerts: InMemoryAlerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_promise("9")
    words = iter([breached(3, other), ended(revision=4, promise=other)])

    def pass_time(_seconds: float) -> None:
        if (word := next(words, None)) is None:
            raise KeyboardInterrupt
        alerts.hear(word)

    monkeypatch.setattr("services.cli.tail.time.sleep", pass_time)
    alerts.hear(warned())
    done = run("tail", "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [(each["key"], each["state"]) for each in lines] == [
        (key(), "open"),
        (key(other), "open"),
        (key(other), "resolved"),
    ]
    assert done.code == 0


def test_a_line_says_when_what_and_how_it_stands(
    run: Run, alerts: InMemoryAlerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ctrl_c(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("services.cli.tail.time.sleep", ctrl_c)
    alerts.hear(warned(), breached(3, a_promise("2")))
    (line,) = run("tail", "--subject", "order/2").out.splitlines()
    assert line.startswith("2026-11-02 15:25 UTC  open ")
    assert "operations owes sales “parcel handed over” for order 2" in line
