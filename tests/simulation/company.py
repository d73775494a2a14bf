"""The parties of the simulator: each has an outbox, and a relay that publishes it and beats.

What they committed, and when, is the truth that the checker holds the tracker against.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import structs

from services.shared.clock import Instant, to_datetime
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Heartbeat
from services.shared.subjects import RETRACTED
from services.tracker.core.subject import Event
from tests.simulation.events import HOME, MENU, PARTIES, PARTITIONS, SUBJECTS, Said
from tests.simulation.log import Log
from tests.simulation.steps import Poison, Relay, Stall, Tell, TellAgain


@dataclass(slots=True)
class Row:
    """One event as its party committed it; `offset` is where its first copy lies in the log."""

    party: str
    subject: str
    said: Said
    committed_at: Instant
    partition: int
    offset: int | None = None
    conflicting: bool = False

    @property
    def astray(self) -> bool:
        return self.partition != HOME.get(self.subject, self.partition)


@dataclass(slots=True)
class Party:
    """Everything it ever committed, how much of that is published, and until when it stalls."""

    name: str
    rows: list[Row] = field(default_factory=list)
    published: int = 0
    stalled_until: Instant = 0

    @property
    def events(self) -> list[Row]:
        return [row for row in self.rows if isinstance(row.said, Event)]


class Company:
    """All parties; `beats` gives the partitions to which a relay sends its heartbeats."""

    def __init__(
        self, log: Log, now: Callable[[], Instant], beats: Callable[[], range], counts: Counter[str]
    ) -> None:
        self.parties = {name: Party(name) for name in PARTIES}
        self._log, self._now, self._beats, self._counts = log, now, beats, counts
        self._ids = 0

    def tell(self, step: Tell) -> None:
        row, subject = MENU[step.row], SUBJECTS[step.subject]
        occurred_at = self._now() - step.back
        said = Event(
            self._new_id(),
            row.type,
            row.type.partition(".")[0],
            occurred_at,
            0,
            content=b"same",
            key=((row.key, str(step.value)),) if row.key else (),
            fields={"promised_by": occurred_at + step.ahead} if row.promises_a_date else {},
        )
        home = HOME[subject]
        self._commit(said.party, subject, said, 1 - home if step.astray else home)

    def tell_again(self, step: TellAgain) -> None:
        events = self.parties[step.party].events
        if step.nth >= len(events):
            return
        row = events[-1 - step.nth]
        assert isinstance(row.said, Event)
        if step.how == "other content":
            again = structs.replace(row.said, content=b"else")
        elif step.how == "new id":
            again = structs.replace(row.said, id=self._new_id(), occurred_at=self._now())
        else:
            again = self._retraction(row.said)
        self._commit(step.party, row.subject, again, row.partition)
        self._counts[step.how] += 1

    def poison(self, step: Poison) -> None:
        fault = InvalidEvent("malformed", "Nobody can read this.")
        self._commit(step.party, "", fault, step.partition)

    def stall(self, step: Stall) -> None:
        self.parties[step.party].stalled_until = self._now() + step.length

    def relay(self, step: Relay) -> None:
        """In the order of commits; all that was committed before a heartbeat is there before it."""
        party, now = self.parties[step.party], self._now()
        if party.stalled_until > now:
            return
        rows = party.rows[party.published : party.published + step.rows]
        for row in rows:
            self._publish(row)
        if step.dies:
            self._counts["relay died"] += bool(rows)
            return
        party.published += len(rows)
        if party.published == len(party.rows):
            for partition in self._beats():
                self._log.append(step.party, partition, "", Heartbeat(to_datetime(now)))

    def _publish(self, row: Row) -> None:
        if row.offset is None:
            place = row.partition
            row.offset = self._log.end(row.party, place)
        else:
            self._counts["duplicate"] += 1
        self._log.append(row.party, row.partition, row.subject, row.said)

    def _commit(self, party: str, subject: str, said: Said, partition: int) -> None:
        rows = self.parties[party].rows
        conflicting = isinstance(said, Event) and any(
            isinstance(row.said, Event)
            and row.said.id == said.id
            and row.partition == partition
            and row.said.content != said.content
            for row in rows
        )
        rows.append(Row(party, subject, said, self._now(), partition, conflicting=conflicting))

    def _retraction(self, event: Event) -> Event:
        return Event(
            self._new_id(),
            RETRACTED,
            event.party,
            self._now(),
            0,
            content=b"same",
            key=(("event_id", event.id.hex()),),
            retracts=event.id,
        )

    def _new_id(self) -> bytes:
        self._ids += 1
        return self._ids.to_bytes(16, "big")


ALL_PARTITIONS = range(PARTITIONS)
