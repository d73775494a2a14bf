"""An alert in words: who owes what to whom, by when, how late or how soon, which customer would
notice when, and the next step. Never only an id; markup and addresses are left to the channels.
"""

from services.alerts.domain.alert import Alert, Reason, State
from services.alerts.domain.answers import Said
from services.alerts.domain.clauses import (
    about,
    customer,
    money_at_stake,
    since,
    slack,
    unfinished,
    waits,
    what,
    who_decides,
    who_owes_what,
)
from services.alerts.domain.findings import default_step, owner, title, told
from services.alerts.domain.promise import FINDINGS, Condition, Resolution, next_action_owner
from services.alerts.domain.schedules.schedule import OnCall
from services.alerts.domain.words import duration, moment, sentence
from services.shared.clock import Instant

TEXT_LENGTH_LIMIT = 2_000

_OVER = {
    Resolution.KEPT: "It was kept in time.",
    Resolution.KEPT_LATE: "It was kept, too late.",
    Resolution.WITHDRAWN: "The announcement was withdrawn: it did not hold.",
    Resolution.CANCELLED: "It was cancelled, so nothing is owed any more.",
    Resolution.RELEASED: "{owed_to} gave it up, so nothing is owed any more.",
    Resolution.AMENDED: "It was amended, and what was announced no longer holds.",
    Resolution.PAUSED: "Its clock is paused.",
    Resolution.RESUMED: "What was missing is there, and its clock runs again.",
    Resolution.REPORTED_DONE: "{owed_by} reports it done; nobody has confirmed it yet.",
    Resolution.CLEARED: "It is no longer so.",
    Resolution.DATE_MOVED: "It has another due date now.",
    Resolution.NO_LONGER_ANNOUNCED: "The ledger no longer lists it.",
    Resolution.HISTORIC: "It was due before its agreement was active.",
}


def message(alert: Alert, now: Instant) -> str:
    """The whole text of a notice: the summary, the next step, who decides, and the runbook."""
    if alert.end:
        return summary(alert, now)
    promise = alert.promise
    step = f"Next step: {sentence(next_step(alert))}"
    runbook = f"Runbook: {promise.runbook}" if promise.runbook else ""
    why = _joined(_why_you(alert), _hands(alert), *map(_found_on_call, alert.on_call))
    parts = summary(alert, now), why, step, who_decides(promise), runbook
    return _joined(*parts)[:TEXT_LENGTH_LIMIT]


def in_hand(alert: Alert, now: Instant) -> str:
    """For whoever cannot be told otherwise that nobody has to be called."""
    return _joined(f"Nobody has to be called: it is {alert.state}.", summary(alert, now))


def _why_you(alert: Alert) -> str:
    """Why somebody hears of it who did not before, or again."""
    match alert.reason:
        case Reason.ESCALATED:
            who = "Too few have" if alert.acknowledgements else "Nobody has"
            return f"{who} taken it up yet: this is call {alert.rungs} of {alert.ladder}."
        case Reason.ACKNOWLEDGEMENT_EXPIRED:
            return "Whoever had it in hand has not ended it in time; it is open again."
        case Reason.CALLED if alert.called:
            return _asks(alert.called, "that you take it up")
        case Reason.NEW_DATE_ASKED if alert.new_date_asked:
            return _asks(alert.new_date_asked, f"{alert.promise.owed_by} for a new date")
        case Reason.CUSTOMER_TO_BE_TOLD if alert.customer_to_be_told:
            return _asks(alert.customer_to_be_told, "that the customer is told")
    return ""


def _hands(alert: Alert) -> str:
    """Where one person is not enough."""
    if alert.hands == 1 or alert.state is not State.OPEN:
        return ""
    people = " and ".join(each.actor for each in alert.acknowledgements) or "nobody"
    return f"It takes {alert.hands} people to have it in hand; {people} took it up so far."


def _found_on_call(found: OnCall) -> str:
    if not found.person:
        return f"Nobody was on call for {found.schedule}."
    return f"Called {found.person}, on call for {found.schedule}."


def _asks(said: Said, what: str) -> str:
    return f"{said.actor} asks {what}: {sentence(said.words)}"


def summary(alert: Alert, now: Instant) -> str:
    """Who owes what to whom, by when, how late or how soon, and which customer would notice."""
    if alert.end:
        return _over(alert, alert.end.resolution)
    promise = alert.promise
    if alert.condition in FINDINGS:
        return _joined(
            f"{title(promise)}: {told(promise)}",
            owner(promise),
            since(promise.due_by, now),
            money_at_stake(promise),
            customer(promise, now),
        )
    return _joined(
        _lead_and_due(alert, now),
        sentence(promise.detail),
        _clock_is_with(alert),
        customer(promise, now),
        slack(promise),
        money_at_stake(promise),
    )


def next_step(alert: Alert) -> str:
    """What to do; an agreement's own step is for a debtor who is late, and for nothing else."""
    promise = alert.promise
    if alert.end:
        return ""
    if alert.condition is Condition.RETURNED:
        sender = next_action_owner(promise, alert.condition)
        return f"Ask {sender} to give {promise.owed_by} what is missing."
    if alert.condition is Condition.DISPUTED:
        return f"Ask {promise.owed_to} what is missing, and {promise.owed_by} to finish it."
    if alert.condition in FINDINGS:
        return promise.next_step or default_step(promise)
    return promise.next_step or f"Ask {promise.owed_by} what holds it up."


def _lead_and_due(alert: Alert, now: Instant) -> str:
    promise = alert.promise
    due = f"due {moment(promise.due_by)} ({_how_late_or_soon(promise.due_by - now)})"
    match alert.condition:
        case Condition.AT_RISK:
            return f"At risk: {unfinished(promise, now)}, {due}."
        case Condition.BREACHED:
            return f"Broken promise: {unfinished(promise, now)}, {due}."
        case Condition.UNKNOWN:
            owed = who_owes_what(promise)
            return f"Nobody knows: {owed}, {due}, and news of it may only be late."
        case Condition.DISPUTED if alert.dispute and alert.dispute.party == promise.owed_by:
            owed = who_owes_what(promise)
            return f"Disputed: {owed}, {due}, and {promise.owed_by} does not agree with that."
        case Condition.DISPUTED:
            done = f"“{what(promise)}” for {about(promise)}"
            return (
                f"Disputed: {promise.owed_by} reported {done} as done, and {promise.owed_to} does"
                f" not accept it. It is {due}."
            )
        case Condition.RETURNED:
            return (
                f"Returned incomplete: {promise.owed_by} cannot go on with “{what(promise)}” for"
                f" {about(promise)}."
            )
        case Condition.BOUNCED | Condition.FOUND:
            raise AssertionError("a finding is never due")


def _how_late_or_soon(left: int) -> str:
    if left == 0:
        return "now"
    return f"{duration(left)} left" if left > 0 else f"{duration(left)} late"


def _clock_is_with(alert: Alert) -> str:
    if alert.condition is Condition.RETURNED:
        sender = next_action_owner(alert.promise, alert.condition)
        return f"The clock is with {sender} until what is missing is there."
    return waits(alert.promise)


def _over(alert: Alert, resolution: Resolution) -> str:
    promise = alert.promise
    over = _OVER[resolution].format(
        owed_by=promise.owed_by.capitalize(), owed_to=promise.owed_to.capitalize()
    )
    if alert.condition in FINDINGS:
        return _joined(f"Over: {title(promise)}, {about(promise)}.", sentence(promise.detail), over)
    due = f", due {moment(promise.due_by)}" if alert.condition is not Condition.RETURNED else ""
    return f"Over: {who_owes_what(promise)}{due}. {over}"


def _joined(*sentences: str) -> str:
    return " ".join(each for each in sentences if each)
