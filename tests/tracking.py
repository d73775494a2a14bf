"""What tests of the tracker share: a store in memory, records as they come, a partition to fold."""

import dataclasses
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from msgspec import msgpack

from services.shared.bus import Received, Record
from services.shared.clock import SECOND, Instant, to_datetime
from services.shared.codec import cloud_event_headers, encode_envelope, encode_event
from services.shared.errors import InvalidEvent
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.envelope import Envelope
from services.shared.events.finance import PaymentApproved
from services.shared.events.sales import OrderPlaced
from services.shared.outbox import OutboxRow
from services.shared.relay import heartbeat
from services.shared.subjects import DEAD_LETTERS_TOPIC, topic_of
from services.tracker.agreement_files import load_folder, shipped
from services.tracker.core.continuing import promise_id
from services.tracker.core.outcomes import Outcomes
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.decoding import told_of
from services.tracker.errors import Fenced
from services.tracker.exchange import Commit, Entry, OpenSubject, Ownership, Rules
from services.tracker.handlers import Partition
from services.tracker.opening import Identity, TrackerStore, open_partition
from services.tracker.packing import unpack
from services.tracker.rows import parked_of

HOUR = 3_600 * SECOND
START: Instant = 1_800_000_000 * SECOND
ORDER = "order/4711"
PARTIES = ("sales", "operations", "finance", "support", "oncall")
NEVER = 10**18
"""So long nothing rests in tests that look at what is in the table."""

US = Identity("tracker-1", "127.0.0.1:7105")
_offsets = itertools.count()


class MemoryTrackerStore:
    """The tracker's store in one process, with the same guard; documents are kept as documents."""

    def __init__(self) -> None:
        self.partitions: dict[int, dict[str, Any]] = {}
        self.subject_documents: dict[str, dict[str, Any]] = {}
        self.segments: dict[tuple[int, int], Sequence[Entry]] = {}
        self.listed: dict[str, dict[str, Any]] = {}
        self.verdicts: dict[bytes, Verdict] = {}
        self.outgoing: dict[bytes, OutboxRow] = {}
        self.outcomes: Outcomes = {}
        self.fenced = 0

    def take_over(self, partition: int, owner: str, address: str) -> Ownership:
        row = self.partitions.setdefault(
            partition, {"epoch": 0, "seq": 0, "positions": {}, "complete_through": {}}
        )
        row["epoch"] += 1
        return Ownership(
            partition,
            row["epoch"],
            row["seq"],
            dict(row["positions"]),
            row["complete_through"],
            parked_of(row),
            row.get("topic_ids", {}),
        )

    def open_subjects(self, partition: int) -> Iterable[OpenSubject]:
        return [
            OpenSubject(row["_id"], row["packed"], row["look_at"])
            for row in [*self.subject_documents.values()]
            if row["partition"] == partition and row["open"]
        ]

    def young_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]:
        young = self._in_segments(partition)
        return [unpack(id, young[id], sets) for id in young.keys() - self.subject_documents.keys()]

    def subjects(self, ids: Sequence[str], sets: AgreementSets) -> Iterable[Subject]:
        rows = self.subject_documents
        return [unpack(id, rows[id]["packed"], sets) for id in ids if id in rows]

    def parked_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]:
        return [
            unpack(row["_id"], row["packed"], sets)
            for row in [*self.subject_documents.values()]
            if row["partition"] == partition and row["parked"]
        ]

    def packed(self, id: str) -> bytes | None:
        """As it was last committed, whether it has a document or not."""
        if id in self.subject_documents:
            packed: bytes = self.subject_documents[id]["packed"]
            return packed
        return next(
            (each[id] for each in map(self._in_segments, self.partitions) if id in each), None
        )

    def _in_segments(self, partition: int) -> dict[str, bytes]:
        ours = sorted(key for key in self.segments if key[0] == partition)
        return {id: packed for key in ours for id, packed in self.segments[key]}

    def commit(self, owner: Ownership, commit: Commit) -> Ownership:
        return self.write(Written(owner, commit))

    def write(self, written: "Written") -> Ownership:
        """All or nothing; what got through already, unnoticed, counts."""
        owner, row = written.owner, self.partitions[written.owner.partition]
        if self.guard(row, owner):
            self.apply(row, written)
        elif (row["epoch"], row["seq"]) != (owner.epoch, owner.seq + 1):
            self.fenced += 1
            raise Fenced(f"partition {owner.partition} has another owner")
        progress = written.commit.progress
        return dataclasses.replace(
            owner,
            seq=owner.seq + 1,
            positions=progress["positions"],
            complete_through=progress["complete_through"],
            parked=parked_of(progress),
            topic_ids=progress.get("topic_ids", {}),
        )

    def guard(self, row: dict[str, Any], owner: Ownership) -> bool:
        return (row["epoch"], row["seq"]) == (owner.epoch, owner.seq)

    def apply(self, row: dict[str, Any], written: "Written") -> None:
        owner, commit = written.owner, written.commit
        row |= commit.progress | {"seq": owner.seq + 1}
        self.segments[owner.partition, owner.seq + 1] = commit.young
        for key in [*self.segments]:
            if key[0] == owner.partition and key[1] < commit.young_from:
                del self.segments[key]
        self.subject_documents |= {each["_id"]: each for each in commit.documents}
        for id in commit.unlisted:
            self.listed.pop(id, None)
        self.listed |= {each["_id"]: each for each in commit.listed}
        for verdict in commit.verdicts:
            self.verdicts.setdefault(verdict.id, verdict)
        for waiting in commit.outgoing:
            self.outgoing.setdefault(waiting.id, waiting)
        for span, (kept, broken) in commit.outcomes.items():
            before = self.outcomes.get(span, [0, 0])
            self.outcomes[span] = [before[0] + kept, before[1] + broken]


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """A commit as it goes to the store."""

    owner: Ownership
    commit: Commit

    @property
    def events(self) -> dict[str, list[bytes]]:
        """The ids of the events of each subject that was written."""
        documents = [(each["_id"], each["packed"]) for each in self.commit.documents]
        return {id: event_ids(packed) for id, packed in [*self.commit.young, *documents]}


def event_ids(packed: bytes) -> list[bytes]:
    return [fields[0] for fields in msgpack.decode(packed)[0]]


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """What is stored of a promise, as it was before it is folded again."""

    id: str
    version: int
    due_by: Instant
    concluded: str | None


def recorded(subject: str, packed: bytes) -> Iterator[Recorded]:
    for agreement, version, key, _, _, due_by, _, concluded, *_ in msgpack.decode(packed)[1]:
        id = promise_id(subject, agreement, tuple((name, value) for name, value in key))
        yield Recorded(id, version, due_by, concluded)


@cache
def agreement_sets(name: str = "default") -> AgreementSets:
    folder = load_folder(shipped(name))
    return AgreementSets((folder.active(0),))


def a_partition(
    store: TrackerStore,
    *,
    number: int = 0,
    partitions: int = 1,
    now: Instant = START,
    sets: Callable[[], AgreementSets] = agreement_sets,
    **rules: Any,  # noqa: ANN401 - of `Rules`
) -> Partition:
    """A partition as a tracker takes it over, with the default agreements."""
    plain = Rules(
        partitions=partitions,
        parties=PARTIES,
        lateness={},
        simulated=False,
        announce=announcement,
        refuse=refusal,
        learn=nothing_learned,
        young_for=0,
        rests_after=NEVER,
    )
    return open_partition(store, sets, dataclasses.replace(plain, **rules), US, number, now)


def tell(
    partition: Partition, *records: Received, backfilling: Collection[tuple[str, str]] = ()
) -> None:
    """Fold records as the ingest does, without committing."""
    wanted = partition.table.sets.fields_of
    parties = [record.topic.split(".")[1] for record in records]
    told = [
        told_of(record, party, {}, wanted, simulated=False, backfilling=backfilling)
        for record, party in zip(records, parties, strict=True)
    ]
    partition.fold(told, max(record.arrived_at for record in records))


def pass_time(partition: Partition, to: Instant) -> None:
    """Everybody has told everything up to `to`, and we have read it."""
    tell(partition, *heartbeats(to))
    partition.advance(to, to)


def placed(at: Instant = START, **about: Any) -> Received:  # noqa: ANN401 - of the envelope
    """An order that is promised in two days."""
    event = OrderPlaced(
        (Line("lamp", 1),),
        Money(4_900, "EUR"),
        to_datetime(at + 48 * HOUR),
        Priority.NORMAL,
        Address("Hauptstr. 1", "10115", "Berlin", "DE"),
    )
    return received(event, **{"type": "sales.OrderPlaced", "subject": ORDER, "at": at, **about})


def paid(at: Instant, subject: str = ORDER) -> Received:
    event = PaymentApproved("p-1", Money(4_900, "EUR"), to_datetime(at + 24 * HOUR), "", "", 1)
    return received(event, type="finance.PaymentApproved", subject=subject, at=at)


def received(event: Any, **about: Any) -> Received:  # noqa: ANN401 - any event dataclass
    """One record of an event; `about` needs `type`, `subject` and `at`.

    Its party is that of its type, its topic the party's and its key the subject, unless given.
    """
    at, topic, key = about.pop("at"), about.pop("topic", None), about.pop("key", None)
    fields = {
        "id": next(_offsets).to_bytes(16, "big"),
        "party": about["type"].partition(".")[0],
        "source": "test",
        **about,
    }
    envelope = Envelope(**fields, occurred_at=at, body=encode_event(event))
    return Received(
        topic or topic_of(envelope.party),
        0,
        next(_offsets),
        envelope.subject.encode() if key is None else key,
        encode_envelope(envelope),
        cloud_event_headers(envelope),
        at,
    )


def heartbeats(at: Instant, partition: int = 0, parties: Iterable[str] = PARTIES) -> list[Received]:
    """These parties have told everything up to `at`."""
    return [_heartbeat(party, at, partition) for party in parties]


def _heartbeat(party: str, at: Instant, partition: int) -> Received:
    beat = heartbeat(party, "test", at, partition)
    return Received(beat.topic, partition, next(_offsets), beat.key, beat.value, (), at)


def announcement(subject: Subject, verdict: Verdict) -> OutboxRow:
    record = Record("verdicts", subject.id.encode(), verdict.kind.encode())
    return OutboxRow(verdict.id, record, sequenced=False)


def refusal(record: Received, fault: InvalidEvent, now: Instant) -> OutboxRow:
    place = f"{record.topic}/{record.partition}/{record.offset}".encode()
    letter = Record(DEAD_LETTERS_TOPIC, record.key, fault.reason.encode())
    return OutboxRow(place, letter, sequenced=False)


def nothing_learned(settled: Iterable[Subject], sets: AgreementSets) -> None:
    """Nobody asks how long a hop takes."""
