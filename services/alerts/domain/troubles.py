"""What is wrong with handoff itself, by what was seen of it. Whoever runs it has to act: it is no
department's fault, so it is never a breach.

A trouble has the shape of a finding, so that it goes the way of every alert. What stands already
has to get twice as good before it is over, so that nobody hears of one that comes and goes.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.alerts.domain.promise import Promise
from services.alerts.domain.sight import (
    LETTERS_WITHIN,
    REFUSED_WITHIN,
    PartitionSeen,
    Sight,
)
from services.alerts.domain.words import duration, moment
from services.shared.clock import SECOND, Instant

PLATFORM = "platform"
"""Those who run handoff: whom escalation routes call for it."""
OWN = "handoff/"
"""How the ids begin of all that is found here and not by the ledger, which no promise's does."""

BEHIND_LIMIT = 60 * SECOND
"""Older than this, what the tracker says of deadlines comes too late."""
SILENCE_LIMIT = 180 * SECOND
"""A party that was silent for so long makes its promises unknown."""
SKEW_LIMIT_S = 30.0
FAILING_LIMIT = 600 * SECOND
"""An alert may wait for its receiver for so long before others hear of it."""
GAP_WITHIN = 86_400 * SECOND
"""So early it is said that nobody will be on call: there is time to find somebody."""


class Slug(StrEnum):
    """What kind of trouble it is, as the finding's slug and the agreement that routes match."""

    TRACKER_SILENT = "tracker_silent"
    TRACKER_BEHIND = "tracker_behind"
    SILENT_PARTY = "silent_party"
    CLOCK_SKEW = "clock_skew"
    DEAD_LETTERS = "dead_letters"
    RECEIVER_FAILING = "receiver_failing"
    NOTICES_REFUSED = "notices_refused"
    NOBODY_ON_CALL = "nobody_on_call"


DEADLY = frozenset({Slug.TRACKER_SILENT, Slug.TRACKER_BEHIND})
"""While one of these stands nothing is found in time, and nobody may take us for alive."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, since when, whom it keeps from working, and what to do about it."""

    slug: Slug
    about: str
    since: Instant
    detail: str
    next_step: str
    hurts: str = ""

    @property
    def id(self) -> str:
        return f"{OWN}{self.slug}/{self.about}"


def is_own(promise_id: str) -> bool:
    """Whether it was found here, and the ledger knows nothing of it."""
    return promise_id.startswith(OWN)


def as_finding(trouble: Trouble) -> Promise:
    """What the alert of a trouble is about."""
    return Promise(
        promise_id=trouble.id,
        agreement=trouble.slug,
        owed_by=PLATFORM,
        owed_to=trouble.hurts,
        subject=f"{OWN}{trouble.about}",
        due_by=trouble.since,
        finding=trouble.slug,
        detail=trouble.detail,
        next_step=trouble.next_step,
    )


def troubles(sight: Sight, standing: Collection[str] = ()) -> tuple[Trouble, ...]:
    """All that is wrong; `standing` are the ids of what was said to be so before."""
    return tuple(_all(sight, frozenset(standing)))


def was_looked_at(promise_id: str, sight: Sight) -> bool:
    """Whether this look would have shown that trouble; where not, what was wrong stays so."""
    return not any(promise_id.startswith(f"{OWN}{slug}/") for slug in _unseen(sight))


def _unseen(sight: Sight) -> Iterator[Slug]:
    """Kinds of trouble that may be there all the same, for whoever would know did not say."""
    if sight.unanswered_since is not None or not sight.partitions:
        yield from (Slug.TRACKER_BEHIND, Slug.SILENT_PARTY, Slug.CLOCK_SKEW)
    elif any(_lags(each, sight.now) for each in sight.partitions):
        yield Slug.SILENT_PARTY
    if sight.letters is None:
        yield Slug.DEAD_LETTERS


def _all(sight: Sight, standing: frozenset[str]) -> Iterator[Trouble]:
    if sight.unanswered_since is not None:
        yield from _tracker_silent(sight, sight.unanswered_since, standing)
    else:
        yield from _tracker_behind(sight, standing)
        yield from _silent_parties(sight, standing)
        yield from _skewed(sight, standing)
    yield from _letters(sight)
    yield from _receivers(sight)
    yield from _unattended(sight)


def _tracker_silent(sight: Sight, since: Instant, standing: frozenset[str]) -> Iterator[Trouble]:
    trouble = Trouble(
        Slug.TRACKER_SILENT,
        "tracker",
        since,
        f"The tracker has not answered since {moment(since)}, so nobody watches any deadline.",
        "See `handoff doctor` and the tracker's log, and start it again.",
    )
    if sight.now - since > BEHIND_LIMIT or trouble.id in standing:
        yield trouble


def _tracker_behind(sight: Sight, standing: frozenset[str]) -> Iterator[Trouble]:
    """The worst partition speaks for all: one alert a tracker, however many lag."""
    reached = {each.number: each.caught_up_at or sight.since for each in sight.partitions}
    if not reached:
        return
    worst = min(reached, key=lambda number: reached[number])
    behind = sight.now - reached[worst]
    far = [each for each in reached.values() if sight.now - each > BEHIND_LIMIT]
    trouble = Trouble(
        Slug.TRACKER_BEHIND,
        "tracker",
        reached[worst],
        f"The tracker is behind on {len(far) or 1} of {len(reached)} partitions; on partition"
        f" {worst} by {duration(behind)}. Deadlines are judged later by as much.",
        "See `handoff doctor`: start what stands still, or add trackers where all of them work.",
    )
    if behind > _limit(BEHIND_LIMIT, trouble.id in standing):
        yield trouble


def _silent_parties(sight: Sight, standing: frozenset[str]) -> Iterator[Trouble]:
    """Only by partitions that are read: what is behind has not heard anybody."""
    read = [each for each in sight.partitions if not _lags(each, sight.now)]
    for party in sorted(sight.parties) if read else ():
        heard = min(each.complete_through.get(party, sight.since) for each in read)
        trouble = Trouble(
            Slug.SILENT_PARTY,
            party,
            heard,
            f"Nothing was heard from {party}'s service since {moment(heard)}. What it owes is"
            " unknown until it speaks, and not broken.",
            f"See whether {party}'s service runs and reaches Kafka.",
            hurts=party,
        )
        if sight.now - heard > _limit(SILENCE_LIMIT, trouble.id in standing):
            yield trouble


def _lags(partition: PartitionSeen, now: Instant) -> bool:
    return partition.caught_up_at is None or now - partition.caught_up_at > BEHIND_LIMIT


def _skewed(sight: Sight, standing: frozenset[str]) -> Iterator[Trouble]:
    for party, source in sorted({(each.party, each.source) for each in sight.skews}):
        worst = max(
            (each.skew_s for each in sight.skews if (each.party, each.source) == (party, source)),
            key=abs,
        )
        how = "behind, or what it says comes late" if worst > 0 else "ahead"
        trouble = Trouble(
            Slug.CLOCK_SKEW,
            f"{party}/{source}",
            sight.now,
            f"The clock of {source} ({party}) is {duration(int(abs(worst) * SECOND))} {how}.",
            f"Set the clock of {source} by NTP; until then {party}'s dates are off by as much.",
            hurts=party,
        )
        if abs(worst) > _limit(SKEW_LIMIT_S, trouble.id in standing):
            yield trouble


def _letters(sight: Sight) -> Iterator[Trouble]:
    if sight.letters:
        count = "One event" if sight.letters == 1 else f"{sight.letters} events"
        yield Trouble(
            Slug.DEAD_LETTERS,
            "dead-letters",
            sight.now,
            f"{count} could not be handled in the last {duration(LETTERS_WITHIN)}.",
            "See `handoff dlq list` for why; mend the cause, then `handoff dlq redrive`.",
        )


def _receivers(sight: Sight) -> Iterator[Trouble]:
    for name, since in sorted(sight.failing.items()):
        if sight.now - since > FAILING_LIMIT:
            yield Trouble(
                Slug.RECEIVER_FAILING,
                name,
                since,
                f"Alerts wait for the receiver {name} since {moment(since)}.",
                f"See why by `handoff receivers test {name}`, and call its people another way.",
            )
    for name, count in sorted(sight.refused.items()):
        notices = "a notice" if count == 1 else f"{count} notices"
        yield Trouble(
            Slug.NOTICES_REFUSED,
            name,
            sight.now,
            f"The receiver {name} refused {notices} for good in the last"
            f" {duration(REFUSED_WITHIN)}, and nobody was told instead.",
            f"See why by `handoff receivers test {name}`, and give it a fallback.",
        )


def _unattended(sight: Sight) -> Iterator[Trouble]:
    """A gap that has begun or is near; the next one of a schedule, not each."""
    seen: set[str] = set()
    for gap in sorted(sight.gaps, key=lambda each: each.starts_at):
        if gap.schedule in seen or gap.starts_at - sight.now > GAP_WITHIN:
            continue
        seen.add(gap.schedule)
        yield Trouble(
            Slug.NOBODY_ON_CALL,
            gap.schedule,
            min(gap.starts_at, sight.now),
            f"Nobody is on call of {gap.schedule} from {moment(gap.starts_at)} to"
            f" {moment(gap.ends_at)}.",
            f"Add an override or a rotation to {gap.schedule}; `handoff oncall` shows the gaps.",
        )


def _limit(limit: float, stands: bool) -> float:
    return limit / 2 if stands else limit
