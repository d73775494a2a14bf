"""From the messages of tracker and alerts to `overviews`, and a silence back; translates only."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2, tracker_pb2

from services.console.audit import Audit, Entry, Wanted
from services.console.overviews import (
    ActiveAgreements,
    AgreementInWords,
    OnCall,
    OpenCounts,
    ParkedType,
    Partition,
    Progress,
    RatedWeek,
    RatingCount,
    Schedule,
    Silence,
    SourceSkew,
    Turn,
)


def open_counts_of(told: tracker_pb2.CountOpenPromisesResponse) -> OpenCounts:
    """Whatever was announced of them."""
    sums: dict[tuple[str, str], int] = {}
    for each in told.counts:
        pair = each.owed_by, each.owed_to
        sums[pair] = sums.get(pair, 0) + each.promises
    return OpenCounts(_at(told.counted_at), tuple((*pair, n) for pair, n in sums.items()))


def agreements_of(told: tracker_pb2.ListAgreementsResponse) -> ActiveAgreements:
    return ActiveAgreements(
        set_id=told.set_id,
        active_from=_at(told.active_from) if told.HasField("active_from") else None,
        agreements=tuple(
            AgreementInWords(
                name=each.name,
                version=each.version,
                kind=each.kind,
                owed_by=each.owed_by,
                owed_to=each.owed_to,
                because=each.because,
                blocks=tuple((block.heading, tuple(block.lines)) for block in each.blocks),
                agreed_by=tuple((sign.party, _at(sign.at)) for sign in each.agreed_by),
            )
            for each in told.agreements
        ),
        sets=tuple((each.set_id, _at(each.active_from)) for each in told.sets),
    )


def on_call_of(told: alerts_pb2.ListOnCallResponse) -> OnCall:
    return OnCall(
        now=_at(told.now),
        schedules=tuple(
            Schedule(each.schedule, each.zone, tuple(_turn(turn) for turn in each.turns))
            for each in told.schedules
        ),
    )


def rating_of(told: alerts_pb2.RatingCount) -> RatingCount:
    return RatingCount(
        agreement=told.agreement,
        useful=told.useful,
        not_useful=told.not_useful,
        weeks=tuple(
            RatedWeek(f"{_at(each.monday):%Y-%m-%d}", each.useful, each.not_useful)
            for each in told.weeks
        ),
    )


def audit_request_of(wanted: Wanted, page_size: int) -> alerts_pb2.ListAuditRequest:
    request = alerts_pb2.ListAuditRequest(
        actor=wanted.actor, key=wanted.key, before=wanted.before, page_size=page_size
    )
    if wanted.since:
        request.since.FromDatetime(wanted.since)
    return request


def audit_of(told: alerts_pb2.ListAuditResponse) -> Audit:
    return Audit(
        entries=tuple(_entry(each) for each in told.entries),
        length=told.length,
        anchored=told.anchored,
        checked=told.checked,
        wrong=told.wrong_number,
        how=told.wrong_how,
    )


def _entry(told: alerts_pb2.AuditEntry) -> Entry:
    return Entry(
        number=told.number,
        actor=told.actor,
        action=told.action,
        about=told.about,
        subject=told.subject,
        at=_at(told.at),
        reason=told.reason,
        detail=told.detail,
        before=tuple(sorted(told.before.items())),
        after=tuple(sorted(told.after.items())),
        trace_id=told.trace_id,
    )


def silence_of(told: alerts_pb2.Silence) -> Silence:
    return Silence(
        id=told.id,
        owed_by=tuple(told.owed_by),
        owed_to=tuple(told.owed_to),
        agreements=tuple(told.agreements),
        conditions=tuple(told.conditions),
        subjects=tuple(told.subjects),
        starts_at=_at(told.starts_at) if told.HasField("starts_at") else None,
        ends_at=_at(told.ends_at),
        actor=told.actor,
        reason=told.reason,
    )


def silence_message(silence: Silence) -> alerts_pb2.Silence:
    """Without an id, which the service gives, and from now on where no beginning is named."""
    message = alerts_pb2.Silence(
        owed_by=silence.owed_by,
        owed_to=silence.owed_to,
        agreements=silence.agreements,
        conditions=silence.conditions,
        subjects=silence.subjects,
        actor=silence.actor,
        reason=silence.reason,
    )
    message.ends_at.FromDatetime(silence.ends_at)
    if silence.starts_at:
        message.starts_at.FromDatetime(silence.starts_at)
    return message


def progress_of(told: tracker_pb2.GetProgressResponse) -> Progress:
    return Progress(_at(told.now), tuple(_partition(each) for each in told.partitions))


def _partition(told: tracker_pb2.PartitionProgress) -> Partition:
    return Partition(
        number=told.partition,
        epoch=told.epoch,
        seq=told.seq,
        open_promises=told.open_promises,
        fenced=told.fenced,
        caught_up_at=_at(told.caught_up_at) if told.HasField("caught_up_at") else None,
        complete_through=tuple(
            sorted((party, _at(at)) for party, at in told.complete_through.items())
        ),
        skews=tuple(
            SourceSkew(each.party, each.source, each.skew_s, each.samples) for each in told.skews
        ),
        parked=tuple(ParkedType(each.type, each.events, _at(each.since)) for each in told.parked),
    )


def _turn(told: alerts_pb2.Turn) -> Turn:
    ends_at = _at(told.ends_at) if told.HasField("ends_at") else None
    return Turn(told.person, _at(told.starts_at), ends_at)


def _at(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
