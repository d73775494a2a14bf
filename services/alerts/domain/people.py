"""What a person's action makes of a promise's alerts, and who is told.

To close an alert says that a person is through with it, and why it came to that: it needs nobody,
climbs no further and is not repeated. The promise does not end by it: its alert is resolved when it
does, and one that becomes graver again, or another party's, is open again. Only what is broken or
was found is closed, also after its end, for its cause. Taking up or snoozing what is closed opens
it again. To assign it says who shall act; the ladder goes on until somebody takes it up.
"""

from dataclasses import replace

from services.alerts.domain.alert import (
    Alert,
    Decision,
    History,
    Reason,
    Snooze,
    State,
)
from services.alerts.domain.answers import Acknowledgement, Closing, Dispute, Rating, Said
from services.alerts.domain.decisions import notify, revised
from services.alerts.domain.ladders import Escalation, Ladder
from services.alerts.domain.promise import FINDINGS, Condition
from services.shared.clock import Instant
from services.shared.errors import RefusalCode, Refused
from services.shared.events.oncall import PromiseDisputed

NOTES_LIMIT = 50
RATINGS_LIMIT = 100
SUPPORT = "support"
"""The party that speaks with customers."""


def acknowledge(history: History, key: str, by: Acknowledgement) -> Decision:
    """Somebody takes it up; the first who do, as many as it takes, stay until it gets worse.

    Raises Refused for an alert that is over, as whatever needs one that stands.
    """
    alert = _standing(history, key)
    if alert.state is State.ACKNOWLEDGED or _took_up(alert, by.actor):
        return Decision(history, Reason.REPEATED)
    taken = (*alert.acknowledgements, by)
    changed = replace(revised(alert), acknowledgements=taken, snooze=None, closing=None)
    return Decision(history.having(changed), Reason.ACKNOWLEDGED)


def snooze(history: History, key: str, snooze: Snooze) -> Decision:
    """Nobody hears of it until then, unless it gets worse."""
    alert = _standing(history, key)
    if alert.snooze == snooze:
        return Decision(history, Reason.REPEATED)
    changed = replace(revised(alert), snooze=snooze, acknowledgements=(), closing=None)
    return Decision(history.having(changed), Reason.SNOOZED)


def assign(history: History, key: str, assignee: str) -> Decision:
    """Who shall act; nobody, where it is empty."""
    return _changed(history, _standing(history, key), Reason.ASSIGNED, assignee=assignee)


def escalate(history: History, key: str, by: Said, ladder: Ladder) -> Decision:
    """The next rung is told now; whoever had it in hand has not any more."""
    alert = _standing(history, key)
    if ladder.rung(alert.rungs + 1) is None:
        raise Refused(
            RefusalCode.CONFLICT,
            "key",
            f"All {alert.rungs} rungs of {ladder.name} were told of {key}; nobody is left above.",
        )
    higher = replace(
        revised(alert),
        rungs=alert.rungs + 1,
        called=by,
        acknowledgements=(),
        snooze=None,
        closing=None,
    )
    return notify(history, higher, Reason.CALLED, by.at)


def note(history: History, key: str, words: Said) -> Decision:
    """Kept with the alert, also with one that is over."""
    alert = _any(history, key)
    if len(alert.notes) >= NOTES_LIMIT:
        raise _full(f"Alert {key} has {len(alert.notes)} notes, and may have {NOTES_LIMIT}.")
    return _changed(history, alert, Reason.NOTED, notes=(*alert.notes, words))


def close(history: History, key: str, closing: Closing) -> Decision:
    """A person is through with it; see above. Another cause later takes the place of the first."""
    alert = _any(history, key)
    if alert.condition is not Condition.BREACHED and alert.condition not in FINDINGS:
        raise Refused(
            RefusalCode.CONFLICT,
            "key",
            f"Alert {key} is for a promise that is {alert.condition.replace('_', ' ')}, and only"
            " what is broken or was found is closed; acknowledge or snooze it, or release the"
            " promise.",
        )
    if alert.closing and alert.closing.cause is closing.cause:
        return Decision(history, Reason.REPEATED)
    return _changed(
        history, alert, Reason.CLOSED, closing=closing, acknowledgements=(), snooze=None
    )


def dispute(history: History, key: str, dispute: Dispute) -> Decision:
    """A party does not agree; the ledger hears of it. The first dispute of a party stays.

    A debtor's dispute leaves the alert as grave as it is; a creditor's says that what was reported
    done is not, and the ledger's verdict on that makes the alert a disputed one.
    """
    alert = _any(history, key)
    promise = alert.promise
    if promise.finding or dispute.party not in (promise.owed_by, promise.owed_to):
        parties = f"{promise.owed_by} and {promise.owed_to}"
        whose = "is a finding, not a promise" if promise.finding else f"is between {parties}"
        raise Refused(
            RefusalCode.CONFLICT,
            "by_party",
            f"{promise.promise_id} {whose}; only a party of a promise may dispute it.",
        )
    if alert.dispute and alert.dispute.party == dispute.party:
        return Decision(history, Reason.REPEATED)
    changed = _changed(history, alert, Reason.DISPUTED, dispute=dispute)
    event = PromiseDisputed(promise.promise_id, dispute.party, dispute.reason)
    return replace(changed, event=event)


def rate(history: History, key: str, rating: Rating) -> Decision:
    """Each person has one rating of an alert, the last; saying the same again is none."""
    alert = _any(history, key)
    others = tuple(each for each in alert.ratings if each.actor != rating.actor)
    if len(others) >= RATINGS_LIMIT:
        raise _full(f"{len(others)} people rated alert {key}, and {RATINGS_LIMIT} may.")
    if any(replace(each, at=rating.at) == rating for each in alert.ratings):
        return Decision(history, Reason.REPEATED)
    return _changed(history, alert, Reason.RATED, ratings=(*others, rating))


def ask_new_date(history: History, key: str, by: Said, escalation: Escalation) -> Decision:
    """Those who are told first of what the debtor owes hear the question; the answer is an event
    of the debtor's own."""
    alert = _standing(history, key)
    if alert.promise.finding:
        raise Refused(
            RefusalCode.CONFLICT, "key", f"Alert {key} is for a finding, which has no date to move."
        )
    asked = replace(revised(alert), new_date_asked=by)
    debtor = _first_told(escalation, alert, alert.promise.owed_by, by.at)
    return _ask(history, asked, Reason.NEW_DATE_ASKED, debtor, by.at)


def tell_customer(history: History, key: str, by: Said, escalation: Escalation) -> Decision:
    """Those who are told first of what support owes are asked to speak with the customer."""
    alert = _standing(history, key)
    asked = replace(revised(alert), customer_to_be_told=by)
    support = _first_told(escalation, alert, SUPPORT, by.at)
    return _ask(history, asked, Reason.CUSTOMER_TO_BE_TOLD, support, by.at)


def _took_up(alert: Alert, actor: str) -> bool:
    """However they write their name: nobody is two people by it."""
    names = {each.actor.strip().casefold() for each in alert.acknowledgements}
    return actor.strip().casefold() in names


def _first_told(escalation: Escalation, alert: Alert, party: str, at: Instant) -> tuple[str, ...]:
    """As if this party owed it; the ladder that its agreement names is for whoever does."""
    promise = alert.promise
    escalate = promise.escalate if party == promise.owed_by else ""
    theirs = replace(alert, promise=replace(promise, owed_by=party, escalate=escalate))
    return escalation.step(escalation.ladder_of(theirs), 1, at).receivers


def _ask(
    history: History, alert: Alert, reason: Reason, receivers: tuple[str, ...], at: Instant
) -> Decision:
    """Whoever is asked hears of the end, too."""
    told = tuple(dict.fromkeys((*alert.told, *receivers)))
    decision = notify(history, replace(alert, told=told), reason, at)
    asked = tuple(replace(notice, receivers=receivers) for notice in decision.notices)
    return replace(decision, notices=asked)


def _changed(history: History, alert: Alert, reason: Reason, **changes: object) -> Decision:
    changed = replace(alert, **changes)  # type: ignore[arg-type]  # each caller names its field
    if changed == alert:
        return Decision(history, Reason.REPEATED)
    return Decision(history.having(revised(changed)), reason)


def _any(history: History, key: str) -> Alert:
    alert = history.alert(key)
    assert alert is not None, "a caller looks the alert up before it changes it"
    return alert


def _standing(history: History, key: str) -> Alert:
    alert = _any(history, key)
    if alert.end:
        raise Refused(
            RefusalCode.CONFLICT,
            "key",
            f"Alert {key} is over ({alert.end.resolution.replace('_', ' ')}); there is nothing left"
            " to do for it.",
        )
    return alert


def _full(problem: str) -> Refused:
    return Refused(RefusalCode.FULL, "key", problem)
