"""State as mongoengine documents and back, by field name; a store declares only the fields.

Moments are kept as whole microseconds: Mongo's own dates would lose three digits.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Hashable
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, TypeVar

from mongoengine import (
    BooleanField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    LongField,
    StringField,
)

from services.shared.clock import to_datetime, to_instant

P = TypeVar("P", bound=Hashable)


class MomentField(LongField):  # type: ignore[misc]  # mongoengine has no types
    """An aware datetime in Python, microseconds since 1970-01-01 UTC in Mongo."""

    def to_python(self, value: object) -> object:
        return to_datetime(value) if isinstance(value, int) else value

    def to_mongo(self, value: object) -> object:
        return to_instant(value) if isinstance(value, datetime) else value

    def validate(self, value: object, clean: bool = True) -> None:
        if not isinstance(value, datetime):
            self.error(f"{value!r} is not a datetime")


class PartDocument(Document):  # type: ignore[misc]
    """What a department keeps of one subject; `revision` counts its changes."""

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "auto_create_index": False}

    revision = LongField(required=True)


class MoneyDocument(EmbeddedDocument):  # type: ignore[misc]
    minor = LongField(required=True)
    currency = StringField(required=True)


class LineDocument(EmbeddedDocument):  # type: ignore[misc]
    sku = StringField(required=True)
    quantity = LongField(required=True)
    price = EmbeddedDocumentField(MoneyDocument)


class AddressDocument(EmbeddedDocument):  # type: ignore[misc]
    street = StringField()
    postcode = StringField()
    city = StringField()
    country = StringField()


class SoldDocument(EmbeddedDocument):  # type: ignore[misc]
    """What sales told of an order."""

    version = LongField(required=True)
    amended = BooleanField()
    lines = EmbeddedDocumentListField(LineDocument)
    total = EmbeddedDocumentField(MoneyDocument)
    cancelled = BooleanField()


def to_document(of: type[PartDocument], part: Hashable, revision: int) -> PartDocument:
    return of(revision=revision, **_fields(part))


def from_document(of: type[P], document: PartDocument) -> P:
    return typing.cast(P, _reader(of)(document))


def _fields(part: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    return {each.name: _plain(getattr(part, each.name)) for each in dataclasses.fields(part)}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of a dataclass
    if dataclasses.is_dataclass(value):
        return _fields(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, StrEnum) else value


_Read = Callable[[Any], Any]


@cache
def _reader(hint: Any) -> _Read:  # noqa: ANN401 - a type hint is any object
    """From what mongoengine gives to what the dataclass's field holds."""
    if isinstance(hint, types.UnionType):
        (inner,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
        return lambda value: None if value is None else _reader(inner)(value)
    if typing.get_origin(hint) is tuple:
        item = _reader(typing.get_args(hint)[0])
        return lambda values: tuple(item(each) for each in values)
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        readers = {each.name: _reader(hints[each.name]) for each in dataclasses.fields(hint)}
        of = typing.cast(Callable[..., Any], hint)
        return lambda value: of(**{name: read(value[name]) for name, read in readers.items()})
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    return lambda value: value
