"""Records to consume, a handler that remembers them, and a clock that stands."""

from dataclasses import dataclass, field

from services.shared.bus import Received
from services.shared.clock import SECOND

NOON = 1_790_078_400 * SECOND
TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class At:
    """A clock that stands at one moment."""

    def now(self) -> int:
        return NOON


def a_record(
    id: bytes = b"1", key: bytes = b"order/1", offset: int = 7, value: bytes = b"value"
) -> Received:
    headers = (("ce_id", id), ("traceparent", TRACEPARENT))
    return Received("handoff.sales.v1", 2, offset, key, value, headers, NOON)


@dataclass
class Handled:
    """A handler that remembers, and first fails with `errors`."""

    errors: list[Exception] = field(default_factory=list)
    records: list[Received] = field(default_factory=list)

    def __call__(self, received: Received) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.records.append(received)
