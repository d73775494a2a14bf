"""Findings as Mongo documents: what was told of a subject, and rows among its promises."""

from dataclasses import asdict
from typing import Any

from services.shared.events.common import Money
from services.tracker.core.findings import Finding, FindingKind, Found
from services.tracker.core.subject import Subject

Document = dict[str, Any]


def finding_document(subject: Subject, id: str, known: Found, partition: int) -> Document:
    """A finding among the promises: who has the next step, and whether it is still so."""
    finding, over = known.finding, known.cleared_at is not None
    told = "bounced" if finding.kind is FindingKind.BOUNCED else "found"
    return {
        "_id": id,
        "partition": partition,
        "subject": subject.id,
        "order": subject.order,
        "customer": subject.customer,
        "case": subject.case,
        "agreement": finding.kind,
        "agreement_version": 0,
        "owed_by": finding.owed_by,
        "owed_to": finding.owed_to,
        "settled": over,
        "opened_at": finding.true_from,
        "due_by": finding.true_from,
        "ended_at": known.cleared_at,
        "announced": told if finding.actionable and not over else None,
        "revision": known.revision,
        "customer_visible_by": subject.customer_visible_by,
        "finding": finding.kind,
        "detail": finding.detail,
        "next_step": finding.next_step,
        "at_stake": asdict(finding.at_stake) if finding.at_stake else None,
    }


def found_document(id: str, known: Found) -> Document:
    finding = known.finding
    return {
        "id": id,
        "kind": finding.kind,
        "key": finding.key,
        "true_from": finding.true_from,
        "owed_by": finding.owed_by,
        "owed_to": finding.owed_to,
        "detail": finding.detail,
        "next_step": finding.next_step,
        "at_stake": asdict(finding.at_stake) if finding.at_stake else None,
        "awaits": sorted(finding.awaits),
        "actionable": finding.actionable,
        "revision": known.revision,
        "cleared_at": known.cleared_at,
    }


def found_of(row: Document) -> Found:
    at_stake = Money(**row["at_stake"]) if row["at_stake"] else None
    finding = Finding(
        FindingKind(row["kind"]),
        row["key"],
        row["true_from"],
        row["owed_by"],
        row["owed_to"],
        row["detail"],
        row["next_step"],
        at_stake,
        frozenset(row["awaits"]),
        row["actionable"],
    )
    return Found(finding, row["revision"], row["cleared_at"])
