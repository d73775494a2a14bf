"""In-memory twins of the alerts' store, ledger and receiver, held to the suite of the real ones."""

import threading
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.alerts.audit_store import key_used
from services.alerts.domain.alert import (
    Alert,
    Decision,
    History,
    Notice,
    Reason,
    State,
    urgency,
)
from services.alerts.domain.audit.chain import START, Act, Entry, Head, appended
from services.alerts.domain.audit.wanted import Wanted
from services.alerts.domain.labels import is_page
from services.alerts.domain.posts import ALERTS_A_POST, Post
from services.alerts.domain.promise import Condition, Promise, Word
from services.alerts.domain.ratings import RatingCount, WeekCount, counted, monday_of
from services.alerts.domain.requests import Query, Release
from services.alerts.domain.silences import Silence
from services.alerts.errors import DeliveryError, LedgerUnreachable
from services.alerts.handlers import Decide
from services.alerts.receiver import CLAIM
from services.shared.bus import PublishError, Received, SubscribeError
from services.shared.bus_memory import MemoryBus
from services.shared.clock import Instant
from services.shared.dead_letters import sent_again
from services.shared.errors import RefusalCode, Refused
from services.shared.events.oncall import PromiseDisputed
from services.shared.subjects import DEAD_LETTERS_TOPIC
from tests.alerting import in_ledger


@dataclass
class Waiting:
    """A notice and who still has to get it."""

    notice: Notice
    receivers: set[str]
    claims: dict[str, tuple[str, Instant]] = field(default_factory=dict)
    tried: dict[str, Instant] = field(default_factory=dict)
    posts: dict[str, str] = field(default_factory=dict)

    def free(self, receiver: str, owner: str, now: Instant) -> bool:
        holder, until = self.claims.get(receiver, (owner, now))
        return receiver in self.receivers and (holder == owner or now >= until)


class MemoryAudit:
    """A chain in a list."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, act: Act) -> None:
        self._entries.append(appended(act, self.head()))

    def record(self, act: Act) -> None:
        if not self.done(act):
            self.add(act)

    def find(self, wanted: Wanted) -> list[Entry]:
        found = [
            each
            for each in self._entries
            if each.act.at >= wanted.since
            and wanted.actor in ("", each.act.actor)
            and wanted.key in ("", each.act.about, each.act.subject)
            and (not wanted.before or each.number < wanted.before)
        ]
        return found[-wanted.limit :]

    def done(self, act: Act) -> bool:
        of = (act.request, act.about)
        first = next((e.act for e in self._entries if (e.act.request, e.act.about) == of), None)
        if not act.request or first is None:
            return False
        if not first.same_wish(act):
            raise key_used(act)
        return True

    def head(self) -> Head:
        return self._entries[-1].head if self._entries else START

    def entries(self) -> Iterator[Entry]:
        return iter(self._entries)


class MemoryAlertStore:
    """What Mongo does, in one process: one change at a time."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.audit = MemoryAudit()
        self._histories: dict[str, History] = {}
        self._notices: dict[str, Waiting] = {}
        self._releases: dict[str, tuple[Release, bytes]] = {}
        self._silences: dict[str, Silence] = {}
        self.events: list[tuple[Release, Promise, Instant]] = []
        self.disputes: list[PromiseDisputed] = []
        self.problems: dict[str, str] = {}
        self._passed_on: set[tuple[str, str]] = set()

    def change(self, promise_id: str, decide: Decide, act: Act | None = None) -> Decision:
        with self._lock:
            before = self.histories([promise_id])[promise_id]
            if act and self.audit.done(act):
                return Decision(before, Reason.REPEATED)
            decision = decide(before)
            self._histories[promise_id] = decision.history
            if decision.act:
                self.audit.add(decision.act)
                self.disputes += [decision.event] if decision.event else []
            for notice in decision.notices:
                self._notices[notice.id] = Waiting(notice, set(notice.receivers))
            return decision

    def histories(self, promise_ids: Collection[str]) -> Mapping[str, History]:
        return {id: self._histories.get(id, History()) for id in promise_ids}

    def get(self, key: str) -> Alert | None:
        return next((alert for alert in self._alerts() if alert.key == key), None)

    def find(self, query: Query) -> Sequence[Alert]:
        taken = sorted((each for each in self._alerts() if query.takes(each)), key=urgency)
        return taken[: query.limit]

    def awakening(self, now: Instant, limit: int) -> Sequence[Alert]:
        due = [each for each in self._alerts() if each.look_at is not None and each.look_at <= now]
        return sorted(due, key=lambda each: each.look_at or 0)[:limit]

    def standing(self) -> frozenset[str]:
        return frozenset(each.promise.promise_id for each in self._alerts() if each.end is None)

    def count_standing(self) -> int:
        return sum(alert.state is not State.RESOLVED for alert in self._alerts())

    def ratings(self, now: Instant) -> Sequence[RatingCount]:
        counts: dict[tuple[str, Instant], list[int]] = {}
        for alert in self._alerts():
            for rating in alert.ratings:
                of = alert.promise.agreement, monday_of(rating.at or alert.opened_at)
                counts.setdefault(of, [0, 0])[not rating.useful] += 1
        return counted(((of[0], WeekCount(of[1], *counts[of])) for of in counts), now)

    def silences(self, now: Instant) -> Sequence[Silence]:
        there = (each for each in self._silences.values() if each.ends_at > now)
        return sorted(there, key=lambda each: (each.ends_at, each.id))

    def silence(self, id: str) -> Silence | None:
        return self._silences.get(id)

    def keep_silence(self, silence: Silence, act: Act) -> None:
        self._silences[silence.id] = silence
        self.audit.add(act)

    def waiting(
        self, receiver: str, limit: int, without: Collection[str], *, only_pages: bool = False
    ) -> Sequence[Notice]:
        queue = [each for each in self._notices.values() if receiver in each.receivers]
        paged = {each.notice.alert.key for each in queue if is_page(each.notice.alert)}
        found = (
            replace(each.notice, post=each.posts.get(receiver, ""))
            for each in queue
            if each.notice.alert.key not in without
            and (not only_pages or each.notice.alert.key in paged)
        )
        return sorted(found, key=_place)[:limit]

    def claim(self, post: Post, receiver: str, owner: str, now: Instant) -> Instant | None:
        with self._lock:
            rows = [self._notices[notice.id] for notice in post.notices]
            if not all(row.free(receiver, owner, now) for row in rows):
                return None
            for row in rows:
                row.claims[receiver] = (owner, now + CLAIM)
                row.posts[receiver] = post.id
            return min(row.tried.setdefault(receiver, now) for row in rows)

    def settle(
        self, notices: Sequence[Notice], receiver: str, problem: str = "", fallback: str = ""
    ) -> None:
        for notice in notices:
            receivers = self._notices[notice.id].receivers
            receivers.discard(receiver)
            if fallback:
                receivers.add(fallback)
            if problem:
                self.problems[notice.id] = problem
                self._passed_on.add((notice.alert.key, receiver))

    def passed_on(self, keys: Collection[str], receiver: str) -> Collection[str]:
        return {key for key in keys if (key, receiver) in self._passed_on}

    def drop(self, notices: Sequence[Notice], receiver: str) -> bool:
        with self._lock:
            first = self._notices[notices[0].id]
            if receiver not in first.receivers or receiver in first.tried:
                return False
            for notice in notices:
                self._notices[notice.id].receivers.discard(receiver)
            return True

    def released(self, request: Release) -> bytes | None:
        first = self._releases.get(request.idempotency_key)
        if first is None:
            return None
        if first[0] != request:
            raise Refused(RefusalCode.CONFLICT, "idempotency_key", "The key was used before.")
        return first[1]

    def release(self, request: Release, promise: Promise, act: Act) -> bytes:
        with self._lock:
            if first := self.released(request):
                return first
            event_id = len(self.events).to_bytes(16, "big")
            self._releases[request.idempotency_key] = (request, event_id)
            self.events.append((request, promise, act.at))
            self.audit.add(replace(act, after={"event": event_id.hex()}))
            return event_id

    def notices(self) -> Sequence[Notice]:
        """All that were ever decided."""
        return [each.notice for each in self._notices.values()]

    def _alerts(self) -> Iterator[Alert]:
        return (alert for history in self._histories.values() for alert in history.alerts)


def _place(notice: Notice) -> tuple[Instant, str, int]:
    return (notice.at, notice.alert.key, notice.alert.revision)


class MemoryLedger:
    """The tracker's list, as a test tells it."""

    def __init__(self) -> None:
        self.words: dict[str, Word] = {}
        self.reachable = True

    def say(self, *words: Word) -> None:
        self.words |= {word.promise.promise_id: in_ledger(word) for word in words}

    def announced(self) -> Iterator[Sequence[Word]]:
        self._answer()
        for word in self.words.values():
            if isinstance(word.says, Condition):
                yield [word]

    def promise(self, promise_id: str) -> Word | None:
        self._answer()
        return self.words.get(promise_id)

    def _answer(self) -> None:
        if not self.reachable:
            raise LedgerUnreachable("The tracker at 127.0.0.1:7105 does not answer (UNAVAILABLE).")


class MemoryDeadLetters:
    """Those of a bus in memory, which a test makes one that is not read, or takes nothing."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self.readable = self.writable = True

    def read(self) -> Generator[Received]:
        if not self.readable:
            raise SubscribeError("Cannot read from Kafka at 127.0.0.1:1.")
        yield from self._bus.records(DEAD_LETTERS_TOPIC)

    def send_again(self, letters: Iterable[Received]) -> None:
        if not self.writable:
            raise PublishError("Cannot publish to Kafka at 127.0.0.1:1.")
        self._bus.publisher().publish([sent_again(each) for each in letters])


class MemoryChannel:
    """A receiver that takes everything, except what a test lets fail.

    `got` are the notices that it took, `posts` how they came, `tries` the ids of all posts.
    """

    def __init__(self, name: str = "memory", alerts_a_post: int = ALERTS_A_POST) -> None:
        self.name = name
        self.alerts_a_post = alerts_a_post
        self.got: list[Notice] = []
        self.posts: list[Post] = []
        self.tries: list[str] = []
        self.failing: dict[str, list[Exception]] = {}

    def fail(
        self, key: str, times: int = 1, *, permanent: bool = False, in_parts: bool = False
    ) -> None:
        """The next `times` posts with the alert of this key are not taken."""
        error = DeliveryError("The receiver answered 500.", permanent=permanent, in_parts=in_parts)
        self.failing[key] = [error] * times

    def send(self, post: Post) -> str:
        self.tries.append(post.id)
        for key in post.keys:
            if failures := self.failing.get(key):
                raise failures.pop()
        self.posts.append(post)
        self.got += post.notices
        return "taken"
