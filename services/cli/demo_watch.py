"""What a demonstration reads of alerts and tracker, over gRPC, while it runs and at its end."""

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2, alerts_pb2_grpc, tracker_pb2, tracker_pb2_grpc

from services.cli.demo_summary import Fate, Promise, Summary, Trouble, summarise
from services.shared import rpc
from services.shared.clock import Instant
from services.shared.settings import Endpoints

PAGE_SIZE = 1_000
ASKED_AT_ONCE = 4
LOOK_EVERY_S = 0.2
CATCH_UP_S = 15.0
"""A verdict reaches a person within this, or it is counted without."""

_STATES = [state for state in alerts_pb2.AlertState.values() if state]
_FATES = {
    tracker_pb2.PROMISE_STATE_KEPT: Fate.KEPT,
    tracker_pb2.PROMISE_STATE_KEPT_LATE: Fate.BREACHED,
    tracker_pb2.PROMISE_STATE_BREACHED: Fate.BREACHED,
    tracker_pb2.PROMISE_STATE_AT_RISK: Fate.AT_RISK,
    tracker_pb2.PROMISE_STATE_ON_TRACK: Fate.ON_TRACK,
    tracker_pb2.PROMISE_STATE_CANCELLED: Fate.CANCELLED,
    tracker_pb2.PROMISE_STATE_RELEASED: Fate.CANCELLED,
}
_CONDITIONS = {
    tracker_pb2.VERDICT_KIND_WARNED: "at_risk",
    tracker_pb2.VERDICT_KIND_UNKNOWN: "unknown",
    tracker_pb2.VERDICT_KIND_BREACHED: "breached",
    tracker_pb2.VERDICT_KIND_RETURNED: "returned",
    tracker_pb2.VERDICT_KIND_DISPUTED: "disputed",
    tracker_pb2.VERDICT_KIND_BOUNCED: "bounced",
    tracker_pb2.VERDICT_KIND_FOUND: "found",
}


class Watch:
    """Sees each alert once a condition, and counts at the end."""

    def __init__(
        self,
        alerts: alerts_pb2_grpc.AlertsServiceStub,
        tracker: tracker_pb2_grpc.TrackerServiceStub,
    ) -> None:
        self.tracker = tracker
        self._service = alerts
        self._seen: dict[tuple[str, str], alerts_pb2.Alert] = {}

    def alerts(self) -> Iterator[alerts_pb2.Alert]:
        """All that there are, the resolved ones included. Raises RpcError."""
        request = alerts_pb2.ListAlertsRequest(states=_STATES, page_size=PAGE_SIZE)
        while True:
            page = self._service.ListAlerts(request)
            yield from page.alerts
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def news(self) -> list[alerts_pb2.Alert]:
        """Alerts in a condition that they were not seen in before, as they came.

        Empty where the service does not answer: it is started again, and they are seen then.
        """
        try:
            found = {(alert.key, alert.condition): alert for alert in self.alerts()}
        except grpc.RpcError:
            return []
        news = {name: alert for name, alert in found.items() if name not in self._seen}
        self._seen |= found
        return sorted(news.values(), key=lambda alert: instant(alert.notified_at))

    def missing(self) -> bool:
        """Whether the ledger announces something that no alert says yet."""
        request = tracker_pb2.ListOpenPromisesRequest(announced=True, page_size=PAGE_SIZE)
        try:
            announced = self.tracker.ListOpenPromises(request).promises
        except grpc.RpcError:
            return True
        said = {(alert.promise_id, alert.condition) for alert in self._seen.values()}
        return any((each.promise_id, _CONDITIONS[each.announced]) not in said for each in announced)

    def rest(self) -> list[alerts_pb2.Alert]:
        """What is still on its way, once it is here; waits for it, but not for ever."""
        news = self.news()
        give_up_at = time.monotonic() + CATCH_UP_S
        while self.missing() and time.monotonic() < give_up_at:
            time.sleep(LOOK_EVERY_S)
            news += self.news()
        return news

    def summary(self, subjects: Iterable[str]) -> Summary:
        """What became of the promises of these subjects."""
        with ThreadPoolExecutor(ASKED_AT_ONCE) as asking:
            promises = [each for found in asking.map(self._promises, subjects) for each in found]
        return summarise(promises, self._troubles())

    def _promises(self, subject: str) -> list[Promise]:
        try:
            answer = self.tracker.GetSubject(tracker_pb2.GetSubjectRequest(subject=subject))
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return []
            raise
        return [_promise(each) for each in answer.promises]

    def _troubles(self) -> Iterator[Trouble]:
        """One a promise, from when it was first announced."""
        for alert in _first_of_each(self._seen).values():
            breached = (alert.key, "breached") in self._seen
            yield Trouble(alert.subject, instant(alert.opened_at), breached)


@contextmanager
def watch(endpoints: Endpoints) -> Iterator[Watch]:
    with (
        rpc.sync_channel(endpoints.alerts.grpc_address) as alerts,
        rpc.sync_channel(endpoints.tracker.grpc_address) as tracker,
    ):
        yield Watch(
            alerts_pb2_grpc.AlertsServiceStub(alerts),
            tracker_pb2_grpc.TrackerServiceStub(tracker),
        )


def instant(stamp: Timestamp) -> Instant:
    return stamp.ToMicroseconds()


def _first_of_each(
    seen: Mapping[tuple[str, str], alerts_pb2.Alert],
) -> Mapping[str, alerts_pb2.Alert]:
    first: dict[str, alerts_pb2.Alert] = {}
    for alert in seen.values():
        known = first.setdefault(alert.promise_id, alert)
        if instant(alert.opened_at) < instant(known.opened_at):
            first[alert.promise_id] = alert
    return first


def _promise(told: tracker_pb2.Promise) -> Promise:
    settled = told.HasField("settled_at")
    return Promise(
        told.subject,
        told.owed_to,
        _FATES.get(told.state, Fate.UNKNOWN),
        instant(told.opened_at),
        instant(told.due_by),
        instant(told.settled_at) if settled else None,
    )
