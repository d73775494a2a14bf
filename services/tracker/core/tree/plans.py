"""The way to a date that the customer was given, as the agreements draw it: its hops, in order.

What became of the hops of one subject is the affair of `steps`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from services.tracker.core.agreements import Agreement
from services.tracker.core.tree.links import (
    Link,
    closed_by,
    is_hop,
    links_of,
    parts_of,
    waits_of,
    without_circles,
)


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
    links = links_of(hops, outer)
    links = without_circles(hops, [*links, *parts_of(hops, outer, links)])
    leading = {link.first for link in links}
    astray = (name for name in hops if name not in leading and name != outer.name)
    links += [Link(name, outer.name, starts=False) for name in astray]
    return Plan(
        {name: hops[name] for name in _order(hops, links)},
        {name: tuple(link for link in links if link.then == name) for name in hops},
        {name: tuple(link for link in links if link.first == name) for name in hops},
        frozenset(each.serves for each in hops.values() if each is not outer),
    )


def _hops(outer: Agreement, agreements: Iterable[Agreement]) -> dict[str, Agreement]:
    """By name, between the outer promise's opening and its end: without those that its end opens,
    and those whose end leads to its opening.
    """
    serving: dict[str, list[Agreement]] = {}
    for each in agreements:
        if each.serves and is_hop(each) and each.opens_on not in closed_by(outer):
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
    """What has ended when the outer promise is opened, with its parts."""
    early: set[str] = set()
    awaited = {outer.opens_on}
    while awaited:
        found = {
            name
            for name, each in hops.items()
            if each is not outer and name not in early
            if each.serves in early or not awaited.isdisjoint(closed_by(each))
        }
        early |= found
        awaited = {hops[name].opens_on for name in found}
    return early


def _order(hops: Mapping[str, Agreement], links: Iterable[Link]) -> Iterable[str]:
    return TopologicalSorter(waits_of(hops, links)).static_order()
