"""What finance keeps in Mongo: one document an order."""

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    ListField,
    StringField,
)

from services.finance.domain import Order
from services.shared.department.documents import MoneyDocument, PartDocument, SoldDocument
from services.shared.department.storing import Shape
from services.shared.subjects import Kind


class FinancePaymentDocument(EmbeddedDocument):  # type: ignore[misc]  # mongoengine has no types
    payment_id = StringField(required=True)
    approved = EmbeddedDocumentField(MoneyDocument)


class FinanceRefundDocument(EmbeddedDocument):  # type: ignore[misc]
    refund_id = StringField(required=True)
    asked = EmbeddedDocumentField(MoneyDocument, required=True)
    approved = EmbeddedDocumentField(MoneyDocument)
    rejected = BooleanField()
    paid = BooleanField()


class FinanceOrderDocument(PartDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "finance.orders", "db_alias": "finance"}

    order = StringField(primary_key=True)
    customer = StringField()
    sale = EmbeddedDocumentField(SoldDocument, required=True)
    payments = EmbeddedDocumentListField(FinancePaymentDocument)
    invoices = ListField(StringField())
    refunds = EmbeddedDocumentListField(FinanceRefundDocument)


SHAPES = {Kind.ORDER: Shape(Order, FinanceOrderDocument)}
