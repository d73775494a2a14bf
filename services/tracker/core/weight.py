"""How much a plain value takes in a document, so that a subject stays one that can be stored."""

from collections.abc import Mapping

_NUMBER = 16
_ENTRY = 8
"""A name's or an index's own bytes beside its text, as BSON has them: type, end and length."""


def weight(value: object) -> int:
    """Bytes in BSON, or a few more: of a text, a number, or lists and dicts of these."""
    match value:
        case str():
            return _NUMBER + len(value.encode())
        case Mapping():
            return _NUMBER + sum(_ENTRY + len(name) + weight(each) for name, each in value.items())
        case list():
            return _NUMBER + sum(_ENTRY + weight(each) for each in value)
        case _:
            return _NUMBER
