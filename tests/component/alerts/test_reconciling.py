"""Once a minute the ledger is held against the alerts: what was lost on the way is made good."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from services.alerts.domain.alert import Reason, State
from services.alerts.domain.promise import End, Resolution, Word
from services.alerts.errors import LedgerUnreachable
from services.alerts.reconciling import reconcile
from tests.alerting import (
    a_finding,
    a_promise,
    breached,
    disputed,
    ended,
    found,
    key,
    returned,
    warned,
)
from tests.component.alerts.harness import InMemoryAlerts


def test_a_lost_verdict_is_made_good_once(alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(breached(3))
    alerts.reconcile()
    alerts.reconcile()
    alerts.hear(breached(3))
    assert alerts.got() == [Reason.RECONCILED]
    assert alerts.alert().condition == "breached"


def test_a_lost_end_is_made_good(alerts: InMemoryAlerts) -> None:
    alerts.hear(breached(3))
    alerts.ledger.say(ended(Resolution.KEPT_LATE, 4))
    alerts.reconcile()
    alerts.reconcile()
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.RESOLVED]
    assert alerts.alert().end is not None


def test_what_the_ledger_no_longer_announces_is_over(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(2))
    alerts.ledger.say(ended(Resolution.NO_LONGER_ANNOUNCED, 3))
    alerts.reconcile()
    assert alerts.alert().state is State.RESOLVED


def test_a_ledger_that_lags_behind_a_verdict_changes_nothing(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(2), breached(3))
    alerts.ledger.say(ended(Resolution.NO_LONGER_ANNOUNCED, 2))
    alerts.reconcile()
    alerts.ledger.say(warned(2))
    alerts.reconcile()
    assert alerts.alert().condition == "breached"
    assert alerts.got() == [Reason.FIRST_NOTICE, Reason.WORSENED]


def test_a_promise_that_the_ledger_does_not_know_keeps_its_alert(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(2))
    alerts.reconcile()
    assert alerts.alert().state is State.OPEN


def test_what_was_announced_while_the_list_was_read_is_not_resolved(
    alerts: InMemoryAlerts,
) -> None:
    alerts.hear(warned(2))
    asked = alerts.ledger.announced
    alerts.ledger.announced = lambda: iter(())  # type: ignore[method-assign]
    alerts.ledger.say(warned(2))
    alerts.reconcile()
    alerts.ledger.announced = asked  # type: ignore[method-assign]
    assert alerts.alert().state is State.OPEN


def test_a_verdict_that_was_only_on_its_way_is_not_corrected(alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(warned(2))
    done = reconcile(alerts.desk, alerts.ledger, alerts.clock.now(), lambda: alerts.hear(warned(2)))
    assert (done.corrected, done.resolved) == (0, 0)
    assert alerts.got() == [Reason.FIRST_NOTICE]


def test_a_moved_due_date_is_one_alert_more_and_one_less(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(2))
    moved = a_promise(due_by="18:00")
    alerts.ledger.say(warned(4, moved))
    alerts.reconcile()
    assert set(alerts.got()) == {Reason.FIRST_NOTICE, Reason.RESOLVED, Reason.RECONCILED}
    assert alerts.alert().state is State.RESOLVED
    assert alerts.alert(key(moved)).state is State.OPEN


def test_a_ledger_that_does_not_answer_is_said_and_changes_nothing(alerts: InMemoryAlerts) -> None:
    alerts.hear(warned(2))
    alerts.ledger.reachable = False
    with pytest.raises(LedgerUnreachable):
        alerts.reconcile()
    assert alerts.alert().state is State.OPEN


def test_a_lost_finding_is_made_good_once(alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(found(1))
    alerts.reconcile()
    alerts.reconcile()
    alerts.hear(found(1))
    assert alerts.got() == [Reason.RECONCILED]


def test_a_finding_that_the_ledger_has_forgotten_is_over(alerts: InMemoryAlerts) -> None:
    alerts.hear(found(1))
    alerts.reconcile()
    assert alerts.alert(key(a_finding())).end == End(
        Resolution.NO_LONGER_ANNOUNCED, alerts.clock.now()
    )


def test_a_finding_that_comes_while_the_list_is_read_is_not_taken_for_over(
    alerts: InMemoryAlerts,
) -> None:
    def without_it() -> Iterator[Sequence[Word]]:
        alerts.hear(found(1))
        yield from ()

    alerts.ledger.announced = without_it  # type: ignore[method-assign]
    alerts.reconcile()
    assert alerts.alert(key(a_finding())).state is State.OPEN


@pytest.mark.parametrize("word", [returned(2), disputed(2), found(1, a_finding("bounced"))])
def test_whatever_is_announced_is_made_good(alerts: InMemoryAlerts, word: Word) -> None:
    alerts.ledger.say(word)
    alerts.reconcile()
    assert alerts.alert(key(word.promise)).condition is word.says


def test_a_historic_breach_stays_unannounced(alerts: InMemoryAlerts) -> None:
    alerts.hear(replace(breached(3), historic=True))
    alerts.ledger.say(breached(3))
    alerts.reconcile()
    assert alerts.got() == []
