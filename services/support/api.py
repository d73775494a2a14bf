"""Which call means which command of support."""

from handoff.v1 import support_pb2

from services.support import domain

SERVICE = support_pb2.DESCRIPTOR.services_by_name["SupportService"]
COMMANDS = {
    "OpenCase": domain.OpenCase,
    "SendFirstResponse": domain.SendFirstResponse,
    "RequestRefund": domain.RequestRefund,
    "InformCustomer": domain.InformCustomer,
    "ResolveCase": domain.ResolveCase,
    "ReceiveReview": domain.ReceiveReview,
    "AnswerReview": domain.AnswerReview,
}
