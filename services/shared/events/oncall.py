"""What people decide about a promise, whichever department they sit in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromiseReleased:
    promise_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PromiseConfirmed:
    promise_id: str
    by_party: str
    reason: str


@dataclass(frozen=True, slots=True)
class PromiseDisputed:
    promise_id: str
    by_party: str
    reason: str
