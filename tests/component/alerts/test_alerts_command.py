"""`handoff alerts` as it is typed: what it prints, and what it ends with."""

from datetime import UTC, datetime, timedelta

import pytest

from services.shared.clock import to_instant
from tests.alerting import a_promise, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.typed import Done, Run


@pytest.fixture
def run(run: Run) -> Run:
    """`handoff alerts` with these arguments."""
    return lambda *arguments: run("alerts", *arguments)


@pytest.fixture(autouse=True)
def today(alerts: InMemoryAlerts) -> datetime:
    """The command counts `--for` from the wall's now."""
    now = datetime.now(UTC)
    alerts.clock.set(to_instant(now))
    return now


def test_nothing_to_do_is_said(run: Run) -> None:
    assert run("list") == Done(0, "Nothing needs anybody.\n", "")


def test_a_list_says_what_is_owed_and_what_to_do(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(breached())
    done = run("list")
    words = " ".join(done.out.split())
    assert done.code == 0
    assert key() in words
    assert "Ask the shift lead to pull the order forward." in words


def test_a_list_as_json(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(breached(), warned(2, a_promise("2", owed_by="finance")))
    found = run("list", "--owed-by", "finance", "--json").json()
    assert [(alert["order"], alert["state"], alert["revision"]) for alert in found] == [
        ("2", "open", 1)
    ]


def test_what_is_over_is_listed_apart(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(), ended())
    assert run("list", "--json").json() == []
    assert [alert["resolution"] for alert in run("list", "--resolved", "--json").json()] == ["kept"]


def test_an_acknowledgement_says_who_has_it(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    assert run("ack", key(), "--as", "ann").out == f"{key()} is in the hands of ann.\n"
    assert run("ack", key(), "--as", "bob", "--json").json()["acknowledged_by"] == "ann"


def test_a_snooze_for_a_while(run: Run, alerts: InMemoryAlerts, today: datetime) -> None:
    alerts.hear(warned())
    done = run("snooze", key(), "--for", "90m", "--as", "ann", "--json")
    until = datetime.fromisoformat(done.json()["snoozed_until"])
    assert timedelta(minutes=90) <= until - today < timedelta(minutes=92)


def test_a_snooze_until_a_moment(run: Run, alerts: InMemoryAlerts, today: datetime) -> None:
    alerts.hear(warned())
    until = (today + timedelta(days=1)).replace(microsecond=0)
    done = run("snooze", key(), "--until", until.isoformat(), "--as", "ann")
    assert done.out == f"{key()} is snoozed until {until:%Y-%m-%d %H:%M} UTC.\n"


def test_a_release_names_its_event(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(breached())
    promise = a_promise().promise_id
    done = run("release", promise, "--reason", "gone", "--as", "ann", "--json")
    assert done.json() == {"promise_id": promise, "event_id": "00" * 16}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("ack", "al-none", "--as", "ann"), 1, "No alert has the key"),
        (("ack", "al-none", "--as", ""), 2, "actor is empty"),
        (("ack",), 2, "Missing argument"),
        (("snooze", "al-none", "--as", "ann"), 2, "either --until MOMENT or --for DURATION"),
        (("snooze", "k", "--for", "2h", "--until", "2026-11-02", "--as", "a"), 2, "either --until"),
        (("snooze", "k", "--for", "2w", "--as", "ann"), 2, "is not a duration"),
        (("snooze", "k", "--until", "soon", "--as", "ann"), 2, "is not a moment"),
        (("snooze", "k", "--until", "2020-01-01", "--as", "ann"), 2, "after now"),
        (("release", "p", "--as", "ann"), 2, "--reason"),
        (("release", "p", "--reason", "gone", "--as", "ann"), 1, "The ledger has no promise"),
        (("forget",), 2, "No such command"),
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
    done = run("list")
    assert done.code == 1
    assert "127.0.0.1:1 does not answer" in done.err
