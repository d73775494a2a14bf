"""What a word or an action makes of a promise's alerts: the rules, without any machinery."""

from dataclasses import replace
from functools import reduce

import pytest

from services.alerts.domain.alert import (
    Alert,
    Decision,
    History,
    Reason,
    Snooze,
    State,
)
from services.alerts.domain.answers import Acknowledgement
from services.alerts.domain.decisions import decide, wake
from services.alerts.domain.people import acknowledge, snooze
from services.alerts.domain.promise import Resolution, Word
from services.shared.clock import SECOND
from services.shared.errors import Refused
from tests.alerting import (
    a_promise,
    at,
    breached,
    ended,
    in_ledger,
    key,
    unknown,
    warned,
)

NOW = at("15:25")


def after(*words: Word) -> Decision:
    first = Decision(History(), Reason.NOTHING_OPEN)
    return reduce(lambda before, word: decide(before.history, word, NOW), words, first)


def only_alert(decision: Decision) -> Alert:
    (alert,) = decision.history.alerts
    return alert


def test_a_warning_opens_an_alert_and_tells_of_it_once() -> None:
    told = after(warned())
    assert told.reason is Reason.FIRST_NOTICE
    assert only_alert(told).state is State.OPEN
    assert [notice.reason for notice in told.notices] == [Reason.FIRST_NOTICE]


def test_the_same_verdict_again_changes_nothing() -> None:
    once, twice = after(warned()), after(warned(), warned())
    assert twice.history == once.history
    assert (twice.reason, twice.notices) == (Reason.REPEATED, ())


def test_a_breach_after_a_warning_is_the_same_alert_and_told_again() -> None:
    told = after(warned(), breached())
    assert only_alert(told).key == only_alert(after(warned())).key
    assert only_alert(told).condition == "breached"
    assert told.reason is Reason.WORSENED
    assert len(told.notices) == 1


def test_a_verdict_of_a_lower_revision_is_ignored() -> None:
    told = after(breached(3), warned(2))
    assert (told.reason, told.notices) == (Reason.OLD, ())
    assert only_alert(told).condition == "breached"


def test_of_two_words_at_one_revision_the_graver_one_stays() -> None:
    assert only_alert(after(warned(3), breached(3))).condition == "breached"
    assert only_alert(after(breached(3), warned(3))).condition == "breached"


def test_another_due_date_is_another_alert_and_ends_the_one_before() -> None:
    moved = a_promise(due_by="18:00")
    told = after(warned(2), warned(3, moved))
    before, now = sorted(told.history.alerts, key=lambda alert: alert.promise.due_by)
    assert before.key != now.key
    assert before.end is not None
    assert before.end.resolution is Resolution.DATE_MOVED
    assert [notice.reason for notice in told.notices] == [Reason.RESOLVED, Reason.FIRST_NOTICE]


def test_evidence_ends_the_alert_and_says_why() -> None:
    told = after(warned(), ended())
    assert only_alert(told).state is State.RESOLVED
    assert told.notices[0].reason is Reason.RESOLVED
    assert "kept in time" in told.notices[0].text


def test_an_end_without_an_alert_tells_nobody() -> None:
    told = after(ended())
    assert (told.reason, told.notices, told.history.alerts) == (Reason.NOTHING_OPEN, (), ())


def test_a_trigger_that_comes_after_its_end_opens_nothing() -> None:
    told = after(ended(revision=4), breached(revision=3))
    assert (told.reason, told.history.alerts) == (Reason.OLD, ())


def test_evidence_taken_back_opens_the_same_alert_again() -> None:
    told = after(breached(3), ended(revision=4), breached(revision=6))
    assert told.reason is Reason.REOPENED
    assert only_alert(told).state is State.OPEN
    assert only_alert(told).revision == 3


def test_a_historic_verdict_is_kept_on_record_and_never_told() -> None:
    told = after(replace(breached(), historic=True))
    assert (told.reason, told.notices) == (Reason.HISTORIC, ())
    assert only_alert(told).state is State.RESOLVED


def test_the_ledger_does_not_bring_up_what_is_historic() -> None:
    told = after(replace(breached(), historic=True), in_ledger(breached(revision=5)))
    assert (told.reason, told.notices) == (Reason.LEDGER_AGREES, ())


def test_a_breach_after_a_historic_warning_is_a_first_notice() -> None:
    assert after(replace(warned(), historic=True), breached()).reason is Reason.FIRST_NOTICE


def test_the_ledger_makes_good_a_lost_verdict_once() -> None:
    told = after(in_ledger(breached(3)))
    assert told.reason is Reason.RECONCILED
    assert len(told.notices) == 1
    late = decide(told.history, breached(3), NOW)
    assert (late.reason, late.notices) == (Reason.REPEATED, ())


def test_the_ledger_makes_good_a_lost_worsening() -> None:
    told = after(warned(2), in_ledger(breached(3)))
    assert told.reason is Reason.RECONCILED
    assert only_alert(told).condition == "breached"


def test_the_ledger_agreeing_changes_and_tells_nothing() -> None:
    told = after(warned(2), in_ledger(warned(3)))
    assert (told.reason, told.notices) == (Reason.LEDGER_AGREES, ())
    assert only_alert(told) == only_alert(after(warned(2)))


def test_a_second_warning_reminds_while_nobody_has_it_in_hand() -> None:
    assert after(warned(2), warned(3)).reason is Reason.REMINDER


def test_a_second_warning_is_silent_once_acknowledged() -> None:
    acknowledged = acknowledge(after(warned(2)).history, key(), Acknowledgement("ann", NOW))
    told = decide(acknowledged.history, warned(3), NOW)
    assert (told.reason, told.notices) == (Reason.IN_HAND, ())
    assert only_alert(told).state is State.ACKNOWLEDGED


def test_a_breach_opens_an_acknowledged_risk_again() -> None:
    acknowledged = acknowledge(after(warned(2)).history, key(), Acknowledgement("ann", NOW))
    told = decide(acknowledged.history, breached(3), NOW)
    assert only_alert(told).state is State.OPEN
    assert told.reason is Reason.WORSENED


def test_silence_that_becomes_a_risk_again_is_told_as_easier() -> None:
    assert after(unknown(3), warned(4)).reason is Reason.EASED


def test_acknowledging_twice_has_one_effect() -> None:
    once = acknowledge(after(warned()).history, key(), Acknowledgement("ann", NOW))
    twice = acknowledge(once.history, key(), Acknowledgement("bob", NOW + SECOND))
    assert twice.history == once.history
    assert only_alert(twice).acknowledgement == Acknowledgement("ann", NOW)


def test_what_is_over_cannot_be_acknowledged_or_snoozed() -> None:
    over = after(warned(), ended()).history
    with pytest.raises(Refused, match="is over \\(kept\\)"):
        acknowledge(over, key(), Acknowledgement("ann", NOW))
    with pytest.raises(Refused, match="is over"):
        snooze(over, key(), Snooze("ann", at("15:30")))


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (at("15:59:59"), Reason.STILL_ASLEEP),
        (at("16:00"), Reason.SNOOZE_ENDED),
        (at("16:00:01"), Reason.SNOOZE_ENDED),
    ],
)
def test_a_snooze_ends_exactly_at_its_moment(now: int, reason: Reason) -> None:
    asleep = snooze(after(warned()).history, key(), Snooze("ann", at("16:00")))
    assert only_alert(asleep).state is State.SNOOZED
    assert wake(asleep.history, key(), now).reason is reason


def test_a_snooze_that_ends_is_told_once() -> None:
    asleep = snooze(after(warned()).history, key(), Snooze("ann", at("16:00")))
    awake = wake(asleep.history, key(), at("16:00"))
    assert len(awake.notices) == 1
    assert only_alert(awake).state is State.OPEN
    assert wake(awake.history, key(), at("16:01")).notices == ()


def test_what_gets_worse_wakes_from_its_snooze() -> None:
    asleep = snooze(after(warned(2)).history, key(), Snooze("ann", at("18:00")))
    told = decide(asleep.history, breached(3), NOW)
    assert only_alert(told).state is State.OPEN
    assert told.reason is Reason.WORSENED


def test_what_ends_asleep_does_not_wake() -> None:
    asleep = snooze(after(warned()).history, key(), Snooze("ann", at("16:00")))
    over = decide(asleep.history, ended(), NOW)
    assert only_alert(over).state is State.RESOLVED
    assert wake(over.history, key(), at("16:00")).notices == ()


def test_a_notice_is_dated_no_earlier_than_its_verdict_or_the_notice_before() -> None:
    ahead = after(replace(warned(2), decided_at=at("15:30")))
    assert ahead.notices[0].at == at("15:30")
    assert decide(ahead.history, breached(3), at("15:00")).notices[0].at == at("15:30")


def test_every_notice_of_an_alert_has_an_id_of_its_own() -> None:
    history, ids = History(), []
    for word in (warned(2), breached(3), ended(revision=4), breached(5), ended(revision=6)):
        decision = decide(history, word, NOW)
        history = decision.history
        ids += [notice.id for notice in decision.notices]
    assert len(ids) == len(set(ids)) == 5
