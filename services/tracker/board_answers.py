"""What people ask of all promises and agreements together, as the messages of gRPC's answers."""

from collections.abc import Iterable

from handoff.v1 import tracker_pb2

from services.shared.clock import SECOND, Instant
from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement
from services.tracker.core.language.explain import explain
from services.tracker.core.sets import AgreementSets
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


def agreements_answer(
    sets: AgreementSets, set_id: str, now: Instant
) -> tracker_pb2.ListAgreementsResponse:
    """Of the active set where none is named; without those that follow from another's
    `acknowledge` and `update_every`. Raises Refused for a set that is not known."""
    active = _set(sets, set_id, now)
    opened_at = now - now % _MINUTE
    in_order = sorted(active.agreements, key=lambda each: each.name)
    return tracker_pb2.ListAgreementsResponse(
        set_id=active.id,
        active_from=stamp(active.active_from),
        agreements=[_agreement_message(each, opened_at) for each in in_order],
        sets=[
            tracker_pb2.KnownSet(set_id=each.id, active_from=stamp(each.active_from))
            for each in sets.sets
        ],
    )


def files_answer(
    sets: AgreementSets, set_id: str, now: Instant
) -> tracker_pb2.GetAgreementFilesResponse:
    """Of the active set where none is named. Raises Refused for a set that is not known."""
    active = _set(sets, set_id, now)
    return tracker_pb2.GetAgreementFilesResponse(
        set_id=active.id,
        files=[
            tracker_pb2.AgreementFile(name=name, text=text)
            for name, text in sorted(active.files.items())
        ],
    )


def _set(sets: AgreementSets, set_id: str, now: Instant) -> AgreementSet:
    """Where one was active several times, as it was last."""
    if not set_id:
        return sets.at(now)
    found = [each for each in sets.sets if each.id == set_id]
    if not found:
        raise Refused(
            RefusalCode.NOT_FOUND,
            "set_id",
            f"No agreement set {set_id!r} is known; `sets` of the answer without one lists them.",
        )
    return found[-1]


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
        agreed_by=[
            tracker_pb2.SignOff(party=party, at=stamp(at)) for party, at in agreement.agreed_by
        ],
    )
