"""Which call means which command of finance."""

from handoff.v1 import finance_pb2

from services.finance import domain

SERVICE = finance_pb2.DESCRIPTOR.services_by_name["FinanceService"]
COMMANDS = {
    "ApprovePayment": domain.ApprovePayment,
    "DeclinePayment": domain.DeclinePayment,
    "IssueInvoice": domain.IssueInvoice,
    "CorrectInvoice": domain.CorrectInvoice,
    "ApproveRefund": domain.ApproveRefund,
    "RejectRefund": domain.RejectRefund,
    "PayRefund": domain.PayRefund,
}
