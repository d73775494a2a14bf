"""A story in words for whoever runs a department: what happened, who heard what, what differs."""

from collections.abc import Iterator
from typing import assert_never

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import FINDINGS, Condition
from services.alerts.domain.words import spaced
from services.shared.clock import Instant, to_datetime
from services.shared.money import amount_in_words
from services.simulator.stories.judging import Difference, Other
from services.simulator.stories.playing import Heard, Line
from services.simulator.stories.script import Does, Notice, Says, Silence
from services.simulator.stories.telling import OFFICE

INDENT = len("Mon 13:00  ▲ ")
_VERBS = {
    Condition.AT_RISK: "warns {owed_by}",
    Condition.BREACHED: "tells {owed_by} and {owed_to}",
    Condition.UNKNOWN: "tells {owed_by} and {owed_to}",
    Condition.RETURNED: "asks {owed_to}",
}
"""Whom it concerns first; of anything else it tells who has the next step."""


def in_words(line: Line) -> Iterator[str]:
    """One thing that happens, or one notice and its next step on a line of its own."""
    match line:
        case Heard(notice, text):
            yield f"{moment(notice.at)}  {_tells(notice)}: {text}"
            if notice.next_step:
                yield f"{'':<{INDENT}}Next: {notice.next_step}"
        case Does() | Says() | Silence():
            yield f"{moment(line.at)}  {line.words}"
        case _:
            assert_never(line)


def differences(found: Difference) -> Iterator[str]:
    """One line for each notice that did not come as told."""
    for notice in found.missing:
        yield f"missing     {_named(notice)}"
    for notice in found.unexpected:
        yield f"unexpected  {_named(notice)}"
    for other in found.other:
        yield f"otherwise   {_named(other.expected)}; {'; '.join(_changes(other))}"


def moment(at: Instant) -> str:
    """`Mon 13:00` in the office, with seconds where there are any."""
    local = to_datetime(at).astimezone(OFFICE)
    return f"{local:%a %H:%M:%S}".removesuffix(":00")


def _tells(notice: Notice) -> str:
    if notice.resolution:
        return "✓ handoff"
    verb = "reminds {owed_by}" if notice.reason is Reason.REMINDER else _VERBS.get(notice.condition)
    parties = notice.promise
    whom = (verb or "tells {owed_by}").format(owed_by=parties.owed_by, owed_to=parties.owed_to)
    return f"▲ handoff {whom}"


def _named(notice: Notice) -> str:
    promise = notice.promise
    what = spaced(notice.resolution or notice.condition)
    whose = "to be settled by {} for {}" if notice.condition in FINDINGS else "owed by {} to {}"
    return (
        f"{moment(notice.at)}  {what} ({spaced(notice.reason)}): {promise.agreement},"
        f" {whose.format(promise.owed_by, promise.owed_to)}, about {promise.subject}"
    )


def _changes(other: Other) -> Iterator[str]:
    expected, came = other.expected, other.came
    if came.at != expected.at:
        yield f"it came at {moment(came.at)}"
    if came.reason != expected.reason:
        yield f"its reason is {spaced(came.reason)}"
    if came.next_step != expected.next_step:
        yield f"its next step is “{came.next_step}” and not “{expected.next_step}”"
    if came.at_stake != expected.at_stake:
        yield f"at stake is {amount_in_words(came.at_stake) if came.at_stake else 'nothing'}"
