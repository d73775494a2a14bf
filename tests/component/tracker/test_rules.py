"""What is the same for every partition: how records are read, verdicts told, hops learned from."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from handoff.v1 import tracker_pb2
from msgspec import structs

from services.shared import telemetry
from services.shared.clock import SECOND
from services.shared.outbox import OutboxRow
from services.shared.settings import Party
from services.shared.telemetry import Telemetry
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.core.verdicts import Kind, Reason, conclude
from services.tracker.exchange import Rules
from services.tracker.learner import Learner
from services.tracker.outlook import Outlook
from services.tracker.rules import SPANS_A_SECOND, decoder, rules_of
from services.tracker.settings import TrackerSettings
from tests.planning import APPROVE, DELIVER, a_hop
from tests.promising import sets_of
from tests.tracking import (
    HOUR,
    ORDER,
    START,
    MemoryTrackerStore,
    a_partition,
    paid,
    pass_time,
    placed,
    tell,
)

SHIP = a_hop("ship-paid-order", "finance.PaymentApproved", "operations.ParcelHandedOver")
SETS = sets_of(APPROVE, SHIP, DELIVER)


@pytest.fixture
def observed() -> Iterator[Telemetry]:
    started = telemetry.start("test", TrackerSettings())
    yield started
    started.shutdown()


@pytest.fixture
def store() -> MemoryTrackerStore:
    return MemoryTrackerStore()


def rules(observed: Telemetry, sets: AgreementSets = SETS, outlook: Outlook | None = None) -> Rules:
    return rules_of(TrackerSettings(), lambda: sets, outlook or Outlook(Learner()), observed)


def only_verdict(store: MemoryTrackerStore, agreement: str) -> tracker_pb2.Verdict:
    def verdict(row: OutboxRow) -> tracker_pb2.Verdict:
        return tracker_pb2.Verdict.FromString(row.record.value)

    told = [verdict(row) for row in store.outgoing.values()]
    (only,) = (each for each in told if each.agreement == agreement)
    return only


def test_a_verdict_of_a_hop_carries_its_slack_in_seconds(
    store: MemoryTrackerStore, observed: Telemetry
) -> None:
    # START is Friday 08:00 and the office opens at 09:00; the order is promised by Sunday 08:00
    partition = a_partition(store, sets=lambda: SETS, announce=rules(observed).announce)
    tell(partition, placed())
    pass_time(partition, START + 5 * HOUR + 2 * SECOND + 1)
    partition.commit()
    told = only_verdict(store, "approve-payment")
    assert told.serves == "deliver-order"
    # 4 hours of Friday are left when it ends, and shipping takes 8; a part of a second is one more
    assert told.slack_s == -4 * 3_600 - 3


def test_a_verdict_under_no_date_of_the_customer_carries_none(
    store: MemoryTrackerStore, observed: Telemetry
) -> None:
    sets = sets_of(replace(APPROVE, serves=""), DELIVER)
    partition = a_partition(store, sets=lambda: sets, announce=rules(observed, sets).announce)
    tell(partition, placed())
    pass_time(partition, START + 5 * HOUR + 2 * SECOND)
    partition.commit()
    assert not only_verdict(store, "approve-payment").HasField("slack_s")


def test_a_commit_teaches_how_long_its_hops_took(
    store: MemoryTrackerStore, observed: Telemetry
) -> None:
    sets, outlook = sets_of(APPROVE), Outlook(Learner())
    learn = rules(observed, sets, outlook).learn
    partition = a_partition(store, sets=lambda: sets, learn=learn)
    tell(partition, placed(), paid(START + 3 * HOUR))
    partition.commit()
    (sample,) = outlook.learner.durations.samples
    assert (sample.name, sample.micros) == ("approve-payment", 2 * HOUR)


@pytest.mark.parametrize(("source", "backfilled"), [("import", True), ("shop", False)])
def test_a_record_is_read_as_the_settings_declare_its_source(source: str, backfilled: bool) -> None:
    settings = TrackerSettings(parties={"sales": Party(backfill=("import",))})
    said = decoder(settings, lambda: SETS)(placed(source=source), "sales").said
    assert isinstance(said, Event)
    assert said.backfilled is backfilled


def test_of_a_flood_of_verdicts_the_first_of_each_second_have_a_span_of_their_own(
    store: MemoryTrackerStore, observed: Telemetry
) -> None:
    opened = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    announce = rules(observed).announce
    partition = a_partition(store, sets=lambda: SETS, announce=announce)
    order = placed()
    tell(partition, structs.replace(order, headers=(*order.headers, opened)))
    subject = partition.table.subjects[ORDER]
    (promise,) = subject.of_agreements(["approve-payment"])
    for at in (START, START + SECOND):
        verdict = conclude(
            promise, Kind.BREACHED, Reason.DEADLINE_PASSED, occurred_at=at, decided_at=at
        )
        headers = [announce(subject, verdict).record.headers for _ in range(SPANS_A_SECOND + 1)]
        assert [opened in each for each in headers] == [False] * SPANS_A_SECOND + [True]
        told = tracker_pb2.Verdict.FromString(announce(subject, verdict).record.value)
        assert told.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
