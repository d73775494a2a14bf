"""What is known of a subject: the latest value of each fact by the events' own times.

Values are plain: moments are Instants, messages mappings, repeated fields lists.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from services.shared.clock import Instant, to_instant
from services.tracker.core.facts import Fact
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Key, Subject

EVENT = "event"


def remember(subject: Subject, event: Event, sets: AgreementSets) -> None:
    """Keep what the event says, as far as agreements name it: of its kind, and of its own thing.

    The lines of a parcel are not those of its order: where an agreement names what a thing has, an
    event about that thing does not tell it of the whole.
    """
    kept, facts = sets.kept_facts, dict(subject.facts)
    kind = subject.id.partition("/")[0]
    for name, value in event.fields.items():
        if value is None:
            continue
        things = [(noun, id) for noun, id in _things(event.key) if (noun, name) in kept]
        if (kind, name) in kept and not things:
            facts[kind, name] = value
        for noun, id in things:
            facts[noun, name] = facts[f"{noun}/{id}", name] = value
    subject.facts = facts


def value_of(subject: Subject, fact: Fact, key: Key = (), event: Event | None = None) -> object:
    """The latest value of a fact, of the thing that `key` names if it does; None when unknown."""
    if fact.about == EVENT:
        value = _of_event(event, fact.name) if event else None
    elif (id := dict(key).get(f"{fact.about}_id")) is not None:
        value = subject.facts.get((f"{fact.about}/{id}", fact.name))
    else:
        value = subject.facts.get((fact.about, fact.name))
    return _part(value, fact.part)


def values_of(
    subject: Subject, facts: Iterable[Fact], key: Key, event: Event
) -> dict[str, dict[str, object]]:
    """The whole values of several facts, by what they are about and their field."""
    values: dict[str, dict[str, object]] = {}
    for fact in facts:
        value = value_of(subject, Fact(fact.about, fact.name), key, event)
        if value is not None:
            values.setdefault(fact.about, {})[fact.name] = value
    return values


def missing(subject: Subject, facts: Iterable[Fact], key: Key) -> tuple[str, ...]:
    """Those of the facts that nobody told, or told as empty."""
    return tuple(str(fact) for fact in facts if _is_empty(value_of(subject, fact, key)))


def as_instant(value: object) -> Instant | None:
    """An instant from a fact: an Instant, or ISO 8601 text with a zone; None for anything else."""
    if isinstance(value, str):
        try:
            return to_instant(datetime.fromisoformat(value))
        except ValueError:
            return None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _things(key: Key) -> Iterator[tuple[str, str]]:
    return ((name.removesuffix("_id"), id) for name, id in key if name.endswith("_id"))


def _of_event(event: Event, name: str) -> object:
    """A field of its body, or of its envelope."""
    if name in event.fields:
        return event.fields[name]
    envelope = {"party": event.party, "channel": event.channel, "customer": event.customer}
    return envelope.get(name)


def _part(value: object, path: str) -> object:
    """Follow a path into mappings; a list stands for itself, its parts are read where it is."""
    for name in path.split(".") if path else ():
        if isinstance(value, list):
            return value
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _is_empty(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(_is_empty(each) for each in value.values())
    return value is None or value in ("", [])
