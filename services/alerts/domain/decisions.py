"""What a word of the ledger or a person's action makes of a promise's alerts, and who is told.

Words may come twice, late or not at all, and the result is the same: a promise's revision decides
which word is the newest, and of two at one revision the graver one. Only an end that ends some
conditions and not others needs what came before it; where that was lost, the ledger's list puts it
right. Nothing here sends anything.
"""

from dataclasses import replace

from services.alerts.domain.alert import (
    Alert,
    Decision,
    History,
    Notice,
    Reason,
    State,
    key_of,
)
from services.alerts.domain.promise import (
    ENDS_ONLY,
    Condition,
    End,
    Promise,
    Resolution,
    Word,
    next_action_owner,
)
from services.alerts.domain.text import message
from services.shared.clock import Instant

_BY_GRAVITY = (
    Condition.AT_RISK,
    Condition.FOUND,
    Condition.BOUNCED,
    Condition.RETURNED,
    Condition.UNKNOWN,
    Condition.DISPUTED,
    Condition.BREACHED,
)
"""The least grave first. A breach is certain harm and outranks all; a dispute may be one; silence
hides one. While a handoff is returned no time is lost for the debtor, but nothing goes on either.
A finding has an alert of its own, so that its place only sets a bounce over what is merely odd.
"""
_GRAVITY = {condition: place for place, condition in enumerate(_BY_GRAVITY)}
_OVER = len(_BY_GRAVITY)


def decide(history: History, word: Word, now: Instant) -> Decision:
    """Which alerts the word opens, changes or ends, and which notices that takes."""
    alert = history.alert(key_of(word.promise))
    if word.revision < history.heard:
        return Decision(history, Reason.OLD)
    if word.revision == history.heard and alert and _gravity(word.says) <= _gravity(alert):
        return Decision(history, Reason.REPEATED)
    heard = replace(history, heard=word.revision)
    now = max(now, word.decided_at)
    if isinstance(word.says, Resolution):
        return _resolve(heard, _ended_by(word.says, heard), word.says, word.why, now)
    moved = tuple(each for each in heard.open_alerts() if each is not alert)
    ended = _resolve(heard, moved, Resolution.DATE_MOVED, word.why, now)
    told = _tell(ended.history, alert, word, word.says, now)
    return replace(told, notices=ended.notices + told.notices)


def look_again(history: History, key: str) -> Decision:
    """A silence has begun: an alert that stands open is held against it."""
    alert = history.alert(key)
    if alert is None or alert.state is not State.OPEN:
        return Decision(history, Reason.REPEATED)
    return Decision(history.having(revised(alert)), Reason.SILENCED)


def end_silence(history: History, key: str, silence: str, now: Instant) -> Decision:
    """What was silenced by it wakes now."""
    alert = history.alert(key)
    if alert is None or alert.end or not alert.snooze or alert.snooze.silence != silence:
        return Decision(history, Reason.STILL_ASLEEP)
    awake = replace(revised(alert), snooze=replace(alert.snooze, until=now))
    return wake(history.having(awake), key, now)


def wake(history: History, key: str, now: Instant) -> Decision:
    """Tell of it again when its time has come and it is still not over."""
    alert = history.alert(key)
    if alert is None or alert.look_at is None or now < alert.look_at:
        return Decision(history, Reason.STILL_ASLEEP)
    if alert.state is State.SNOOZED:
        return notify(history, replace(revised(alert), snooze=None), alert.wakes_as, now)
    holding = tuple(
        each for each in alert.acknowledgements if each.until is None or now < each.until
    )
    awake = replace(revised(alert), acknowledgements=holding)
    if alert.state is not awake.state:
        return notify(history, awake, Reason.ACKNOWLEDGEMENT_EXPIRED, now)
    if alert.next_rung_at is None or now < alert.next_rung_at:
        return Decision(history.having(awake), Reason.ACKNOWLEDGEMENT_EXPIRED)
    higher = replace(awake, rungs=alert.rungs + 1)
    return notify(history, higher, Reason.ESCALATED, now)


def notify(history: History, alert: Alert, reason: Reason, now: Instant) -> Decision:
    """The alert as it is now, and a notice of it for this reason."""
    at = not_before(alert, now)
    told = replace(alert, reason=reason, notified_at=at)
    return Decision(history.having(told), reason, (notice_of(told, reason, at),))


def notice_of(alert: Alert, reason: Reason, at: Instant) -> Notice:
    """Of the alert as it is, told for this reason; the alert's own is the last one of all."""
    id = f"{alert.key}:{alert.revision}:{reason}"
    return Notice(id=id, reason=reason, alert=alert, text=message(alert, at), at=at)


def not_before(alert: Alert, now: Instant) -> Instant:
    """No notice of an alert is older than one that came before it, whoever's clock was read."""
    told = alert.notified_at, alert.called_off.at if alert.called_off else None
    return max((now, *(each for each in told if each is not None)))


def revised(alert: Alert) -> Alert:
    """Whoever hears of it can tell which of two is the newer one."""
    return replace(alert, revision=alert.revision + 1)


def _ended_by(resolution: Resolution, history: History) -> tuple[Alert, ...]:
    conditions = ENDS_ONLY.get(resolution, frozenset(Condition))
    return tuple(alert for alert in history.open_alerts() if alert.condition in conditions)


def _tell(
    history: History, alert: Alert | None, word: Word, condition: Condition, now: Instant
) -> Decision:
    if word.historic:
        return _put_on_record(history, alert, word, condition, now)
    if alert and _is_the_debtors_dispute(alert, condition):
        return Decision(_up_to_date(history, alert, word), Reason.DISPUTED)
    if word.reconciled and alert and _already_said(alert, word.promise, condition):
        return Decision(_up_to_date(history, alert, word), Reason.LEDGER_AGREES)
    reason = _reason(alert, word, condition)
    if alert is None or alert.end:
        return notify(history, _opened(alert, word, condition, now), reason, now)
    changed = replace(revised(alert), promise=word.promise, condition=condition, why=word.why)
    graver = _GRAVITY[condition] > _GRAVITY[alert.condition]
    if graver or _is_passed_on(alert, word.promise, condition):
        changed = replace(changed, acknowledgements=(), snooze=None, closing=None)
    elif reason is Reason.REMINDER and alert.state is not State.OPEN:
        return Decision(history.having(changed), Reason.IN_HAND)
    return notify(history, changed, reason, now)


def _reason(alert: Alert | None, word: Word, condition: Condition) -> Reason:
    if word.reconciled:
        return Reason.RECONCILED
    if alert is None or alert.notified_at is None:
        return Reason.FIRST_NOTICE
    if alert.end:
        return Reason.REOPENED
    if _is_passed_on(alert, word.promise, condition):
        return Reason.PASSED_ON
    if _GRAVITY[condition] == _GRAVITY[alert.condition]:
        return Reason.REMINDER
    return Reason.WORSENED if _GRAVITY[condition] > _GRAVITY[alert.condition] else Reason.EASED


def _is_passed_on(alert: Alert, promise: Promise, condition: Condition) -> bool:
    """Whoever had it in hand for one party has not for another."""
    before = next_action_owner(alert.promise, alert.condition)
    return next_action_owner(promise, condition) != before


def _is_the_debtors_dispute(alert: Alert, condition: Condition) -> bool:
    """Whoever owes it does not make it less late by not agreeing; the dispute is on the alert."""
    by_debtor = alert.dispute is not None and alert.dispute.party == alert.promise.owed_by
    return by_debtor and condition is Condition.DISPUTED and alert.end is None


def _already_said(alert: Alert, promise: Promise, condition: Condition) -> bool:
    """The ledger tells nothing new of an alert that stands, or that nobody was to hear of."""
    if alert.end is None:
        return condition is alert.condition and not _is_passed_on(alert, promise, condition)
    kept_quiet = alert.end.resolution is Resolution.HISTORIC
    return kept_quiet and _GRAVITY[condition] <= _GRAVITY[alert.condition]


def _up_to_date(history: History, alert: Alert, word: Word) -> History:
    """The slack is left as it was told: the ledger's list has none."""
    promise = replace(word.promise, slack_s=alert.promise.slack_s)
    if alert.promise == promise:
        return history
    return history.having(replace(revised(alert), promise=promise))


def _put_on_record(
    history: History, alert: Alert | None, word: Word, condition: Condition, now: Instant
) -> Decision:
    """Kept without a notice, so that the ledger's list does not bring it up either."""
    if alert and alert.end is None:
        return Decision(history, Reason.HISTORIC)
    quiet = replace(
        _opened(alert, word, condition, now), end=End(Resolution.HISTORIC, now), notified_at=None
    )
    return Decision(history.having(quiet), Reason.HISTORIC)


def _resolve(
    history: History, alerts: tuple[Alert, ...], resolution: Resolution, why: str, now: Instant
) -> Decision:
    notices: tuple[Notice, ...] = ()
    for alert in alerts:
        over = replace(revised(alert), end=End(resolution, now), snooze=None, why=why or alert.why)
        told = notify(history, over, Reason.RESOLVED, now)
        history, notices = told.history, notices + told.notices
    return Decision(history, Reason.RESOLVED if alerts else Reason.NOTHING_OPEN, notices)


def _opened(before: Alert | None, word: Word, condition: Condition, at: Instant) -> Alert:
    return Alert(
        key=key_of(word.promise),
        promise=word.promise,
        condition=condition,
        opened_at=at,
        revision=(before.revision if before else 0) + 1,
        why=word.why,
        notified_at=before.notified_at if before else None,
        told=before.told if before else (),
        assignee=before.assignee if before else "",
        notes=before.notes if before else (),
        ratings=before.ratings if before else (),
        dispute=before.dispute if before else None,
    )


def _gravity(of: Alert | Condition | Resolution) -> int:
    if isinstance(of, Alert):
        return _OVER if of.end else _GRAVITY[of.condition]
    return _OVER if isinstance(of, Resolution) else _GRAVITY[of]
