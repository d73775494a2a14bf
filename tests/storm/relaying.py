"""What goes wrong between a department and Kafka: copies, and records that nobody can count."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from random import Random

from services.shared.clock import SECOND, Instant
from tests.storm.events import astray, event_record, undecodable
from tests.storm.history import DUPLICATE, ID_CONFLICT, UNDECODABLE, WRONG_PARTITION
from tests.storm.plan import Company, Plan, Planned, planned

COPIES = ((0, 1, 2), (85, 12, 3))
"""How many more times an event is written, and in how many of a hundred cases."""
COPY_WITHIN_S = 4.0
POISON_SHARE = 0.02
CONFLICT_AFTER_S = 3.0
IN_THE_CALM = 3


def plan(seed: int, begin: Instant) -> Plan:
    """What is said from `begin` on, and what is written of it."""
    random = Random(seed)
    company = Company(random, begin)
    company.work()
    late = [
        company.answer_late(f"case/behind-{each}", 0.2 + 0.3 * each) for each in range(IN_THE_CALM)
    ]
    poison = [*_in_front_of(late, random), *_poison(company.said, random)]
    return planned(company, [*poison, *_copies(company.said, random)])


def _in_front_of(answers: Sequence[Planned], random: Random) -> Iterator[Planned]:
    """In the calm, where nothing else delays: each of these answers lies right behind poison."""
    for answer in answers:
        bad = undecodable(random, answer.party, answer.subject)
        yield Planned(answer.at - 1, UNDECODABLE, bad, answer.subject)


def _poison(events: Sequence[Planned], random: Random) -> Iterator[Planned]:
    """All kinds in turn, spread over the whole storm."""
    kinds = cycle((UNDECODABLE, ID_CONFLICT, WRONG_PARTITION))
    for near in [each for each in events if random.random() < POISON_SHARE]:
        match next(kinds):
            case "undecodable":
                bad = undecodable(random, near.party, near.subject)
                yield Planned(near.at - 1, UNDECODABLE, bad, near.subject)
            case "id_conflict":
                yield _conflict(near)
            case _:
                yield _astray(near, random.randbytes(16))


def _conflict(known: Planned) -> Planned:
    """The id of an event that was written before, with another own time."""
    record = event_record(known.id, known.type, known.subject, known.occurred_at + 1)
    at = known.at + int(CONFLICT_AFTER_S * SECOND)
    return Planned(at, ID_CONFLICT, record, known.subject, known.id, known.subject)


def _astray(near: Planned, id: bytes) -> Planned:
    """An event of a subject that is told of nowhere else, where that does not live."""
    subject = f"{near.subject}-astray"
    record = astray(event_record(id, near.type, subject, near.occurred_at))
    return Planned(near.at, WRONG_PARTITION, record, near.subject, id, subject)


def _copies(events: Sequence[Planned], random: Random) -> Iterator[Planned]:
    numbers, weights = COPIES
    for known in events:
        for _ in range(random.choices(numbers, weights)[0]):
            later = known.at + int(random.uniform(0.0, COPY_WITHIN_S) * SECOND)
            yield replace(known, kind=DUPLICATE, at=later)
