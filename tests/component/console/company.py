"""What the tracker and the alerts know in a test, with good defaults."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from handoff.v1 import alerts_pb2, tracker_pb2

from services.console.letters import Letters, letters_of
from services.shared.bus import Received

NOW = datetime(2026, 3, 4, 14, 3, 10, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@dataclass
class Company:
    """What the two services know; a test changes it and the next answer is different."""

    now: datetime = NOW
    promises: dict[str, tracker_pb2.Promise] = field(default_factory=dict)
    listed: dict[str, tracker_pb2.Promise] = field(default_factory=dict)
    events: dict[str, list[tracker_pb2.SubjectEvent]] = field(default_factory=dict)
    findings: dict[str, list[tracker_pb2.Finding]] = field(default_factory=dict)
    trees: dict[str, list[tracker_pb2.CustomerTree]] = field(default_factory=dict)
    skipped: dict[str, list[tracker_pb2.SkippedOpening]] = field(default_factory=dict)
    explained: dict[str, tracker_pb2.ExplainPromiseResponse] = field(default_factory=dict)
    summaries: dict[tuple[str | None, str], list[tracker_pb2.SubjectSummary]] = field(
        default_factory=dict
    )
    alerts: dict[str, alerts_pb2.Alert] = field(default_factory=dict)
    released: dict[str, alerts_pb2.ReleasePromiseRequest] = field(default_factory=dict)
    redriven: dict[str, alerts_pb2.RedriveLettersRequest] = field(default_factory=dict)
    acted: dict[str, Any] = field(default_factory=dict)
    audit: alerts_pb2.ListAuditResponse = field(default_factory=alerts_pb2.ListAuditResponse)
    audit_asked: list[alerts_pb2.ListAuditRequest] = field(default_factory=list)
    ratings: list[alerts_pb2.RatingCount] = field(default_factory=list)
    silences: dict[str, alerts_pb2.Silence] = field(default_factory=dict)
    agreements: tracker_pb2.ListAgreementsResponse = field(
        default_factory=tracker_pb2.ListAgreementsResponse
    )
    agreement_sets: dict[str, tracker_pb2.ListAgreementsResponse] = field(default_factory=dict)
    on_call: alerts_pb2.ListOnCallResponse = field(default_factory=alerts_pb2.ListOnCallResponse)
    partitions: list[tracker_pb2.PartitionProgress] = field(default_factory=list)
    letters: list[Received] = field(default_factory=list)
    letters_problem: str = ""
    agreement_files: dict[str, str] = field(default_factory=dict)
    trying: str = ""
    calls: Counter[str] = field(default_factory=Counter)

    def promise(self, promise_id: str, state: str = "at_risk", **fields: Any) -> None:  # noqa: ANN401
        """A promise with good defaults; moments may be given as minutes from now."""
        told = tracker_pb2.Promise(
            promise_id=promise_id,
            agreement="ship-paid-order",
            agreement_version=3,
            owed_by="operations",
            owed_to="sales",
            subject="order/4711",
            order="4711",
            customer="c-77",
            state=tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{state.upper()}"),
            announced=ANNOUNCED.get(state, tracker_pb2.VERDICT_KIND_UNSPECIFIED),
            revision=2,
            awaits="operations.ParcelHandedOver",
            because="The customer's date cannot be met if the parcel leaves later.",
            next_step="Ask the shift lead to pull the order forward.",
        )
        moments = {"opened_at": -180, "due_by": 30, "customer_visible_by": 180} | {
            name: fields.pop(name) for name in MOMENTS if name in fields
        }
        for name, value in fields.items():
            _put(told, name, value)
        for name, offset in moments.items():
            if offset is not None:
                getattr(told, name).FromDatetime(self.now + minutes(offset))
        self.promises[promise_id] = told

    def pause(self, promise_id: str, start: float, end: float | None = None, **fields: str) -> None:
        """On a promise that is there, in minutes from now; without an end it still stands."""
        pause = self.promises[promise_id].pauses.add(**fields)
        pause.started_at.FromDatetime(self.now + minutes(start))
        if end is not None:
            pause.ended_at.FromDatetime(self.now + minutes(end))

    def finding(self, finding_id: str, kind: str, detail: str, **fields: Any) -> None:  # noqa: ANN401
        """Of order 4711, found an hour ago, in the subject's answer and in the list."""
        cleared = fields.pop("cleared_at", None)
        told = tracker_pb2.Finding(
            finding_id=finding_id,
            kind=kind,
            detail=detail,
            **({"owed_by": "finance", "owed_to": "sales"} | fields),
        )
        told.found_at.FromDatetime(self.now - minutes(60))
        self.findings.setdefault("order/4711", []).append(told)
        if cleared is not None:
            told.cleared_at.FromDatetime(self.now + minutes(cleared))
            return
        self.listed[finding_id] = self._as_promise(told)

    def _as_promise(self, told: tracker_pb2.Finding) -> tracker_pb2.Promise:
        bounced = told.kind == "bounced"
        listed = tracker_pb2.Promise(
            promise_id=told.finding_id,
            agreement=told.kind,
            finding=told.kind,
            owed_by=told.owed_by,
            owed_to=told.owed_to,
            subject="order/4711",
            order="4711",
            customer="c-77",
            detail=told.detail,
            next_step=told.next_step,
            revision=1,
            announced=tracker_pb2.VERDICT_KIND_BOUNCED
            if bounced
            else tracker_pb2.VERDICT_KIND_FOUND,
        )
        listed.due_by.CopyFrom(told.found_at)
        return listed

    def alert(self, promise_id: str, state: str = "open", **fields: Any) -> None:  # noqa: ANN401
        promise = (self.promises | self.listed)[promise_id]
        told = alerts_pb2.Alert(
            key=f"alert/{promise_id}",
            state=alerts_pb2.AlertState.Value(f"ALERT_STATE_{state.upper()}"),
            promise_id=promise_id,
            subject=promise.subject,
            summary=f"{promise.owed_by} owes {promise.owed_to} the parcel.",
            **fields,
        )
        told.notified_at.FromDatetime(self.now - minutes(5))
        self.alerts[told.key] = told

    def turn(self, schedule: str, person: str, start: float, end: float | None) -> None:
        """In minutes from now; nobody where `person` is empty."""
        self.on_call.now.FromDatetime(self.now)
        told = next((s for s in self.on_call.schedules if s.schedule == schedule), None)
        told = told or self.on_call.schedules.add(schedule=schedule, zone="Europe/Berlin")
        turn = told.turns.add(person=person)
        turn.starts_at.FromDatetime(self.now + minutes(start))
        if end is not None:
            turn.ends_at.FromDatetime(self.now + minutes(end))

    def agreement(self, name: str, owed_by: str, owed_to: str) -> None:
        told = self.agreements.agreements.add(
            name=name,
            version=2,
            kind="OLA",
            owed_by=owed_by,
            owed_to=owed_to,
            because="Every hour here is taken from the delivery.",
        )
        told.blocks.add(heading="It is kept", lines=["When this is told: parcel handed over."])
        told.blocks.add(heading="The deadline", lines=["4 business hours after it began."])

    def partition(self, number: int, behind: float, **heard: float) -> None:
        """A partition that is so many minutes behind, and heard each party so long ago."""
        told = tracker_pb2.PartitionProgress(partition=number, epoch=3, seq=4_711)
        told.caught_up_at.FromDatetime(self.now - minutes(behind))
        for party, ago in heard.items():
            told.complete_through[party].FromDatetime(self.now - minutes(ago))
        self.partitions.append(told)

    def letter(self, reason: str, number: int, **headers: str) -> None:
        """The so-many-eth dead letter, a minute after the one before."""
        said = {
            "reason": reason,
            "topic": "handoff.sales.v1",
            "partition": "3",
            "offset": str(number),
            "handler": "tracker",
            "failed_at": f"2026-03-04T13:{number:02}:00Z",
            "ce_type": "sales.OrderPlaced",
        } | headers
        told = tuple((name, value.encode()) for name, value in said.items())
        self.letters.append(Received("letters", 0, number, b"order/4711", b"", told, 0))

    async def look(self) -> Letters | str:
        """As Kafka's letter box does."""
        return self.letters_problem or letters_of(self.letters)

    def rated(self, agreement: str, *weeks: tuple[int, int]) -> None:
        """Of use and not, week by week; the last is that of now."""
        useful, not_useful = (sum(each) for each in zip(*weeks, strict=True))
        told = alerts_pb2.RatingCount(agreement=agreement, useful=useful, not_useful=not_useful)
        monday = (self.now - timedelta(days=self.now.weekday())).replace(hour=0, minute=0, second=0)
        for ago, week in zip(range(len(weeks) - 1, -1, -1), weeks, strict=True):
            row = told.weeks.add(useful=week[0], not_useful=week[1])
            row.monday.FromDatetime(monday - timedelta(weeks=ago))
        self.ratings.append(told)

    def silence(self, id: str, start: float, end: float, **fields: Any) -> None:  # noqa: ANN401
        told = alerts_pb2.Silence(id=id, **({"actor": "anna", "reason": "stock-taking"} | fields))
        told.starts_at.FromDatetime(self.now + minutes(start))
        told.ends_at.FromDatetime(self.now + minutes(end))
        self.silences[id] = told

    def entry(self, number: int, **fields: Any) -> None:  # noqa: ANN401
        """What anna did so many minutes before now; the newest is to be added first."""
        told = self.audit.entries.add(
            number=number,
            **(
                {"actor": "anna", "action": "close", "about": "alert/p", "subject": "order/4711"}
                | fields
            ),
        )
        told.at.FromDatetime(self.now - minutes(60 - number))
        self.audit.length = max(self.audit.length, number)
        self.audit.checked = True

    def event(self, subject: str, type: str, offset: float, delay: float = 0.01) -> None:
        told = tracker_pb2.SubjectEvent(
            id=len(self.events).to_bytes(16, "big"),
            type=type,
            party=type.partition(".")[0],
            trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        )
        told.occurred_at.FromDatetime(self.now + minutes(offset))
        told.arrived_at.FromDatetime(self.now + minutes(offset + delay))
        self.events.setdefault(subject, []).append(told)


ANNOUNCED = {
    "at_risk": tracker_pb2.VERDICT_KIND_WARNED,
    "overdue_unconfirmed": tracker_pb2.VERDICT_KIND_WARNED,
    "breached": tracker_pb2.VERDICT_KIND_BREACHED,
    "unknown": tracker_pb2.VERDICT_KIND_UNKNOWN,
}
MOMENTS = (
    "opened_at",
    "due_by",
    "settled_at",
    "breached_at",
    "customer_visible_by",
    "requested_by",
    "first_confirmed_by",
    "acknowledged_at",
    "reported_at",
)


def _put(told: tracker_pb2.Promise, name: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, list):
        getattr(told, name).extend(value)
    elif name == "at_stake":
        told.at_stake.CopyFrom(value)
    elif name == "announced":
        told.announced = tracker_pb2.VerdictKind.Value(f"VERDICT_KIND_{value.upper()}")
    else:
        setattr(told, name, value)
