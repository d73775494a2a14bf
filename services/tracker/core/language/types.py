"""The event types that an agreement names: each is known, and all are about one kind of subject."""

import re
from collections.abc import Iterator, Mapping

from services.shared.errors import UnknownEventType
from services.shared.subjects import Kind, kind_of
from services.shared.yaml_text import Path
from services.tracker.core import verdicts
from services.tracker.core.language.model import VERDICT, AgreementFile

Wrong = tuple[Path, str]
"""Where something is wrong, and what would be right."""

OPENING_VERDICTS = frozenset(verdicts.Kind) - {
    verdicts.Kind.BOUNCED,
    verdicts.Kind.FOUND,
    verdicts.Kind.CLEARED,
}
"""What is told of a promise, and may open another."""


def verdict_named(opens_on: str) -> tuple[str, str] | None:
    """Kind and agreement of `verdict.warned(deliver-order)`; None for an event type."""
    match = re.fullmatch(VERDICT, opens_on)
    return (match[1], match[2]) if match else None


def common_kind(
    parsed: AgreementFile, own_types: Mapping[str, Kind]
) -> tuple[Kind | None, list[Wrong]]:
    """The kind of subject that all its events are about; what is wrong where they are not."""
    kinds: list[tuple[Kind, str]] = []
    wrong: list[Wrong] = []
    for path, event_type in _named(parsed):
        try:
            kind = kind_of(event_type, own_types)
        except UnknownEventType as error:
            wrong.append((path, str(error)))
            continue
        if kind is None:
            remedy = f"{event_type} is about any subject; name an event of a party."
            wrong.append((path, remedy))
        elif kinds and kind != kinds[0][0]:
            remedy = (
                f"{event_type} is of kind {kind}, {kinds[0][1]} of kind {kinds[0][0]};"
                " name events that share a subject."
            )
            wrong.append((path, remedy))
        else:
            kinds.append((kind, event_type))
    return (kinds[0][0] if kinds else None), wrong


def _named(parsed: AgreementFile) -> Iterator[tuple[Path, str]]:
    if not verdict_named(parsed.opens_on):
        yield ("opens_on",), parsed.opens_on
    yield ("fulfil", "on"), parsed.fulfil.on
    if parsed.fulfil.confirmed_by:
        yield ("fulfil", "confirmed_by"), parsed.fulfil.confirmed_by
    if parsed.acknowledge:
        yield ("acknowledge", "on"), parsed.acknowledge.on
    for at, pause in enumerate(parsed.pauses):
        yield ("pauses", at, "from"), pause.starts_on
        yield ("pauses", at, "to"), pause.ends_on
    for at, each in enumerate(parsed.cancels_on):
        yield ("cancels_on", at), each
    if parsed.amends_on:
        yield ("amends_on",), parsed.amends_on


def wrong_roles(parsed: AgreementFile) -> Iterator[Wrong]:
    """An event type in two parts that exclude each other, so that one could never be played."""
    opening, evidence = parsed.opens_on, parsed.fulfil.on
    yield from _wrong_opening(parsed)
    if evidence == opening:
        yield ("fulfil", "on"), f"{evidence} also opens the promise; name another event."
    if parsed.acknowledge and parsed.acknowledge.on == opening:
        yield ("acknowledge", "on"), f"{opening} also opens the promise; name another event."
    for place, event_type in enumerate(parsed.cancels_on):
        if event_type == evidence:
            yield ("cancels_on", place), f"{evidence} is also the evidence; leave it out."
    for place, pause in enumerate(parsed.pauses):
        if pause.starts_on == pause.ends_on:
            remedy = f"{pause.ends_on} also starts the pause; name another event."
            yield ("pauses", place, "to"), remedy
    yield from _wrong_confirmation(parsed)
    yield from _wrong_signatures(parsed)


def _wrong_opening(parsed: AgreementFile) -> Iterator[Wrong]:
    named = verdict_named(parsed.opens_on)
    if named and named[0] not in OPENING_VERDICTS:
        known = ", ".join(sorted(OPENING_VERDICTS))
        yield ("opens_on",), f"{named[0]!r} is no verdict on a promise; there are {known}."
    if named and named[1] == parsed.agreement:
        yield ("opens_on",), "it would open on a verdict of its own; name another agreement."


def _wrong_confirmation(parsed: AgreementFile) -> Iterator[Wrong]:
    confirmed_by = parsed.fulfil.confirmed_by
    if confirmed_by in (parsed.fulfil.on, parsed.opens_on):
        yield ("fulfil", "confirmed_by"), f"{confirmed_by} has a part already; name another event."
    elif confirmed_by and confirmed_by.partition(".")[0] == parsed.owed_by.partition("/")[0]:
        remedy = f"{confirmed_by} is the debtor's own; name an event of another party."
        yield ("fulfil", "confirmed_by"), remedy


def _wrong_signatures(parsed: AgreementFile) -> Iterator[Wrong]:
    for party in parsed.agreed_by:
        if party not in (parsed.owed_by, parsed.owed_to):
            remedy = f"{party} is neither side; {parsed.owed_by} and {parsed.owed_to} sign."
            yield ("agreed_by", party), remedy
