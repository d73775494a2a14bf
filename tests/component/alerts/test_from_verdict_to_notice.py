"""Verdicts in, notices out: every verdict comes twice here, and nobody hears anything twice."""

import pytest
from handoff.v1 import tracker_pb2

from services.alerts.actions import acknowledge_alert, snooze_alert
from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Resolution
from services.alerts.domain.requests import Acknowledge, SnoozeUntil
from services.shared.errors import RefusalCode, Refused
from services.shared.telemetry import ATTRIBUTES, trace_headers
from tests.alerting import a_promise, at, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts, verdict


def test_a_promise_warned_broken_and_kept_late_is_told_three_times(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(2))
    alerts.clock.set(at("16:00:02"))
    alerts.hear(breached(3))
    alerts.clock.set(at("17:30"))
    alerts.hear(ended(Resolution.KEPT_LATE, 4))
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.WORSENED, Reason.RESOLVED]
    assert {notice.alert.key for notice in alerts.channel.got} == {key()}
    assert [notice.alert.revision for notice in alerts.channel.got] == [1, 2, 3]


def test_the_whole_topic_read_again_tells_nobody_anything(alerts: InMemoryAlerts) -> None:
    words = (warned(2), breached(3), ended(Resolution.WITHDRAWN, 4), breached(5))
    alerts.hear(*words)
    told = alerts.got()
    alerts.hear(*words)
    assert alerts.got() == told


def test_an_alert_is_dated_by_the_clock_that_promises_live_in(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    assert alerts.alert().opened_at == at("15:25")


def test_poison_is_a_dead_letter_and_the_next_verdict_is_heard(alerts: InMemoryAlerts) -> None:
    alerts.receive(b"\xff\xff not a verdict")
    alerts.receive(b"")
    alerts.hear(warned())
    assert alerts.dead_letters() == ["undecodable", "incomplete"]
    assert alerts.got() == [Reason.FIRST_NOTICE]


def test_a_verdict_without_a_due_date_is_a_dead_letter(alerts: InMemoryAlerts) -> None:
    incomplete = tracker_pb2.Verdict.FromString(verdict(warned()))
    incomplete.ClearField("due_by")
    alerts.receive(incomplete.SerializeToString())
    assert alerts.dead_letters() == ["incomplete"]


def test_a_moment_that_no_calendar_has_is_a_dead_letter(alerts: InMemoryAlerts) -> None:
    impossible = tracker_pb2.Verdict.FromString(verdict(warned()))
    impossible.due_by.seconds = 10**15
    alerts.receive(impossible.SerializeToString())
    assert alerts.dead_letters() == ["undecodable"]


@pytest.mark.parametrize(
    "kind", [tracker_pb2.VERDICT_KIND_OPENED, tracker_pb2.VERDICT_KIND_ACKNOWLEDGED, 99]
)
def test_a_kind_that_no_alert_hangs_on_is_passed_over(alerts: InMemoryAlerts, kind: int) -> None:
    other = tracker_pb2.Verdict.FromString(verdict(warned()))
    other.kind = kind  # type: ignore[assignment]  # a newer tracker's
    alerts.receive(other.SerializeToString())
    assert (alerts.dead_letters(), alerts.heard) == ([], [])


def test_acknowledged_twice_it_is_in_the_first_ones_hands(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    acknowledge_alert(Acknowledge(key(), "ann", "on it"), alerts.desk, at("15:26"))
    acknowledge_alert(Acknowledge(key(), "bob"), alerts.desk, at("15:27"))
    acknowledgement = alerts.alert().acknowledgement
    assert acknowledgement is not None
    assert (acknowledgement.actor, acknowledgement.at) == ("ann", at("15:26"))


def test_an_unknown_key_is_not_found_and_says_where_keys_are(alerts: InMemoryAlerts) -> None:
    with pytest.raises(Refused, match="handoff inbox") as refused:
        acknowledge_alert(Acknowledge("al-none", "ann"), alerts.desk, at("15:26"))
    assert refused.value.code is RefusalCode.NOT_FOUND


def test_a_snooze_is_silent_until_its_moment_and_then_told_once(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    until = SnoozeUntil(key(), "ann", at("15:45"))
    snooze_alert(until, alerts.desk, alerts.clock.now())
    alerts.clock.set(at("15:44:59"))
    assert alerts.wake() == 0
    alerts.clock.set(at("15:45"))
    assert alerts.wake() == 1
    assert alerts.wake() == 0
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.SNOOZE_ENDED]


def test_what_is_kept_while_snoozed_is_not_told_as_open_again(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    snooze_alert(SnoozeUntil(key(), "ann", at("15:45")), alerts.desk, alerts.clock.now())
    alerts.hear(ended())
    alerts.clock.set(at("16:00"))
    assert alerts.wake() == 0
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.RESOLVED]


def test_traces_link_the_verdict_to_the_notice(alerts: InMemoryAlerts) -> None:
    with alerts.telemetry.span("verdict warned"):
        produced = trace_headers()
    alerts.receive(verdict(warned()), produced)
    alerts.deliver()
    spans = {span.name: span for span in alerts.spans.get_finished_spans()}
    producer, process, notify = (
        spans[name] for name in ("verdict warned", "process handoff.verdicts.v1", "notify memory")
    )
    assert [link.context.span_id for link in process.links] == [producer.context.span_id]
    assert [link.context.span_id for link in notify.links] == [process.context.span_id]
    assert process.context.trace_id != producer.context.trace_id
    assert process.attributes is not None
    assert process.attributes["handoff.reason"] == "first_notice"
    for span in spans.values():
        assert set(span.attributes or {}) <= ATTRIBUTES


def test_orders_do_not_mix(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(2, a_promise("1")), breached(3, a_promise("2")), ended(revision=4))
    assert [alerts.alert(key(a_promise(order))).condition for order in ("1", "2")] == [
        "at_risk",
        "breached",
    ]
