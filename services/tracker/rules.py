"""What is the same for every partition of this tracker: how it reads, tells, refuses and learns."""

import hashlib
from collections.abc import Callable
from functools import partial

from services.shared.allowance import Allowance
from services.shared.bus import Received
from services.shared.clock import SECOND, Instant
from services.shared.consuming import dead_letter
from services.shared.errors import InvalidEvent
from services.shared.outbox import OutboxRow
from services.shared.settings import Settings
from services.shared.telemetry import Telemetry
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.decoding import told_of
from services.tracker.exchange import Rules, Told
from services.tracker.messages import verdict_row
from services.tracker.outlook import Outlook
from services.tracker.settings import TrackerSettings

NAME = "tracker"

SPANS_A_SECOND = 100
"""Verdicts that have a span of their own: of a flood nobody looks at each, and a span costs more
than all that leads to a verdict."""

RESTS_AFTER = 60 * SECOND
"""To pack a subject and to unpack it again costs as much as ten of its events."""

Known = Callable[[], AgreementSets]


def rules_of(
    settings: TrackerSettings, known: Known, outlook: Outlook, telemetry: Telemetry
) -> Rules:
    """`known` gives the agreement sets as they were last read."""
    return Rules(
        partitions=settings.partitions,
        parties=tuple(settings.parties),
        lateness={
            name: int(party.allowed_lateness_s * SECOND)
            for name, party in settings.parties.items()
            if party.allowed_lateness_s is not None
        },
        simulated=settings.clock == "heartbeats",
        announce=partial(_announce, known, outlook, telemetry, Allowance(SPANS_A_SECOND)),
        refuse=_refuse,
        learn=outlook.learner.learn,
        young_for=int(settings.tracker.young_s * SECOND),
        rests_after=RESTS_AFTER,
    )


def decoder(settings: Settings, known: Known) -> Callable[[Received, str], Told]:
    """What a party said in a record, as far as the sets known by then read it."""
    own_types, backfilling = settings.own_types, settings.backfilling
    simulated = settings.clock == "heartbeats"
    return lambda received, party: told_of(
        received,
        party,
        own_types,
        known().fields_of,
        simulated=simulated,
        backfilling=backfilling,
    )


def _announce(
    known: Known,
    outlook: Outlook,
    observed: Telemetry,
    spans: Allowance,
    subject: Subject,
    verdict: Verdict,
) -> OutboxRow:
    sets, at = known(), verdict.decided_at
    slack = outlook.slack(subject, verdict.promise_id, sets, at)
    traced = observed if spans.take(at) else None
    return verdict_row(subject, verdict, sets.historic_before, traced, slack)


def _refuse(received: Received, fault: InvalidEvent, now: Instant) -> OutboxRow:
    """A dead letter; its id is the place where the record lies, so a second try adds none."""
    place = f"{received.topic}/{received.partition}/{received.offset}"
    letter = dead_letter(received, fault.reason, NAME, now)
    return OutboxRow(hashlib.sha256(place.encode()).digest()[:16], letter, sequenced=False)
