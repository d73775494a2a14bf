"""What could not be handled, as it lies in the topic of dead letters, with why and where from.

Letters stay there, also those that were sent again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.shared.bus import Received, Record
from services.shared.consuming import DEAD_LETTER_HEADERS
from services.shared.errors import HandoffError


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter; `id` is where it lies, as `<partition>/<offset>`."""

    id: str
    reason: str
    topic: str
    partition: str
    offset: str
    handler: str
    failed_at: str
    event_type: str
    key: str


def letter_of(record: Received) -> Letter:
    said = {name: value.decode(errors="replace") for name, value in record.headers}
    return Letter(
        id=_id(record),
        reason=said.get("reason", ""),
        topic=said.get("topic", ""),
        partition=said.get("partition", ""),
        offset=said.get("offset", ""),
        handler=said.get("handler", ""),
        failed_at=said.get("failed_at", ""),
        event_type=said.get("ce_type", ""),
        key=record.key.decode(errors="replace"),
    )


class NoSuchLetter(HandoffError):
    """No dead letter has this id."""


class TooManyLetters(HandoffError):
    """More letters have a reason than may be sent at once."""


def named(records: Iterable[Received], ids: Collection[str]) -> list[Received]:
    """The letters with these ids, the oldest first. Raises NoSuchLetter."""
    wanted = frozenset(ids)
    found = {id: each for each in records if (id := _id(each)) in wanted}
    if missing := wanted - found.keys():
        raise NoSuchLetter(
            f"There is no dead letter {min(missing)!r}; `handoff dlq list` shows those that there"
            " are."
        )
    return sorted(found.values(), key=_age)


def of_reason(records: Iterable[Received], reason: str, limit: int | None = None) -> list[Received]:
    """All letters with this reason, the oldest first. Raises TooManyLetters over `limit`."""
    found: list[Received] = []
    for each in records:
        if letter_of(each).reason != reason:
            continue
        if len(found) == limit:
            raise TooManyLetters(
                f"More than {limit:,} dead letters have the reason {reason!r}, and so many may be"
                " sent again at once; `handoff dlq redrive --reason` sends however many there are."
            )
        found.append(each)
    return sorted(found, key=_age)


def sent_again(record: Received) -> Record:
    """As it came, to where it came from; its partition is chosen anew from its key."""
    headers = tuple(each for each in record.headers if each[0] not in DEAD_LETTER_HEADERS)
    return Record(letter_of(record).topic, record.key, record.value, headers)


def _id(record: Received) -> str:
    return f"{record.partition}/{record.offset}"


def _age(record: Received) -> tuple[int, int, int]:
    return record.arrived_at, record.partition, record.offset
