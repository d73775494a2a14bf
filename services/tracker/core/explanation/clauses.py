"""The clause of an agreement by which a step was made: its key in the file, and what it says."""

from typing import NamedTuple

from services.tracker.core.agreements import Agreement, PauseRule
from services.tracker.core.calendars.calendar import ALWAYS
from services.tracker.core.explanation.moves import Change, Move
from services.tracker.core.language.types import verdict_named
from services.tracker.core.language.words import said, span_in_words


class Clause(NamedTuple):
    """`key` as in the agreement's file, or empty where no clause but the rules of all promises
    say it; `words` for people."""

    key: str
    words: str


def deadline(agreement: Agreement) -> Clause:
    """Which clause says when it is due."""
    if agreement.within is not None:
        of = "" if agreement.clock is ALWAYS else f" of the calendar {agreement.calendar.name}"
        return Clause("within", f"{span_in_words(agreement.within)}{of} after it begins")
    if agreement.before is not None:
        slack = span_in_words(agreement.before.slack)
        return Clause("before", f"{slack} before {agreement.before.promise} is due")
    return Clause("by", f"the moment in {agreement.by}, as it was told last")


def clause(agreement: Agreement, change: Change) -> Clause:
    """Which clause made this change."""
    if change.move in _PAUSES and 0 <= change.rule < len(agreement.pauses):
        return Clause("pauses", _pause(agreement.pauses[change.rule]))
    if change.move in _RULES:
        return Clause("", _RULES[change.move])
    return _terms(agreement, change.move) or _keeping(agreement, change.move)


_PAUSES = frozenset({Move.PAUSED, Move.RESUMED, Move.PAUSE_LIMIT})
_RULES = {
    Move.DISPUTED: "either party may dispute a report, once",
    Move.RELEASED: "the creditor may release the debtor, with a reason",
    Move.OPENING_TAKEN_BACK: "what was taken back is as if it had not been",
}


def _terms(agreement: Agreement, move: Move) -> Clause | None:
    """What begins, moves and ends it without being kept; None for the rest."""
    match move:
        case Move.OPENED:
            return Clause("opens_on", _opening(agreement.opens_on))
        case Move.RETURNED | Move.COMPLETED:
            facts = ", ".join(str(fact) for fact in agreement.requires)
            return Clause("requires", f"a complete handoff comes with {facts}")
        case Move.AMENDED:
            return Clause("amends_on", f"a new version comes with {said(agreement.amends_on)}")
        case Move.MOVED_ALONG:
            return deadline(agreement)
        case Move.CANCELLED:
            return Clause("cancels_on", _any_of(agreement.cancels_on))
    return None


def _keeping(agreement: Agreement, move: Move) -> Clause:
    if move is Move.ACKNOWLEDGED and agreement.acknowledge:
        within = span_in_words(agreement.acknowledge.within)
        words = f"{agreement.owed_by} says within {within} that it has it"
        return Clause("acknowledge", f"{words}: {said(agreement.acknowledge.on)}")
    if move is Move.DELIVERED and (full := agreement.in_full):
        return Clause("in_full", f"{full.delivered} adds up to {full.promised}")
    if move is Move.DEEMED_ACCEPTED and agreement.confirm_within is not None:
        span = span_in_words(agreement.confirm_within)
        return Clause("confirm_within", f"{agreement.owed_to} may say nothing for {span}")
    if move is Move.HEARD_OF and agreement.within is not None:
        every = span_in_words(agreement.within)
        return Clause("update_every", f"{agreement.owed_to} hears something every {every}")
    return Clause("fulfil", _any_of((*agreement.evidence, agreement.confirmed_by)))


def _pause(rule: PauseRule) -> str:
    most = f", at most {span_in_words(rule.at_most)}" if rule.at_most is not None else ""
    span = f"from {said(rule.starts_on)} until {said(rule.ends_on)}"
    return f"{span}, while waiting on {rule.waiting_on}{most}"


def _opening(opens_on: str) -> str:
    if named := verdict_named(opens_on):
        return f"when {named[1]} is {named[0].replace('_', ' ')}"
    return f"when this is told: {said(opens_on)}"


def _any_of(types: tuple[str, ...]) -> str:
    return "when this is told: " + " or ".join(said(each) for each in types if each)
