"""What those on call decide about a promise, as events of their party."""

from collections.abc import Hashable

from services.alerts.domain.audit.chain import Act
from services.alerts.domain.promise import Promise
from services.shared.outbox import OutboxRow, seal
from services.shared.subjects import ONCALL

SOURCE = "alerts"


def sealed(event: Hashable, promise: Promise, act: Act) -> OutboxRow:
    """About the promise's subject, at the moment of the act and in its actor's name."""
    return seal(
        event,
        party=ONCALL,
        source=SOURCE,
        subject=promise.subject,
        occurred_at=act.at,
        order=promise.order,
        customer=promise.customer,
        case=promise.case,
        actor=act.actor,
    )
