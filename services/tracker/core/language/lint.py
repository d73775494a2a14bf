"""What is read and still looks wrong in a set of agreements: remarks, in the form of faults."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.shared.clock import Instant, to_datetime
from services.shared.faults import Fault, fault_at
from services.shared.yaml_text import Document
from services.tracker.core.agreements import Agreement
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.facts import FactRule
from services.tracker.core.tree.circles import cycle
from services.tracker.core.tree.shortfalls import negative_slack
from services.tracker.core.tree.tree import CUSTOMER


@dataclass(frozen=True, slots=True)
class Linted:
    """A set that was read, with the documents of its files by what they are and their name."""

    agreements: Sequence[Agreement]
    calendars: Sequence[WorkingCalendar]
    facts: Sequence[FactRule]
    documents: Mapping[tuple[str, str], tuple[str, Document]]

    def remark(self, kind: str, name: str, remedy: str, *path: str | int) -> Fault:
        file, document = self.documents[kind, name]
        return fault_at(file, document, path or (kind,), remedy)


def remarks(linted: Linted, now: Instant) -> tuple[Fault, ...]:
    """Everything that somebody should look at, by file and line."""
    found = [
        *(each for agreement in linted.agreements for each in _of_one(linted, agreement, now)),
        *_unused(linted),
        *_chains(linted),
    ]
    return tuple(sorted(found, key=lambda fault: (fault.file, fault.line)))


def _of_one(linted: Linted, agreement: Agreement, now: Instant) -> Iterator[Fault]:
    def remark(remedy: str, *path: str | int) -> Fault:
        return linted.remark("agreement", agreement.name, remedy, *path)

    sides = {agreement.owed_by, agreement.owed_to} - {CUSTOMER}
    if unsigned := sorted(sides - {party for party, _ in agreement.agreed_by}):
        remedy = f"{' and '.join(unsigned)} did not sign; add the date that they agreed."
        yield remark(remedy, "agreed_by")
    if agreement.review_by is not None and agreement.review_by < now:
        day = to_datetime(agreement.review_by).date()
        yield remark(f"it was to be looked at again by {day}; do, and move the date.", "review_by")
    if agreement.risk_above is not None:
        yield remark("no risk model is loaded, so this warns of nothing yet.", "warn")
    if agreement.owed_to != CUSTOMER:
        yield from _service(linted, agreement)


def _service(linted: Linted, agreement: Agreement) -> Iterator[Fault]:
    """Whether the customer would notice: what it serves ends at a promise to the customer."""
    by_name = {each.name: each for each in linted.agreements}
    outer, seen = agreement, {agreement.name}
    while outer.serves in by_name and outer.serves not in seen:
        outer = by_name[outer.serves]
        seen.add(outer.name)
    if outer.owed_to != CUSTOMER:
        remedy = (
            "it serves no promise to the customer; name the one that breaks with it"
            " as `visible_to_customer_as`."
        )
        path = "visible_to_customer_as" if agreement.serves else "agreement"
        yield linted.remark("agreement", agreement.name, remedy, path)


def _unused(linted: Linted) -> Iterator[Fault]:
    used = {each.calendar.name for each in linted.agreements}
    used |= {each.calendar.name for each in linted.facts}
    for calendar in linted.calendars:
        if calendar.name not in used:
            remedy = "nothing names this calendar; name it, or take the file away."
            yield linted.remark("calendar", calendar.name, remedy)


def _chains(linted: Linted) -> Iterator[Fault]:
    """What no agreement has alone: promises that wait for one another, or cannot all be kept."""
    if circle := cycle(linted.agreements):
        remedy = f"{', '.join(circle)} wait for one another; let one of them go first."
        yield linted.remark("agreement", circle[0], remedy)
        return
    for name, outer, missing in negative_slack(linted.agreements):
        span = timedelta(seconds=missing // 1_000_000)
        remedy = (
            f"{outer} cannot be kept even if everybody is in time: from here on {span} of working"
            " time are missing; shorten this promise or one after it."
        )
        yield linted.remark("agreement", name, remedy, "fulfil")
