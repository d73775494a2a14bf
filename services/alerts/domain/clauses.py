"""The clauses that the texts of different conditions share; an empty one says nothing."""

from services.alerts.domain.promise import Promise
from services.alerts.domain.words import duration, moment, plain, spaced
from services.shared.clock import SECOND, Instant
from services.shared.money import amount_in_words

_ACKNOWLEDGE, _UPDATE = ".acknowledge", ".update"
"""How the agreements end that go along with another: to own it, and to be heard of."""


def unfinished(promise: Promise, now: Instant) -> str:
    """What has not happened yet, and who waits for it."""
    if promise.agreement.endswith(_ACKNOWLEDGE):
        return (
            f"{promise.owed_by} has not said that it has {about(promise)};"
            f" {promise.owed_to} waits to hear “{what(promise)}”"
        )
    if promise.agreement.endswith(_UPDATE):
        heard = promise.opened_at
        since = f" since {moment(heard)} ({duration(now - heard)} ago)" if heard else ""
        return (
            f"{promise.owed_to} has heard nothing from {promise.owed_by}{since};"
            f" {promise.owed_by} owes it news of {about(promise)}"
        )
    return who_owes_what(promise)


def who_owes_what(promise: Promise) -> str:
    return f"{promise.owed_by} owes {promise.owed_to} “{what(promise)}” for {about(promise)}"


def what(promise: Promise) -> str:
    return plain(promise.awaits) or spaced(promise.agreement)


def about(promise: Promise) -> str:
    """`case 77 (order 4711)`."""
    kind, _, id = promise.subject.partition("/")
    subject = f"{kind} {id}"
    if promise.order and promise.order != id:
        subject += f" (order {promise.order})"
    return subject


def customer(promise: Promise, now: Instant) -> str:
    who = f"Customer {promise.customer}" if promise.customer else "The customer"
    if promise.customer_visible_by is None:
        return "" if promise.finding else f"{who} was given no date that hangs on it."
    left = promise.customer_visible_by - now
    if left > 0:
        return f"{who} would notice at {moment(promise.customer_visible_by)}, in {duration(left)}."
    return f"{who} can notice since {moment(promise.customer_visible_by)}, {duration(left)} ago."


def slack(promise: Promise) -> str:
    """How much working time the departments behind this one have left."""
    if promise.slack_s is None:
        return ""
    if promise.slack_s > 0:
        left = duration(promise.slack_s * SECOND)
        return f"The rest of the chain has {left} of working time to spare."
    if promise.slack_s == 0:
        return "The rest of the chain has no working time to spare."
    return (
        f"The rest of the chain is short of {duration(promise.slack_s * SECOND)} of working time."
    )


def who_decides(promise: Promise) -> str:
    if not promise.decides:
        return ""
    first, *deputies = promise.decides
    deputy = f"; deputy: {', '.join(deputies)}" if deputies else ""
    return f"{first} decides{deputy}."


def money_at_stake(promise: Promise) -> str:
    """Not where the words of the ledger say it already."""
    if promise.at_stake is None:
        return ""
    clause = f"{amount_in_words(promise.at_stake)} at stake"
    return "" if clause in promise.detail else f"{clause}."


def waits(promise: Promise) -> str:
    if not promise.waiting_on:
        return ""
    return f"{promise.owed_by} waits on {promise.waiting_on}."


def since(at: Instant, now: Instant) -> str:
    ago = f" ({duration(now - at)} ago)" if at < now else ""
    return f"It has been so since {moment(at)}{ago}."
