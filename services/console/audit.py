"""Who did what to alerts, as it is asked for and as it is shown. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from services.console.desk import Refusal
from services.console.forms import optional
from services.console.times import Moment, moment
from services.console.traces.waterfall import trace_path
from services.console.words import plain, subject_path

FILTERS = ("actor", "key", "since")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty is any; `key` is an alert, a promise, a silence or a subject."""

    actor: str = ""
    key: str = ""
    since: datetime | None = None
    before: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One act at its place in the chain; `before` and `after` are the facts that it changed."""

    number: int
    actor: str
    action: str
    about: str
    subject: str
    at: datetime
    reason: str
    detail: str
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    trace_id: str


@dataclass(frozen=True, slots=True)
class Audit:
    """A page of the chain, the newest first; `wrong` is the first number that is not as written.

    `anchored` of `length` entries are covered by what was written down elsewhere.
    """

    entries: tuple[Entry, ...]
    length: int
    anchored: int
    checked: bool
    wrong: int
    how: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words; each change is a name, what it was, and what it became."""

    entry: Entry
    at: Moment
    action: str
    changes: tuple[tuple[str, str, str], ...]
    subject: str
    trace: str


@dataclass(frozen=True, slots=True)
class AuditView:
    """The page; `verdict` says whether the chain is whole, and `sound` whether that is good."""

    lines: tuple[Line, ...]
    verdict: str
    sound: bool
    checked: bool
    anchored: bool
    older: str


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """Raises Refusal with what would be right."""
    before = optional(query, "before") or "0"
    if not before.isdecimal():
        raise Refusal(400, f"The page before {before!r} is none; follow the link to older entries.")
    return Wanted(
        actor=optional(query, "actor"),
        key=optional(query, "key"),
        since=_since(optional(query, "since")),
        before=int(before),
    )


def audit_view(audit: Audit, query: Mapping[str, str], page_size: int) -> AuditView:
    full = len(audit.entries) == page_size and audit.entries[-1].number > 1
    return AuditView(
        lines=tuple(_line(each) for each in audit.entries),
        verdict=_verdict(audit),
        sound=audit.checked and not audit.wrong,
        checked=audit.checked,
        anchored=audit.anchored > 0,
        older=_older(query, audit.entries[-1].number) if full else "",
    )


def _since(text: str) -> datetime | None:
    """As a browser's form field gives it; all times here are in UTC."""
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(
            400, f"{text!r} is no moment; write it as 2026-11-02T16:00, in UTC."
        ) from error
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _verdict(audit: Audit) -> str:
    if audit.wrong:
        return f"Entry {audit.wrong} is not as it was written: it was {audit.how}."
    if not audit.checked:
        return f"{audit.length:,} entries are too many to be checked at each look."
    anchored = f"{audit.anchored:,} of them are anchored" if audit.anchored else "none is anchored"
    return f"The record is whole: {audit.length:,} entries, {anchored}."


def _older(query: Mapping[str, str], before: int) -> str:
    kept = {name: query[name] for name in FILTERS if query.get(name)}
    return "/audit?" + urlencode(kept | {"before": str(before)})


def _line(entry: Entry) -> Line:
    before, after = dict(entry.before), dict(entry.after)
    return Line(
        entry=entry,
        at=moment(entry.at, entry.at),
        action=plain(entry.action),
        changes=tuple(
            (plain(name), before.get(name, ""), after.get(name, "")) for name in {**after, **before}
        ),
        subject=subject_path(entry.subject) if entry.subject else "",
        trace=trace_path(entry.trace_id) if entry.trace_id else "",
    )
