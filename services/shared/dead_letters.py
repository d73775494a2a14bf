"""What could not be handled, as it lies in the topic of dead letters, with why and where from."""

from dataclasses import dataclass

from services.shared.bus import Received, Record
from services.shared.consuming import DEAD_LETTER_HEADERS


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
        id=f"{record.partition}/{record.offset}",
        reason=said.get("reason", ""),
        topic=said.get("topic", ""),
        partition=said.get("partition", ""),
        offset=said.get("offset", ""),
        handler=said.get("handler", ""),
        failed_at=said.get("failed_at", ""),
        event_type=said.get("ce_type", ""),
        key=record.key.decode(errors="replace"),
    )


def sent_again(record: Received) -> Record:
    """As it came, to where it came from; its partition is chosen anew from its key."""
    headers = tuple(each for each in record.headers if each[0] not in DEAD_LETTER_HEADERS)
    return Record(letter_of(record).topic, record.key, record.value, headers)
