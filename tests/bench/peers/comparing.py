"""Whether a peer told the verdicts that it had to, and which is the first that differs. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.bench.peers.workload import Told


class Disagreement(Exception):
    """A peer told other verdicts than follow from the events; what it measured counts nothing."""


def check(peer: str, expected: Iterable[Told], told: Iterable[Told]) -> Mapping[str, int]:
    """How many verdicts of each kind there are; raises Disagreement that names the first.

    Once a promise, a kind: a verdict that comes twice differs from one that comes once.
    """
    wanted, came = Counter(expected), Counter(told)
    if wanted != came:
        raise Disagreement(f"{peer} does not agree: {_first_difference(wanted, came)}")
    return dict(sorted(Counter(each.kind for each in came).items()))


def _first_difference(wanted: Counter[Told], came: Counter[Told]) -> str:
    """The first in order of subject, agreement and kind, and how many there are of each sort."""
    missing, extra = wanted - came, came - wanted
    first = min({*missing, *extra}, key=_place)
    said = f"told {came[first]} times, and {wanted[first]} times is right"
    return (
        f"{first.subject} {first.agreement} {first.kind} is {said}; in all"
        f" {missing.total()} of {wanted.total()} are missing and {extra.total()} too many"
    )


def _place(told: Told) -> tuple[int, Told]:
    """Subjects end in a number."""
    return int(told.subject.rpartition("/")[2]), told
