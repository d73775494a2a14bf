"""The events that say how a case was handed on, and what is read of them to judge it.

It stands below the agreements, which say what is kept of an event; `quality` stands above them.
"""

from collections.abc import Mapping

TRANSFERRED = "support.CaseTransferred"
ACCEPTED = "support.CaseAccepted"
RETURNED = "support.CaseReturned"
REQUESTED = "support.InformationRequested"
RECEIVED = "support.InformationReceived"
RESOLVED = "support.CaseResolved"
REOPENED = "support.CaseReopened"

READS: Mapping[str, tuple[str, ...]] = {
    TRANSFERRED: ("from_party", "to_party"),
    ACCEPTED: ("by_party",),
    RETURNED: ("by_party", "missing"),
    REQUESTED: ("fields",),
    RECEIVED: ("fields",),
    RESOLVED: (),
    REOPENED: (),
}
"""Fields by event type; numbers of transfers and requests are in the natural keys of the events."""
