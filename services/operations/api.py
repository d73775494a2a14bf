"""Which call means which command of operations."""

from handoff.v1 import operations_pb2

from services.operations import domain

SERVICE = operations_pb2.DESCRIPTOR.services_by_name["OperationsService"]
COMMANDS = {
    "AcceptOrder": domain.AcceptOrder,
    "ReturnOrder": domain.ReturnOrder,
    "ReserveStock": domain.ReserveStock,
    "ReportMissingStock": domain.ReportMissingStock,
    "ReportArrivedStock": domain.ReportArrivedStock,
    "StartPick": domain.StartPick,
    "HandOverParcel": domain.HandOverParcel,
    "ConfirmDelivery": domain.ConfirmDelivery,
}
