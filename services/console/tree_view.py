"""What hangs on a date that the customer was given: the chain and its slack. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.console.desk import Promise
from services.console.facts import CustomerTree, Hop
from services.console.times import Moment, distance, maybe_moment
from services.console.words import element_id, plain

JEOPARDY = {
    "normal": ("kept", "Nothing is in the way"),
    "hazard": ("at_risk", "In danger"),
    "critical": ("breached", "Will be missed unless somebody acts"),
}
"""The icon and the words of each degree; a newer one is shown as it came."""


@dataclass(frozen=True, slots=True)
class HopView:
    """One department's part; `slack` in words, `short` where it is overdrawn."""

    what: str
    owed_by: str
    link: str
    progress: str
    latest: Moment | None
    expected: Moment | None
    slack: str
    short: bool
    received_late: str
    is_cause: bool


@dataclass(frozen=True, slots=True)
class TreeView:
    """One date of the customer, what history says of it, and the way there."""

    id: str
    what: str
    date: Moment | None
    state: str
    word: str
    in_half: Moment | None
    in_most: Moment | None
    too_late: bool
    next_action_owner: str
    cause: str
    hops: tuple[HopView, ...]


def tree_view(tree: CustomerTree, promises: Sequence[Promise], now: datetime) -> TreeView:
    state, word = JEOPARDY.get(tree.jeopardy, ("other", plain(tree.jeopardy) or "Not judged"))
    outer = next((each for each in promises if each.promise_id == tree.promise_id), None)
    date, half = tree.customer_visible_by, tree.predicted_p50
    return TreeView(
        id="tree-" + element_id(tree.promise_id),
        what=plain(outer.agreement) if outer else "",
        date=maybe_moment(date, now),
        state=state,
        word=word,
        in_half=maybe_moment(half, now),
        in_most=maybe_moment(tree.predicted_p80, now),
        too_late=bool(date and half and half > date),
        next_action_owner=tree.next_action_owner,
        cause=plain(tree.root_cause),
        hops=tuple(_hop(each, tree.root_cause, now) for each in tree.hops),
    )


def _hop(hop: Hop, cause: str, now: datetime) -> HopView:
    late = timedelta(seconds=hop.received_late_s)
    return HopView(
        what=plain(hop.agreement),
        owed_by=hop.owed_by,
        link=f"#{element_id(hop.promise_id)}" if hop.promise_id else "",
        progress=_progress(hop),
        latest=maybe_moment(hop.latest_finish, now),
        expected=maybe_moment(hop.expected_finish, now),
        slack=_slack(hop),
        short=hop.slack_s < 0,
        received_late=f"got it {distance(late)} late" if late > timedelta() else "",
        is_cause=bool(cause) and hop.agreement == cause,
    )


def _progress(hop: Hop) -> str:
    if hop.done:
        return "done"
    return "under way" if hop.promise_id else "to come"


def _slack(hop: Hop) -> str:
    """In working time of the department."""
    if not hop.slack_s:
        return "nothing to spare"
    words = distance(timedelta(seconds=abs(hop.slack_s)))
    return f"{words} short" if hop.slack_s < 0 else f"{words} to spare"
