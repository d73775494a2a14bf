"""The company in one process, told as a story: at this time, this happens, and this alert comes.

Events, tracker and alerts are the real ones; Kafka and Mongo are in memory, time is the story's.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from services.alerts.domain.alert import Notice
from services.shared.clock import SECOND, Instant, to_datetime
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.finance import PaymentApproved, RefundApproved, RefundPaid
from services.shared.events.operations import ParcelDelivered, ParcelHandedOver
from services.shared.events.sales import OrderPlaced
from services.shared.events.support import CaseOpened, FirstResponseSent, RefundRequested
from services.shared.outbox import OutboxRow
from services.shared.subjects import TYPE_OF
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.decoding import told_of
from services.tracker.messages import verdict_row
from tests.alerting import at
from tests.component.alerts.harness import InMemoryAlerts
from tests.tracking import (
    HOUR,
    PARTIES,
    MemoryTrackerStore,
    a_partition,
    agreement_sets,
    heartbeats,
    received,
)

MINUTE = 60 * SECOND
MONEY = Money(4_900, "EUR")
ADDRESS = Address("Hauptstr. 1", "10115", "Berlin", "DE")
LINES = (Line("lamp", 1, MONEY),)
WANTED = agreement_sets().fields_of


@dataclass(frozen=True)
class Told:
    """An alert as its reader gets it: what state, of which agreement, and the whole text."""

    what: str
    text: str


class Company:
    """Order 4711 of customer c-1, and everyone who has to do with it; it is 09:00."""

    def __init__(self) -> None:
        self._alerts = InMemoryAlerts()
        self._store = MemoryTrackerStore()
        self._now = at("09:00")
        self._partition = a_partition(self._store, now=self._now, announce=self._announce)
        self._speaking = set(PARTIES)
        self._read = 0
        self._pass_to(self._now)

    def at(self, time: str, *, days: int = 0) -> None:
        """Time passes, minute by minute, to this time of the day, so many days after the first."""
        until = at(time, days=days)
        assert until > self._now, "a story goes forward"
        while self._now < until:
            self._pass_to(min(self._now + MINUTE, until))

    def alerts(self) -> list[str]:
        """What was sent since the last look, as `<reason> <condition or end>: <agreement>`."""
        return [told.what for told in self.told()]

    def told(self) -> list[Told]:
        self._alerts.deliver()
        new = self._alerts.channel.got[self._read :]
        self._read += len(new)
        return [Told(_what(notice), notice.text) for notice in new]

    def falls_silent(self, party: str) -> None:
        """Its system sends nothing any more, not even that it is alive."""
        self._speaking.remove(party)

    def speaks_again(self, party: str) -> None:
        self._speaking.add(party)

    def order_is_placed(self, *, promised_in_hours: int = 72) -> None:
        promised_by = to_datetime(self._now + promised_in_hours * HOUR)
        self._say(OrderPlaced(LINES, MONEY, promised_by, Priority.NORMAL, ADDRESS))

    def payment_is_approved(self, *, ship_in_hours: int = 24, happened: str = "") -> None:
        """It is told now; it may have `happened` earlier today."""
        ship_by = to_datetime(self._now + ship_in_hours * HOUR)
        approved = PaymentApproved("p-1", MONEY, ship_by, "standard", "ok", 1)
        self._say(approved, happened=at(happened) if happened else None)

    def parcel_is_handed_over(self) -> None:
        self._say(ParcelHandedOver("parcel-1", "carrier", LINES, ADDRESS))

    def parcel_is_delivered(self) -> None:
        self._say(ParcelDelivered("parcel-1", "carrier"))

    def refund_is_requested(self, *, promised_in_days: int = 5) -> None:
        refund_by = to_datetime(self._now + promised_in_days * 24 * HOUR)
        self._say(RefundRequested("r-1", MONEY, "broken on arrival", refund_by))

    def refund_is_approved(self) -> None:
        self._say(RefundApproved("r-1", MONEY, "standard", "ok", 1))

    def refund_is_paid(self) -> None:
        self._say(RefundPaid("r-1", MONEY))

    def case_is_opened(self) -> None:
        self._say(CaseOpened("delivery", "Where is my parcel?"), subject="case/c-1")

    def customer_is_answered(self) -> None:
        self._say(FirstResponseSent("It left today."), subject="case/c-1")

    def _say(
        self, event: Hashable, subject: str = "order/4711", happened: Instant | None = None
    ) -> None:
        event_type = TYPE_OF[type(event)]
        record = received(
            event,
            type=event_type,
            subject=subject,
            at=self._now if happened is None else happened,
            order="4711",
            customer="c-1",
            case=subject.removeprefix("case/") if subject.startswith("case/") else "",
        )
        party = event_type.partition(".")[0]
        told = told_of(record, party, {}, WANTED, simulated=False)
        self._partition.fold([told], self._now)

    def _pass_to(self, now: Instant) -> None:
        """1. who speaks says that this is all  2. the tracker concludes  3. alerts hear of it"""
        self._now = now
        self._alerts.clock.set(now)
        beats = heartbeats(now, parties=sorted(self._speaking))
        told = [
            told_of(beat, beat.topic.split(".")[1], {}, WANTED, simulated=False) for beat in beats
        ]
        self._partition.fold(told, now)
        self._partition.advance(now, now)
        for row in self._partition.commit().outgoing:
            self._alerts.receive(row.record.value, row.record.headers)

    def _announce(self, subject: Subject, verdict: Verdict) -> OutboxRow:
        return verdict_row(subject, verdict, 0, self._alerts.telemetry)


def _what(notice: Notice) -> str:
    alert = notice.alert
    state = alert.end.resolution if alert.end else alert.condition
    return f"{notice.reason} {state}: {alert.promise.agreement}"
