"""The values of an agreement file, each read in its own way: spans, facts, money, moments.

Every value is read whatever was wrong with another, so that all faults come at once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar

from services.shared.clock import to_instant
from services.shared.subjects import Kind
from services.tracker.core.agreements import (
    Acknowledgement,
    Agreement,
    Before,
    Decides,
    InFull,
    Objective,
    PauseRule,
)
from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.conditions import Condition
from services.tracker.core.durations import Duration, Rung, WallTime, parse_duration, parse_rung
from services.tracker.core.language.amounts import parse_money, parse_percent
from services.tracker.core.language.expressions import Timer, read_condition
from services.tracker.core.language.model import OBJECTIVE_DAYS_LIMIT, AgreementFile
from services.tracker.core.language.references import Scope
from services.tracker.core.language.types import Wrong, common_kind, verdict_named, wrong_roles

_T = TypeVar("_T")
_RISK = re.compile(r"risk *> *(0?\.\d{1,4})")


@dataclass(frozen=True, slots=True)
class Known:
    """What files of the language may refer to, and the timer of expressions."""

    own_types: Mapping[str, Kind]
    calendars: Mapping[str, Calendar]
    timer: Timer | None = None


class Terms:
    """Reads the values of one file, collecting in `wrong` what is not right."""

    def __init__(self, parsed: AgreementFile, known: Known) -> None:
        self._parsed, self._known = parsed, known
        kind, self.wrong = common_kind(parsed, known.own_types)
        self.wrong += wrong_roles(parsed)
        at_hand = "" if verdict_named(parsed.opens_on) else parsed.opens_on
        self._scope = Scope(kind, at_hand, known.own_types)

    def agreement(self) -> Agreement:
        """The agreement; it is right where `wrong` stays empty."""
        parsed = self._parsed
        agreement = Agreement(
            name=parsed.agreement,
            version=parsed.version,
            effective_from=_midnight(parsed.effective_from),
            kind=parsed.kind,
            owed_by=parsed.owed_by,
            owed_to=parsed.owed_to,
            because=parsed.because,
            opens_on=parsed.opens_on,
            evidence=(parsed.fulfil.on,),
            calendar=self._calendar(),
            cancels_on=tuple(parsed.cancels_on),
            amends_on=parsed.amends_on or "",
            serves=parsed.visible_to_customer_as or "",
            next_step=parsed.do or "",
            runbook=parsed.runbook or "",
            escalate=parsed.escalate or "",
            agreed_by=tuple((party, _midnight(day)) for party, day in parsed.agreed_by.items()),
            review_by=_midnight(parsed.review_by) if parsed.review_by else None,
        )
        return self._with_money(self._with_conditions(self._with_clock(agreement)))

    def _calendar(self) -> Calendar:
        name, calendars = self._parsed.calendar, self._known.calendars
        if name is None:
            return ALWAYS
        if name not in calendars:
            there = ", ".join(sorted(calendars)) or "none"
            self._is_wrong(
                f"there is no calendar {name!r} beside it; there are {there}.", "calendar"
            )
        return calendars.get(name, ALWAYS)

    def _with_clock(self, agreement: Agreement) -> Agreement:
        """The deadline, and every other span of time."""
        parsed, fulfil = self._parsed, self._parsed.fulfil
        if [fulfil.within, fulfil.by, fulfil.before].count(None) != 2:  # noqa: PLR2004 - all but one
            self._is_wrong("give exactly one of `within`, `by` and `before`.", "fulfil")
        risk, warn = self._warnings()
        return replace(
            agreement,
            within=self._span(fulfil.within, "fulfil", "within"),
            by=self._read(self._scope.moment, fulfil.by, "fulfil", "by"),
            before=self._before(),
            acknowledge=self._acknowledgement(),
            confirmed_by=fulfil.confirmed_by or "",
            confirm_within=self._span(fulfil.confirm_within, "fulfil", "confirm_within"),
            pauses=tuple(
                PauseRule(
                    pause.starts_on,
                    pause.ends_on,
                    pause.waiting_on,
                    self._span(pause.at_most, "pauses", place, "at_most"),
                )
                for place, pause in enumerate(parsed.pauses)
            ),
            update_every=self._span(parsed.update_every, "update_every"),
            warn=warn,
            risk_above=risk,
        )

    def _before(self) -> Before | None:
        before = self._parsed.fulfil.before
        slack = self._span(before.slack if before else None, "fulfil", "before", "slack")
        return Before(before.promise, slack) if before and slack else None

    def _acknowledgement(self) -> Acknowledgement | None:
        keys = self._parsed.acknowledge
        within = self._span(keys.within if keys else None, "acknowledge", "within")
        return Acknowledgement(keys.on, within) if keys and within else None

    def _warnings(self) -> tuple[float | None, tuple[Rung, ...]]:
        """The risk above which the debtor is warned, and the warnings by time."""
        risks: list[float] = []
        rungs: list[Rung] = []
        for place, text in enumerate(self._parsed.warn):
            if text.strip().startswith("risk"):
                risks += filter(None, [self._read(_risk, text, "warn", place)])
            elif rung := self._read(parse_rung, text, "warn", place):
                self._needs_calendar(rung.before, text, "warn", place)
                rungs.append(rung)
        if len(risks) > 1:
            self._is_wrong("it warns of a risk twice; keep one.", "warn")
        return (risks[0] if risks else None), tuple(rungs)

    def _with_conditions(self, agreement: Agreement) -> Agreement:
        """The facts that it reads, and what it makes of them."""
        parsed, scope = self._parsed, self._scope

        def condition(text: str) -> Condition:
            return read_condition(text, scope, self._known.timer)

        return replace(
            agreement,
            where=self._read(condition, parsed.where, "where"),
            in_full=self._in_full(),
            requires=tuple(
                fact
                for place, text in enumerate(parsed.requires)
                if (fact := self._read(scope.fact, text, "requires", place))
            ),
        )

    def _in_full(self) -> InFull | None:
        keys = self._parsed.fulfil.in_full
        if keys is None:
            return None
        evidence = replace(self._scope, at_hand=self._parsed.fulfil.on)
        promised = self._read(self._scope.measure, keys.promised, "fulfil", "in_full", "promised")
        delivered = self._read(evidence.measure, keys.delivered, "fulfil", "in_full", "delivered")
        tolerance = self._read(parse_percent, keys.tolerance, "fulfil", "in_full", "tolerance")
        if not promised or not delivered:
            return None
        types = {self._scope.type_of(promised), evidence.type_of(delivered)} - {None}
        if len(types) > 1:
            remedy = f"{promised} and {delivered} are not of one measure; name two that are."
            self._is_wrong(remedy, "fulfil", "in_full")
        return InFull(promised, delivered, tolerance or 0.0)

    def _with_money(self, agreement: Agreement) -> Agreement:
        """Who decides up to which amount, what it costs, and how many are to be kept."""
        parsed, decides = self._parsed, self._parsed.decides
        cost = parsed.cost
        up_to = self._read(parse_money, decides.up_to if decides else None, "decides", "up_to")
        return replace(
            agreement,
            decides=Decides(decides.who, up_to, decides.deputy or "") if decides else None,
            cost_of_breach=self._read(parse_money, cost.breach if cost else None, "cost", "breach"),
            cost_of_alert=self._read(parse_money, cost.alert if cost else None, "cost", "alert"),
            objective=self._objective(),
        )

    def _objective(self) -> Objective | None:
        keys = self._parsed.objective
        if keys is None:
            return None
        kept = self._read(parse_percent, keys.kept, "objective", "kept")
        days = self._read(_whole_days, keys.over, "objective", "over")
        return Objective(kept, days) if kept is not None and days else None

    def _span(self, text: str | None, *path: str | int) -> Duration | None:
        span = self._read(parse_duration, text, *path)
        self._needs_calendar(span, text or "", *path)
        return span

    def _needs_calendar(self, span: Duration | None, text: str, *path: str | int) -> None:
        if span is not None and not isinstance(span, WallTime) and not self._parsed.calendar:
            self._is_wrong(f"{text!r} is working time; say whose with `calendar: <name>`.", *path)

    def _read(self, read: Callable[[str], _T], text: str | None, *path: str | int) -> _T | None:
        if text is None:
            return None
        try:
            return read(text)
        except ValueError as error:
            self._is_wrong(str(error), *path)
            return None

    def _is_wrong(self, remedy: str, *path: str | int) -> None:
        wrong: Wrong = (path, remedy)
        self.wrong.append(wrong)


def _risk(text: str) -> float:
    match = re.fullmatch(_RISK, text.strip())
    if not match or not float(match[1]):
        raise ValueError(f"{text!r} is no risk; write it from 0 to 1, for example 'risk > 0.6'.")
    return float(match[1])


def _whole_days(text: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,2}) days?", text.strip())
    if not match or int(match[1]) > OBJECTIVE_DAYS_LIMIT:
        raise ValueError(
            f"{text!r} is no span of an objective; write 1 to {OBJECTIVE_DAYS_LIMIT} days,"
            " for example '28 days'."
        )
    return int(match[1])


def _midnight(day: date) -> int:
    return to_instant(datetime(day.year, day.month, day.day, tzinfo=UTC))
