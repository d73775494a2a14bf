"""The audit as gRPC's answer: a page of it, and whether all of it is as it was written."""

from pathlib import Path

from handoff.v1 import alerts_pb2

from services.alerts.anchoring import anchors_in
from services.alerts.asking import moment_of
from services.alerts.domain.audit.chain import Entry, Head
from services.alerts.domain.audit.verifying import verify
from services.alerts.domain.audit.wanted import Wanted
from services.alerts.domain.requests import check_page_size
from services.alerts.handlers import Audit
from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused

CHECKED_LIMIT = 10_000
"""A longer chain is not computed again at each look; `handoff audit verify` does."""


def audit_answer(
    audit: Audit, anchor_file: Path | None, request: alerts_pb2.ListAuditRequest
) -> alerts_pb2.ListAuditResponse:
    """Raises Refused for a wrong request, and for anchors that cannot be read."""
    wanted = Wanted(
        actor=request.actor,
        key=request.key,
        since=moment_of("since", request.since) if request.HasField("since") else 0,
        before=request.before,
        limit=check_page_size(request.page_size),
    )
    entries, head, anchors = audit.find(wanted), audit.head(), _anchors(anchor_file)
    checked = head.number <= CHECKED_LIMIT
    wrong = verify(audit.entries(), [*anchors, head]) if checked else None
    return alerts_pb2.ListAuditResponse(
        entries=[_message(entry) for entry in reversed(entries)],
        length=head.number,
        anchored=max((each.number for each in anchors), default=0),
        checked=checked,
        wrong_number=wrong.number if wrong else 0,
        wrong_how=wrong.how if wrong else "",
    )


def _anchors(file: Path | None) -> list[Head]:
    """None before the first was written."""
    if file is None or not file.exists():
        return []
    try:
        return list(anchors_in(file))
    except OSError as error:
        raise Refused(
            RefusalCode.CONFLICT, "anchor", f"The anchors in {file} cannot be read: {error}."
        ) from error


def _message(entry: Entry) -> alerts_pb2.AuditEntry:
    act = entry.act
    return alerts_pb2.AuditEntry(
        number=entry.number,
        actor=act.actor,
        action=act.action,
        about=act.about,
        subject=act.subject,
        at=stamp(act.at),
        reason=act.reason,
        detail=act.detail,
        before=act.before,
        after=act.after,
        trace_id=act.trace_id,
    )
