"""The events by which people decide about a promise, and what is read of them."""

from collections.abc import Mapping

RELEASED = "oncall.PromiseReleased"
CONFIRMED = "oncall.PromiseConfirmed"
DISPUTED = "oncall.PromiseDisputed"
DECISIONS = frozenset({RELEASED, CONFIRMED, DISPUTED})

READS: Mapping[str, tuple[str, ...]] = {DISPUTED: ("by_party",)}
"""Fields by event type; which promise is meant is in the event itself."""
