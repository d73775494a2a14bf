"""What the agreements of one set say of each other: that what one names is there, and makes sense.

A reference goes to an agreement about the same kind of subject, and leads nowhere back to itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from services.shared.faults import Fault, fault_at
from services.shared.subjects import Kind, kind_of
from services.shared.yaml_text import Document, Path
from services.tracker.core.agreements import Agreement
from services.tracker.core.companions import with_companions
from services.tracker.core.language.types import verdict_named

AGREEMENTS_LIMIT = 1_000
"""Agreements of one set."""
PROMISES_LIMIT = 64
"""Promises that one event may open: agreements of a set that open on one type, with those to
acknowledge and to be heard of."""


class Placed(NamedTuple):
    """An agreement, and the document of the file that it was read from."""

    agreement: Agreement
    file: str
    document: Document

    def fault(self, remedy: str, *path: str | int) -> Fault:
        return fault_at(self.file, self.document, path, remedy)


class _Reference(NamedTuple):
    """Where an agreement names another, and which."""

    path: Path
    named: Callable[[Agreement], str]


_REFERENCES = (
    _Reference(("opens_on",), lambda each: (verdict_named(each.opens_on) or ("", ""))[1]),
    _Reference(
        ("fulfil", "before", "promise"), lambda each: each.before.promise if each.before else ""
    ),
    _Reference(("visible_to_customer_as",), lambda each: each.serves),
)


def faults_together(
    placed: Sequence[Placed], own_types: Mapping[str, Kind], broken: frozenset[str]
) -> Iterator[Fault]:
    """Every fault that no file has alone; `broken` are agreements whose own files are wrong."""
    by_name: dict[str, Placed] = {}
    for each in placed:
        if other := by_name.get(each.agreement.name):
            yield each.fault(f"{other.file} has the same name; change one.", "agreement")
        by_name.setdefault(each.agreement.name, each)
    for each in by_name.values():
        for reference in _REFERENCES:
            yield from _wrong_reference(each, reference, by_name, own_types, broken)
    yield from _too_many(placed)


def _wrong_reference(
    each: Placed,
    reference: _Reference,
    by_name: Mapping[str, Placed],
    own_types: Mapping[str, Kind],
    broken: frozenset[str],
) -> Iterator[Fault]:
    name = reference.named(each.agreement)
    if not name or name in broken:
        return
    other = by_name.get(name)
    if other is None:
        yield each.fault(
            f"no agreement is called {name!r}; add it, or name another.", *reference.path
        )
        return
    kind, theirs = _kind(each.agreement, own_types), _kind(other.agreement, own_types)
    if kind != theirs:
        remedy = f"{name} is about {theirs}s, this about {kind}s; name one about {kind}s."
        yield each.fault(remedy, *reference.path)
    if reference.path == ("opens_on",) and verdict_named(other.agreement.opens_on):
        remedy = f"{name} opens on a verdict itself; name one that opens on an event."
        yield each.fault(remedy, *reference.path)
    elif _leads_back(each, reference, by_name):
        yield each.fault(f"{name} leads back to this one; leave one of them out.", *reference.path)


def _leads_back(each: Placed, reference: _Reference, by_name: Mapping[str, Placed]) -> bool:
    """Whether the names of this kind go round in a circle that this agreement is on."""
    seen: set[str] = set()
    name = reference.named(each.agreement)
    while name in by_name and name not in seen:
        if name == each.agreement.name:
            return True
        seen.add(name)
        name = reference.named(by_name[name].agreement)
    return False


def _kind(agreement: Agreement, own_types: Mapping[str, Kind]) -> Kind | None:
    return kind_of(agreement.evidence[0], own_types)


def _too_many(placed: Sequence[Placed]) -> Iterator[Fault]:
    if len(placed) > AGREEMENTS_LIMIT:
        remedy = f"there are {len(placed)} agreements; the limit is {AGREEMENTS_LIMIT}."
        yield placed[AGREEMENTS_LIMIT].fault(remedy, "agreement")
    opening = Counter(one.opens_on for each in placed for one in with_companions(each.agreement))
    for each in placed:
        if (opened := opening.pop(each.agreement.opens_on, 0)) > PROMISES_LIMIT:
            remedy = (
                f"{each.agreement.opens_on} opens {opened} promises, with those of acknowledge and"
                f" update_every; the limit is {PROMISES_LIMIT}."
            )
            yield each.fault(remedy, "opens_on")
