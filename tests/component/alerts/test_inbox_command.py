"""`handoff inbox` and `handoff show` as they are typed: what they print, and what they end with."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import grpc
import pytest
from handoff.v1 import tracker_pb2
from handoff.v1.tracker_pb2_grpc import (
    TrackerServiceServicer,
    add_TrackerServiceServicer_to_server,
)

from services.alerts import answering
from services.alerts.actions import acknowledge_alert
from services.alerts.domain.answers import Cause
from services.alerts.domain.requests import Acknowledge, Asked
from services.shared.clock import SECOND, to_instant
from services.shared.codec import stamp
from tests.alerting import a_finding, a_promise, at, breached, ended, found, key, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.typed import Done, Run

NOW = to_instant(datetime.now(UTC))


@pytest.fixture(autouse=True)
def today(alerts: InMemoryAlerts) -> None:
    """The command counts from the wall's now."""
    alerts.clock.set(NOW)


def asked(words: str = "") -> Asked:
    return Asked(key(), "ann", words, f"k {words}")


def test_nothing_to_do_is_said(run: Run) -> None:
    assert run("inbox") == Done(0, "Nothing needs anybody.\n", "")
    assert run("inbox", "--over", "closed") == Done(0, "Nothing is closed.\n", "")


def test_a_list_says_what_is_owed_and_what_to_do(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    done = run("inbox")
    words = " ".join(done.out.split())
    assert done.code == 0
    assert key() in words
    assert "at risk, open" in words
    assert "2026-11-03 00:00 UTC" in words
    assert "Ask the shift lead to pull the order forward." in words


def test_a_broken_promise_among_them_ends_it_with_1(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(), breached(3, a_promise("2")))
    assert run("inbox").code == 1
    assert run("inbox", "--state", "at_risk").code == 0
    alerts.hear(ended(revision=4, promise=a_promise("2")))
    assert run("inbox").code == 0
    assert run("inbox", "--over", "resolved").code == 0


def test_the_most_urgent_is_on_top(run: Run, alerts: InMemoryAlerts) -> None:
    late, soon = at("00:00", days=9), at("00:00", days=1)
    alerts.hear(warned(2, a_promise("late", customer_visible_by=late)))
    alerts.hear(warned(2, a_promise("soon", customer_visible_by=soon)))
    assert [alert["order"] for alert in run("inbox", "--json").json()] == ["soon", "late"]


@pytest.fixture
def four(alerts: InMemoryAlerts) -> InMemoryAlerts:
    """1 and 2 of operations, at risk and broken; 3 of finance in hand; a finding for order 4711."""
    alerts.hear(warned(2, a_promise("1")), breached(3, a_promise("2", due_by=NOW + 600 * SECOND)))
    alerts.hear(warned(2, a_promise("3", owed_by="finance", owed_to="support")), found())
    of = key(a_promise("3"))
    acknowledge_alert(Acknowledge(of, "ann"), alerts.desk, NOW)
    answering.assign_alert(Asked(of, "ann", "", "k"), alerts.desk, NOW, "bob")
    return alerts


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("options", "orders"),
    [
        ((), {"1", "2", "3", "4711"}),
        (("--owed-by", "operations"), {"1", "2"}),
        (("--owed-by", "operations", "--owed-by", "finance"), {"1", "2", "3", "4711"}),
        (("--owed-to", "support"), {"3"}),
        (("--state", "at_risk"), {"1", "3"}),
        (("--state", "at_risk", "--state", "found"), {"1", "3", "4711"}),
        (("--owed-by", "operations", "--state", "breached"), {"2"}),
        (("--subject", "order/3"), {"3"}),
        (("--assignee", "bob"), {"3"}),
        (("--unassigned",), {"1", "2", "4711"}),
        (("--unacknowledged",), {"1", "2", "4711"}),
    ],
)
def test_a_list_can_be_narrowed(run: Run, options: tuple[str, ...], orders: set[str]) -> None:
    found = run("inbox", *options, "--json").json()
    assert {alert["order"] for alert in found} == orders


def test_what_is_due_or_seen_by_a_customer_soon(run: Run, alerts: InMemoryAlerts) -> None:
    now = to_instant(datetime.now(UTC))
    for order, minutes, visible in (("due", 14, None), ("later", 20, None), ("seen", 60, 14)):
        seen = None if visible is None else now + visible * 60 * SECOND
        due = now + minutes * 60 * SECOND
        alerts.hear(warned(2, a_promise(order, due_by=due, customer_visible_by=seen)))
    alerts.hear(found(1, a_finding()))
    found_ = run("inbox", "--within", "15m", "--json").json()
    assert {alert["order"] for alert in found_} == {"due", "seen"}


def test_what_is_over_is_listed_apart(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(breached(), warned(2, a_promise("2")), ended(promise=a_promise("2")))
    answering.close_alert(asked(), alerts.desk, NOW, Cause.SYSTEM)
    assert run("inbox", "--json") == Done(0, "[]\n", "")
    (closed,) = run("inbox", "--over", "closed", "--json").json()
    assert (closed["state"], closed["cause"]) == ("closed", "system")
    (resolved,) = run("inbox", "--over", "resolved", "--json").json()
    assert resolved["resolution"] == "kept"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("inbox", "--state", "late"), 2, "'late' is not one of 'at_risk'"),
        (("inbox", "--within", "soon"), 2, "'soon' is no duration"),
        (("show",), 2, "Missing argument"),
        (("show", "al-none"), 1, "No alert has the key"),
        (("alerts", "list"), 2, "No such command"),
    ],
)
def test_what_is_wrong_is_said_and_tells_by_its_code(
    run: Run, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = run(*arguments)
    assert done.code == code
    assert says in done.said


def test_a_service_that_is_away_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ENDPOINTS__ALERTS__GRPC", "1")
    done = run("inbox")
    assert done.code == 1
    assert "The alerts service at 127.0.0.1:1 does not answer" in done.err


def test_all_of_one_alert_is_shown_with_its_notes(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(breached())
    answering.note_alert(asked("called them"), alerts.desk, at("15:30"))
    answering.ask_new_date(asked("when?"), alerts.desk, at("15:31"))
    answering.dispute_verdict(asked("it left"), alerts.desk, at("15:32"), "")
    answering.close_alert(asked(), alerts.desk, at("15:33"), Cause.KNOW_HOW)
    lines = run("show", key()).out.splitlines()
    assert lines[0] == f"{key()}  breached, closed"
    assert "  cause: know how" in lines
    assert "  closed by: ann" in lines
    assert "  disputed by: operations: it left" in lines
    assert "  told: memory" in lines
    assert "  asked for a new date: when? (ann, 2026-11-02 15:31 UTC)" in lines
    assert "  note: called them (ann, 2026-11-02 15:30 UTC)" in lines
    (note,) = run("show", key(), "--json").json()["notes"]
    assert note == {"actor": "ann", "at": "2026-11-02T15:30:00Z", "words": "called them"}


class OneOrder(TrackerServiceServicer):
    """A tracker that knows order 4711."""

    def GetSubject(
        self, request: tracker_pb2.GetSubjectRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.GetSubjectResponse:
        if request.subject != "order/4711":
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no subject {request.subject}.")
        promise = tracker_pb2.Promise(
            promise_id=a_promise().promise_id,
            agreement="ship-paid-order",
            owed_by="operations",
            owed_to="sales",
            state=tracker_pb2.PROMISE_STATE_AT_RISK,
            due_by=stamp(at("16:00")),
        )
        event = tracker_pb2.SubjectEvent(
            id=bytes(16), type="sales.OrderPlaced", party="sales", occurred_at=stamp(at("09:00"))
        )
        return tracker_pb2.GetSubjectResponse(
            subject="order/4711", promises=[promise], events=[event]
        )


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadPoolExecutor(1) as threads:
        server = grpc.server(threads)
        add_TrackerServiceServicer_to_server(OneOrder(), server)  # type: ignore[abstract]
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", str(port))
        yield
        server.stop(None).wait()


@pytest.mark.usefixtures("tracker")
def test_all_of_an_order_is_shown_its_promises_events_and_alerts(
    run: Run, alerts: InMemoryAlerts
) -> None:
    alerts.hear(warned(), found(1, a_finding()), warned(2, a_promise("2")))
    lines = run("show", "order/4711").out.splitlines()
    assert lines[:3] == [
        "order/4711",
        "  operations owes sales ship-paid-order, due 2026-11-02 16:00 UTC: at risk "
        " (order/4711~ship-paid-order)",
        "  2026-11-02 09:00 UTC  sales.OrderPlaced  (sales)",
    ]
    assert f"{key()}  at risk, open" in lines
    assert f"{key(a_finding())}  found, open" in lines
    told = run("show", "order/4711", "--json").json()
    assert {alert["key"] for alert in told["alerts"]} == {key(), key(a_finding())}
    assert told["events"][0]["id"] == "00" * 16
    done = run("show", "order/0")
    assert (done.code, "There is no subject order/0" in done.err) == (1, True)
