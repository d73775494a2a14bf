"""gRPC to the ledger's questions and back."""

import grpc
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused
from services.tracker.answers import (
    attainment_message,
    progress_message,
    standing_message,
    subject_answer,
)
from services.tracker.board_answers import agreements_answer, counts_answer, files_answer
from services.tracker.core.promises import State
from services.tracker.explaining import explanation_message
from services.tracker.ledger import Ledger, Wanted
from services.tracker.summaries import about_of, summary_message

SERVICE = "handoff.v1.TrackerService"


class TrackerServicer(tracker_pb2_grpc.TrackerServiceServicer):
    """Answers from the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def GetPromise(
        self, request: tracker_pb2.GetPromiseRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.GetPromiseResponse:
        return tracker_pb2.GetPromiseResponse(
            promise=standing_message(self._ledger.promise(request.promise_id))
        )

    def GetSubject(
        self, request: tracker_pb2.GetSubjectRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.GetSubjectResponse:
        return subject_answer(*self._ledger.subject(request.subject))

    def ExplainPromise(
        self, request: tracker_pb2.ExplainPromiseRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.ExplainPromiseResponse:
        return explanation_message(self._ledger.explanation(request.promise_id))

    def ListSubjects(
        self, request: tracker_pb2.ListSubjectsRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.ListSubjectsResponse:
        subjects, cut = self._ledger.subjects(about_of(request))
        return tracker_pb2.ListSubjectsResponse(
            subjects=[summary_message(subject, standings) for subject, standings in subjects],
            cut=cut,
            now=stamp(self._ledger.now()),
        )

    def ListOpenPromises(
        self, request: tracker_pb2.ListOpenPromisesRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.ListOpenPromisesResponse:
        wanted = Wanted(
            request.owed_by,
            request.owed_to,
            frozenset(_state(number) for number in request.states),
            request.announced,
        )
        page, token = self._ledger.open_promises(wanted, request.page_size, request.page_token)
        return tracker_pb2.ListOpenPromisesResponse(
            promises=[standing_message(standing) for standing in page], next_page_token=token
        )

    def GetProgress(
        self, request: tracker_pb2.GetProgressRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.GetProgressResponse:
        partitions = [progress_message(row) for row in self._ledger.progress()]
        return tracker_pb2.GetProgressResponse(partitions=partitions, now=stamp(self._ledger.now()))

    def CountOpenPromises(
        self, request: tracker_pb2.CountOpenPromisesRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.CountOpenPromisesResponse:
        return counts_answer(*self._ledger.open_counts())

    def ListAgreements(
        self, request: tracker_pb2.ListAgreementsRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.ListAgreementsResponse:
        return agreements_answer(self._ledger.agreement_sets(), request.set_id, self._ledger.now())

    def GetAgreementFiles(
        self, request: tracker_pb2.GetAgreementFilesRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.GetAgreementFilesResponse:
        return files_answer(self._ledger.agreement_sets(), request.set_id, self._ledger.now())

    def ListAttainment(
        self, request: tracker_pb2.ListAttainmentRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.ListAttainmentResponse:
        attained = self._ledger.attainment(request.windows_s)
        return tracker_pb2.ListAttainmentResponse(
            attainments=map(attainment_message, attained), now=stamp(self._ledger.now())
        )


def _state(number: int) -> State:
    try:
        name = tracker_pb2.PromiseState.Name(tracker_pb2.PromiseState.ValueType(number))
        return State[name.removeprefix("PROMISE_STATE_")]
    except (ValueError, KeyError) as error:
        raise Refused(
            RefusalCode.INVALID,
            "states",
            f"{number} is no state that a promise can be in here; give {', '.join(State)}.",
        ) from error
