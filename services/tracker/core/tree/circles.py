"""Agreements that wait for one another in a circle, for lint: no plan can hold them all."""

from collections.abc import Iterable, Mapping

from services.tracker.core.agreements import Agreement
from services.tracker.core.tree.links import circle, is_hop, openings


def cycle(agreements: Iterable[Agreement]) -> tuple[str, ...]:
    """The agreements of a circle, each of them coming before the next; empty without any."""
    known = {each.name: each for each in agreements if is_hop(each)}
    waits: dict[str, set[str]] = {name: set() for name in known}
    for each in known.values():
        for whole in (each.serves, each.before.promise if each.before else ""):
            if whole in waits:
                waits[whole].add(each.name)
    roots = {name: _outermost(each, known) for name, each in known.items()}
    served = {roots[name] for name, each in known.items() if each.serves}
    for first, then in openings(known.values(), known.values()):
        if roots[first.name] == roots[then.name] in served:
            waits[then.name].add(first.name)
    return circle(waits)


def _outermost(agreement: Agreement, known: Mapping[str, Agreement]) -> str:
    """The promise at the end of what it serves; of a circle, the first of its names."""
    passed = [agreement.name]
    while (serves := known[passed[-1]].serves) in known:
        if serves in passed:
            return min(passed[passed.index(serves) :])
        passed.append(serves)
    return passed[-1]
