"""What people ask of all promises and agreements together, as the messages of gRPC's answers."""

from collections.abc import Iterable

from handoff.v1 import tracker_pb2

from services.shared.clock import SECOND, Instant
from services.shared.codec import stamp
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement
from services.tracker.core.language.explain import explain
from services.tracker.messages import KINDS
from services.tracker.open_counts import OpenCount

_MINUTE = 60 * SECOND


def counts_answer(
    counts: Iterable[OpenCount], counted_at: Instant
) -> tracker_pb2.CountOpenPromisesResponse:
    return tracker_pb2.CountOpenPromisesResponse(
        counts=[
            tracker_pb2.OpenCount(
                owed_by=each.owed_by,
                owed_to=each.owed_to,
                announced=_kind(each.announced),
                promises=each.promises,
            )
            for each in counts
        ],
        counted_at=stamp(counted_at),
    )


def _kind(announced: str | None) -> tracker_pb2.VerdictKind.ValueType:
    return KINDS[announced] if announced else tracker_pb2.VERDICT_KIND_UNSPECIFIED


def agreements_answer(active: AgreementSet, now: Instant) -> tracker_pb2.ListAgreementsResponse:
    """Without those that follow from another's `acknowledge` and `update_every`."""
    opened_at = now - now % _MINUTE
    in_order = sorted(active.agreements, key=lambda each: each.name)
    return tracker_pb2.ListAgreementsResponse(
        set_id=active.id,
        active_from=stamp(active.active_from),
        agreements=[_agreement_message(each, opened_at) for each in in_order],
    )


def _agreement_message(agreement: Agreement, opened_at: Instant) -> tracker_pb2.AgreementInWords:
    return tracker_pb2.AgreementInWords(
        name=agreement.name,
        version=agreement.version,
        kind=agreement.kind,
        owed_by=agreement.owed_by,
        owed_to=agreement.owed_to,
        because=agreement.because,
        blocks=[
            tracker_pb2.AgreementBlock(heading=block.heading, lines=block.lines)
            for block in explain(agreement, opened_at)
        ],
    )
