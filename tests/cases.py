"""Events of one case for tests of handoff quality: who passed it to whom, and what was asked."""

from collections.abc import Iterable

from services.shared.clock import Instant
from services.tracker.core.subject import Event
from tests.promising import an_event

CASE = "case/k-1"


def passed(number: int, to: str, time: Instant | str, by: str = "support") -> Event:
    """The transfer of this number."""
    fields = {"from_party": by, "to_party": to}
    return _of_transfer("support.CaseTransferred", number, time, fields)


def accepted(number: int, by: str, time: Instant | str) -> Event:
    return _of_transfer("support.CaseAccepted", number, time, {"by_party": by})


def returned(number: int, by: str, time: Instant | str) -> Event:
    return _of_transfer("support.CaseReturned", number, time, {"by_party": by})


def resolved(time: Instant | str, resolution: int = 1) -> Event:
    return an_event("support.CaseResolved", time, key=(("resolution", str(resolution)),))


def reopened(time: Instant | str, resolution: int = 1) -> Event:
    return an_event("support.CaseReopened", time, key=(("resolution", str(resolution)),))


def asked(id: str, time: Instant | str, *names: str) -> Event:
    return _of_request("support.InformationRequested", id, time, names)


def answered(id: str, time: Instant | str, *names: str) -> Event:
    return _of_request("support.InformationReceived", id, time, names)


def _of_transfer(type: str, number: int, time: Instant | str, fields: dict[str, str]) -> Event:
    return an_event(type, time, key=(("transfer", str(number)),), fields=fields)


def _of_request(type: str, id: str, time: Instant | str, names: Iterable[str]) -> Event:
    return an_event(type, time, key=(("request_id", id),), fields={"fields": list(names)})
