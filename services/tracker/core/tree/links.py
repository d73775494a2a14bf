"""What comes before what among agreements: the links of a plan, and the circles in them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from services.tracker.core.agreements import Agreement
from services.tracker.core.durations import Duration


@dataclass(frozen=True, slots=True)
class Link:
    """`first` comes before `then`.

    Where it `starts` it, `then` opens on its evidence. Where it does not, it is a part of what
    `then` promises, finished `lag` before it in its own working time; None: nothing is agreed.
    """

    first: str
    then: str
    starts: bool = True
    lag: Duration | None = None


def is_hop(agreement: Agreement) -> bool:
    """What a verdict opens answers to the way that a promise goes, and companions
    (`<name>.acknowledge`) speak of a hop: neither is a part of the way.
    """
    return "." not in agreement.name and not agreement.opens_on.startswith("verdict.")


def links_of(hops: Mapping[str, Agreement], outer: Agreement) -> list[Link]:
    """What opens what, and what is due before what; nothing comes after the outer promise."""
    inner = [each for each in hops.values() if each is not outer]
    pairs = openings(inner, hops.values())
    links = [Link(first.name, then.name) for first, then in pairs]
    return links + [
        Link(each.name, each.before.promise, starts=False, lag=each.before.slack)
        for each in inner
        if each.before and each.before.promise in hops and each.before.promise != each.name
    ]


def parts_of(hops: Mapping[str, Agreement], outer: Agreement, links: Iterable[Link]) -> list[Link]:
    """What leads nowhere else leads to the promise that it serves."""
    leading = {link.first for link in links}
    inner = (each for each in hops.values() if each is not outer)
    return [
        Link(each.name, each.serves, starts=False) for each in inner if each.name not in leading
    ]


def openings(
    firsts: Iterable[Agreement], thens: Iterable[Agreement]
) -> Iterator[tuple[Agreement, Agreement]]:
    """Two agreements of which the end of the first opens the other."""
    opened: dict[str, list[Agreement]] = {}
    for then in thens:
        opened.setdefault(then.opens_on, []).append(then)
    for first in firsts:
        for event_type in closed_by(first):
            for then in opened.get(event_type, ()):
                yield first, then


def closed_by(agreement: Agreement) -> tuple[str, ...]:
    return (*agreement.evidence, *filter(None, (agreement.confirmed_by,)))


def without_circles(hops: Mapping[str, Agreement], links: list[Link]) -> list[Link]:
    """Every round opens one circle by leaving out a link, so there are no more than links."""
    while found := circle(waits_of(hops, links)):
        dropped = found[-1], found[0]
        links = [link for link in links if (link.first, link.then) != dropped]
    return links


def waits_of(names: Iterable[str], links: Iterable[Link]) -> dict[str, set[str]]:
    waits: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for link in links:
        waits[link.then].add(link.first)
    return waits


def circle(waits: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The nodes of one circle, each the predecessor of the next; empty when there is none."""
    try:
        TopologicalSorter({name: sorted(waits[name]) for name in sorted(waits)}).prepare()
    except CycleError as error:
        return tuple(error.args[1][:-1])
    return ()
