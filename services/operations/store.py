"""What operations keeps in Mongo: one document an order."""

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    ListField,
    LongField,
    StringField,
)

from services.operations.domain import Order
from services.shared.department.documents import (
    AddressDocument,
    LineDocument,
    MomentField,
    MoneyDocument,
    PartDocument,
    SoldDocument,
)
from services.shared.department.storing import Shape
from services.shared.subjects import Kind


class OperationsPaymentDocument(EmbeddedDocument):  # type: ignore[misc]  # mongoengine has no types
    payment_id = StringField(required=True)
    amount = EmbeddedDocumentField(MoneyDocument, required=True)
    ship_by = MomentField()
    policy = StringField()
    reason_code = StringField()
    level = LongField()


class OperationsShortageDocument(EmbeddedDocument):  # type: ignore[misc]
    shortage_id = StringField(required=True)
    lines = EmbeddedDocumentListField(LineDocument, required=True)
    expected_by = MomentField()


class OperationsParcelDocument(EmbeddedDocument):  # type: ignore[misc]
    parcel_id = StringField(required=True)
    carrier = StringField(required=True)
    lines = EmbeddedDocumentListField(LineDocument, required=True)
    ship_to = EmbeddedDocumentField(AddressDocument, required=True)


class OperationsOrderDocument(PartDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "operations.orders", "db_alias": "operations"}

    order = StringField(primary_key=True)
    customer = StringField()
    sale = EmbeddedDocumentField(SoldDocument, required=True)
    payments = EmbeddedDocumentListField(OperationsPaymentDocument)
    declined = ListField(StringField())
    accepted = BooleanField()
    returned = BooleanField()
    reserved = BooleanField()
    shortages = EmbeddedDocumentListField(OperationsShortageDocument)
    arrived = ListField(StringField())
    picking = BooleanField()
    parcels = EmbeddedDocumentListField(OperationsParcelDocument)
    delivered = ListField(StringField())


SHAPES = {Kind.ORDER: Shape(Order, OperationsOrderDocument)}
