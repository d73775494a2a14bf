"""Which call means which command of sales."""

from handoff.v1 import sales_pb2

from services.sales.domain import AmendOrder, CancelOrder, PlaceOrder, PromiseDelivery

SERVICE = sales_pb2.DESCRIPTOR.services_by_name["SalesService"]
COMMANDS = {
    "PlaceOrder": PlaceOrder,
    "AmendOrder": AmendOrder,
    "CancelOrder": CancelOrder,
    "PromiseDelivery": PromiseDelivery,
}
