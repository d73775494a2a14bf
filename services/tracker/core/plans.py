"""The way to a date that the customer was given, as the agreements draw it: which hop comes before
which. What became of the hops of one subject is the affair of `steps`.
"""

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


@dataclass(frozen=True, slots=True)
class Plan:
    """The hops under one outer promise by name, first to last; the last is the outer one itself.

    `wholes` are the hops that others are parts of.
    """

    agreements: Mapping[str, Agreement]
    into: Mapping[str, tuple[Link, ...]]
    out_of: Mapping[str, tuple[Link, ...]]
    wholes: frozenset[str]

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(self.agreements)


def plan(outer: Agreement, agreements: Iterable[Agreement]) -> Plan:
    """What serves the outer promise, directly or through others, and in which order.

    A circle, which lint refuses, is opened at one of its links; each hop still leads to the end.
    """
    hops = _hops(outer, agreements)
    links = _links(hops, outer)
    links = _without_circles(hops, [*links, *_parts(hops, outer, links)])
    leading = {link.first for link in links}
    astray = (name for name in hops if name not in leading and name != outer.name)
    links += [Link(name, outer.name, starts=False) for name in astray]
    return Plan(
        {name: hops[name] for name in _order(hops, links)},
        {name: tuple(link for link in links if link.then == name) for name in hops},
        {name: tuple(link for link in links if link.first == name) for name in hops},
        frozenset(each.serves for each in hops.values() if each is not outer),
    )


def cycle(agreements: Iterable[Agreement]) -> tuple[str, ...]:
    """The agreements of a circle, each of them coming before the next; empty without any."""
    known = {each.name: each for each in agreements if _is_hop(each)}
    waits: dict[str, set[str]] = {name: set() for name in known}
    for each in known.values():
        for whole in (each.serves, each.before.promise if each.before else ""):
            if whole in waits:
                waits[whole].add(each.name)
    roots = {name: _outermost(each, known) for name, each in known.items()}
    served = {roots[name] for name, each in known.items() if each.serves}
    for first, then in _openings(known.values(), known.values()):
        if roots[first.name] == roots[then.name] in served:
            waits[then.name].add(first.name)
    return _circle(waits)


def _hops(outer: Agreement, agreements: Iterable[Agreement]) -> dict[str, Agreement]:
    """By name, between the outer promise's opening and its end: without those that its end opens,
    and those whose end leads to its opening.
    """
    serving: dict[str, list[Agreement]] = {}
    for each in agreements:
        if each.serves and _is_hop(each) and each.opens_on not in _closed_by(outer):
            serving.setdefault(each.serves, []).append(each)
    hops, wholes = {outer.name: outer}, [outer.name]
    while wholes:
        for each in serving.pop(wholes.pop(), ()):
            if each.name not in hops:
                hops[each.name] = each
                wholes.append(each.name)
    early = _early(outer, hops)
    return {name: each for name, each in hops.items() if name not in early}


def _early(outer: Agreement, hops: Mapping[str, Agreement]) -> set[str]:
    early, awaited = {outer.name}, {outer.opens_on}
    while awaited:
        found = {
            name
            for name, each in hops.items()
            if name not in early and not awaited.isdisjoint(_closed_by(each))
        }
        early |= found
        awaited = {hops[name].opens_on for name in found}
    return early - {outer.name}


def _is_hop(agreement: Agreement) -> bool:
    """What a verdict opens answers to the way that a promise goes, and companions
    (`<name>.acknowledge`) speak of a hop: neither is a part of the way.
    """
    return "." not in agreement.name and not agreement.opens_on.startswith("verdict.")


def _links(hops: Mapping[str, Agreement], outer: Agreement) -> list[Link]:
    """What opens what, and what is due before what; nothing comes after the outer promise."""
    inner = [each for each in hops.values() if each is not outer]
    openings = _openings(inner, hops.values())
    links = [Link(first.name, then.name) for first, then in openings if first is not then]
    return links + [
        Link(each.name, each.before.promise, starts=False, lag=each.before.slack)
        for each in inner
        if each.before and each.before.promise in hops and each.before.promise != each.name
    ]


def _openings(
    firsts: Iterable[Agreement], thens: Iterable[Agreement]
) -> Iterator[tuple[Agreement, Agreement]]:
    """Two agreements of which the end of the first opens the other."""
    opened: dict[str, list[Agreement]] = {}
    for then in thens:
        opened.setdefault(then.opens_on, []).append(then)
    for first in firsts:
        for event_type in _closed_by(first):
            for then in opened.get(event_type, ()):
                yield first, then


def _parts(hops: Mapping[str, Agreement], outer: Agreement, links: Iterable[Link]) -> list[Link]:
    """What leads nowhere else leads to the promise that it serves."""
    leading = {link.first for link in links}
    inner = (each for each in hops.values() if each is not outer)
    return [
        Link(each.name, each.serves, starts=False) for each in inner if each.name not in leading
    ]


def _without_circles(hops: Mapping[str, Agreement], links: list[Link]) -> list[Link]:
    """Every round opens one circle by leaving out a link, so there are no more than links."""
    while circle := _circle(_waits(hops, links)):
        dropped = circle[-1], circle[0]
        links = [link for link in links if (link.first, link.then) != dropped]
    return links


def _order(hops: Mapping[str, Agreement], links: Iterable[Link]) -> Iterable[str]:
    return TopologicalSorter(_waits(hops, links)).static_order()


def _waits(names: Iterable[str], links: Iterable[Link]) -> dict[str, set[str]]:
    waits: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for link in links:
        waits[link.then].add(link.first)
    return waits


def _circle(waits: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The nodes of one circle, each the predecessor of the next; empty when there is none."""
    try:
        TopologicalSorter({name: sorted(waits[name]) for name in sorted(waits)}).prepare()
    except CycleError as error:
        return tuple(error.args[1][:-1])
    return ()


def _outermost(agreement: Agreement, known: Mapping[str, Agreement]) -> str:
    """The promise at the end of what it serves; of a circle, the first of its names."""
    passed = [agreement.name]
    while (serves := known[passed[-1]].serves) in known:
        if serves in passed:
            return min(passed[passed.index(serves) :])
        passed.append(serves)
    return passed[-1]


def _closed_by(agreement: Agreement) -> tuple[str, ...]:
    return (*agreement.evidence, *filter(None, (agreement.confirmed_by,)))
