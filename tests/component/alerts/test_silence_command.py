"""`handoff silence` as it is typed: what it prints, and what it ends with."""

from datetime import UTC, datetime

import pytest

from services.alerts.domain.alert import State
from services.shared.clock import to_instant
from tests.alerting import warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.typed import Run

ADD = ("add", "owed_by=operations", "--reason", "stocktaking", "--as", "ann")


@pytest.fixture
def silence(run: Run, alerts: InMemoryAlerts) -> Run:
    alerts.clock.set(to_instant(datetime.now(UTC)))
    return lambda *arguments: run("silence", *arguments)


def test_what_is_silenced_is_listed_until_it_is_ended(silence: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    added = silence(*ADD, "condition=at_risk", "condition=breached", "--for", "4h", "--json")
    kept = added.json()
    assert (added.code, kept["owed_by"], kept["actor"]) == (0, ["operations"], "ann")
    assert alerts.alert().state is State.SNOOZED
    listed = silence("list")
    assert listed.out.startswith(f"{kept['id']}  ")
    assert "owed_by=operations condition=at_risk condition=breached  (ann: stock" in listed.out
    assert silence("list", "--json").json() == [kept]
    assert silence("end", kept["id"]).out == f"{kept['id']} has ended.\n"
    assert alerts.alert().state is State.OPEN
    assert silence("list").out == "Nothing is silenced.\n"


def test_one_may_begin_later(silence: Run, alerts: InMemoryAlerts) -> None:
    alerts.hear(warned())
    added = silence(*ADD, "--from", "2126-01-01T00:00Z", "--until", "2126-01-01T04:00Z")
    assert (added.code, "starts_at is more than 30 days ahead" in added.err) == (2, True)
    assert alerts.alert().state is State.OPEN


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "--reason", "x", "--for", "4h"), "Missing argument"),
        (("add", "finance", "--reason", "x", "--for", "4h"), "'finance' is not NAME=VALUE"),
        (("add", "party=finance", "--reason", "x", "--for", "4h"), "with a name of owed_by"),
        (("add", "owed_by=", "--reason", "x", "--for", "4h"), "'owed_by=' is not NAME=VALUE"),
        ((*ADD,), "Give either --until TIME or --for DURATION"),
        ((*ADD, "--for", "4h", "--from", "noon"), "'noon' is no time"),
        ((*ADD, "condition=late", "--for", "4h"), "conditions has 'late'"),
        ((*ADD, "--for", "31d"), "ends_at is more than 30 days after"),
    ],
)
def test_a_mistake_is_named_and_ends_with_2(
    silence: Run, arguments: tuple[str, ...], says: str
) -> None:
    done = silence(*arguments)
    assert done.code == 2
    assert says in done.said


def test_what_is_not_there_cannot_be_ended(silence: Run) -> None:
    done = silence("end", "si-nothing")
    assert (done.code, "No silence 'si-nothing' holds" in done.err) == (1, True)
