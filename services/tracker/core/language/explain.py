"""An agreement in plain words, worked out for an example: what a manager would sign.

The lines come in blocks, each under its heading; an empty block is left out.
"""

from collections.abc import Iterator
from typing import NamedTuple

from services.shared.clock import Instant
from services.shared.money import amount_in_words
from services.shared.zones import zone_of
from services.tracker.core.agreements import Agreement, PauseRule
from services.tracker.core.calendars.calendar import ALWAYS
from services.tracker.core.language.steps_in_words import steps, zone_name
from services.tracker.core.language.types import verdict_named
from services.tracker.core.language.words import moment_in_words, said, span_in_words
from services.tracker.core.promises import Promise, warning_moments

EXAMPLE_DAYS = 7
"""An example's deadline lies so far ahead where no agreement says it, but a fact or a promise."""
_DAY = 86_400_000_000


class Block(NamedTuple):
    """A heading and the sentences under it."""

    heading: str
    lines: tuple[str, ...]


def explain(agreement: Agreement, opened_at: Instant) -> tuple[Block, ...]:
    """The agreement, with its moments as if it were opened at `opened_at`."""
    due_by = _due_by(agreement, opened_at)
    blocks = (
        Block("Who owes what to whom", tuple(_parties(agreement))),
        Block("It begins", tuple(_opening(agreement))),
        Block("It is kept", tuple(_keeping(agreement))),
        Block("The deadline", tuple(_deadline(agreement, opened_at, due_by))),
        Block("Warnings", tuple(_warnings(agreement, opened_at, due_by))),
        Block("The clock stands", tuple(_pause(each) for each in agreement.pauses)),
        Block("It ends or changes otherwise", tuple(_endings(agreement))),
        Block("Who decides", tuple(_deciding(agreement))),
        Block("What it is worth", tuple(_worth(agreement))),
    )
    return tuple(block for block in blocks if block.lines)


def _parties(agreement: Agreement) -> Iterator[str]:
    yield (
        f"{agreement.owed_by} owes this to {agreement.owed_to}"
        f" ({agreement.kind}, version {agreement.version})."
    )
    yield agreement.because
    if agreement.serves:
        yield f"The customer sees it as {agreement.serves}."
    signed = {party for party, _ in agreement.agreed_by}
    both = signed >= {agreement.owed_by, agreement.owed_to}
    yield "Both sides signed it." if both else "It is not signed by both sides."


def _opening(agreement: Agreement) -> Iterator[str]:
    if named := verdict_named(agreement.opens_on):
        yield f"When {named[1]} is {named[0].replace('_', ' ')}."
    else:
        yield f"When this is told: {said(agreement.opens_on)}."
    if agreement.where:
        yield f"Only where this is true: {agreement.where.text}"
    if agreement.requires:
        facts = ", ".join(str(fact) for fact in agreement.requires)
        yield f"It goes back to {agreement.owed_to} until it comes with {facts}."
    if agreement.acknowledge:
        within = span_in_words(agreement.acknowledge.within)
        said_so = said(agreement.acknowledge.on)
        yield f"{agreement.owed_by} says within {within} that it has it: {said_so}."


def _keeping(agreement: Agreement) -> Iterator[str]:
    told = " or ".join(said(each) for each in agreement.evidence)
    yield f"When this is told: {told}."
    if in_full := agreement.in_full:
        missing = f"; {in_full.tolerance * 100:.4g}% may be missing" if in_full.tolerance else ""
        yield f"In full: {in_full.delivered} adds up to {in_full.promised}{missing}."
    if agreement.confirmed_by:
        yield f"That closes it only with {said(agreement.confirmed_by)}."
    if agreement.confirm_within is not None:
        span = span_in_words(agreement.confirm_within)
        yield f"If {agreement.owed_to} says nothing for {span} afterwards, it counts as accepted."


def _deadline(agreement: Agreement, opened_at: Instant, due_by: Instant) -> Iterator[str]:
    zone = zone_of(zone_name(agreement.calendar))
    says, assumed, way = _span(agreement, opened_at)
    yield says
    yield f"Say it begins {moment_in_words(opened_at, zone)} ({zone.key}){assumed}:"
    yield from (f"  {step}" for step in way)
    yield f"  due {moment_in_words(due_by, zone)}"
    if agreement.update_every is not None:
        every = span_in_words(agreement.update_every)
        yield f"Meanwhile {agreement.owed_to} hears something at least every {every}."


def _span(agreement: Agreement, opened_at: Instant) -> tuple[str, str, tuple[str, ...]]:
    """What the agreement says, what the example assumes, and the steps to its deadline."""
    if agreement.within is not None:
        of = "" if agreement.clock is ALWAYS else f" of the calendar {agreement.calendar.name}"
        way = tuple(steps(agreement.clock, opened_at, agreement.within))
        return f"{span_in_words(agreement.within)}{of} after it begins.", "", way
    if agreement.before is not None:
        slack = span_in_words(agreement.before.slack)
        outer = agreement.before.promise
        return f"{slack} before {outer} is due.", f", and {outer} is due a week later", ()
    return f"The moment in {agreement.by}, as it was told last.", ", and that is a week later", ()


def _due_by(agreement: Agreement, opened_at: Instant) -> Instant:
    if agreement.within is not None:
        return agreement.clock.add(opened_at, agreement.within)
    outer = opened_at + EXAMPLE_DAYS * _DAY
    return agreement.calendar.subtract(outer, agreement.before.slack) if agreement.before else outer


def _warnings(agreement: Agreement, opened_at: Instant, due_by: Instant) -> Iterator[str]:
    zone = zone_of(zone_name(agreement.calendar))
    promise = Promise("example", agreement, (), opened_at, b"", due_by)
    for at, label in warning_moments(promise):
        yield f"{label}: {moment_in_words(at, zone)}"
    if agreement.risk_above is not None:
        risk = f"{agreement.risk_above * 100:.4g}%"
        yield f"With a risk model: when a breach is likelier than {risk}."
    if agreement.next_step:
        yield f"The next step: {agreement.next_step}"
    if agreement.runbook:
        yield f"How: {agreement.runbook}"


def _pause(rule: PauseRule) -> str:
    most = f", at most {span_in_words(rule.at_most)}" if rule.at_most is not None else ""
    return (
        f"From {said(rule.starts_on)}, until {said(rule.ends_on)},"
        f" while waiting on {rule.waiting_on}{most}."
    )


def _endings(agreement: Agreement) -> Iterator[str]:
    for each in agreement.cancels_on:
        yield f"Cancelled by {said(each)}."
    if agreement.amends_on:
        yield f"A new version comes with {said(agreement.amends_on)}."
    yield f"{agreement.owed_to} may release {agreement.owed_by} from it, with a reason."


def _deciding(agreement: Agreement) -> Iterator[str]:
    if decides := agreement.decides:
        limit = f" up to {amount_in_words(decides.up_to)}" if decides.up_to else ""
        yield f"{decides.who}{limit}."
        if decides.deputy:
            yield f"Above that, or where {decides.who} is away: {decides.deputy}."
    if agreement.escalate:
        yield f"Who is called when nobody reacts: {agreement.escalate}."


def _worth(agreement: Agreement) -> Iterator[str]:
    if agreement.cost_of_breach:
        yield f"A breach costs {amount_in_words(agreement.cost_of_breach)}."
    if agreement.cost_of_alert:
        yield f"An alert costs {amount_in_words(agreement.cost_of_alert)}."
    if objective := agreement.objective:
        yield f"{objective.kept * 100:.4g}% are to be kept, over {objective.over_days} days."
