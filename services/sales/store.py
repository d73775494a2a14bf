"""What sales keeps in Mongo: one document an order."""

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    LongField,
    StringField,
)

from services.sales.domain import Order
from services.shared.department.documents import (
    AddressDocument,
    LineDocument,
    MomentField,
    MoneyDocument,
    PartDocument,
)
from services.shared.department.storing import Shape
from services.shared.subjects import Kind


class SalesSaleDocument(EmbeddedDocument):  # type: ignore[misc]  # mongoengine has no types
    lines = EmbeddedDocumentListField(LineDocument, required=True)
    total = EmbeddedDocumentField(MoneyDocument, required=True)
    promised_by = MomentField(required=True)
    priority = StringField(required=True)
    ship_to = EmbeddedDocumentField(AddressDocument, required=True)


class SalesOrderDocument(PartDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "sales.orders", "db_alias": "sales"}

    order = StringField(primary_key=True)
    customer = StringField()
    version = LongField()
    sale = EmbeddedDocumentField(SalesSaleDocument)
    cancelled = BooleanField()


SHAPES = {Kind.ORDER: Shape(Order, SalesOrderDocument)}
