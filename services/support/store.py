"""What support keeps in Mongo: one document a case, and one an order that it heard of."""

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    EmbeddedDocumentField,
    ListField,
    LongField,
    StringField,
)

from services.shared.department.documents import PartDocument, SoldDocument
from services.shared.department.storing import Shape
from services.shared.subjects import Kind
from services.support.domain import Case, Order


class SupportCaseDocument(PartDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "support.cases", "db_alias": "support"}

    case = StringField(primary_key=True)
    customer = StringField()
    order = StringField()
    status = StringField(required=True)
    responded = BooleanField()
    resolutions = LongField()
    reviews = ListField(StringField())
    answered = ListField(StringField())


class SupportOrderDocument(PartDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "support.orders", "db_alias": "support"}

    order = StringField(primary_key=True)
    customer = StringField()
    sale = EmbeddedDocumentField(SoldDocument, required=True)
    refunds = ListField(StringField())


SHAPES = {
    Kind.CASE: Shape(Case, SupportCaseDocument),
    Kind.ORDER: Shape(Order, SupportOrderDocument),
}
