"""Converts again only what has changed: most of a long list is the same at each reading.

A message is known by its bytes. What stays equal is the same object, which whoever compares two
readings sees at once.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from google.protobuf.message import Message

_M = TypeVar("_M", bound=Message)
_T = TypeVar("_T")


class Conversion(Generic[_M, _T]):
    """Remembers the last list and no more."""

    def __init__(self, convert: Callable[[_M], _T]) -> None:
        self._convert = convert
        self._known: dict[bytes, _T] = {}

    def all(self, told: Iterable[_M]) -> tuple[_T, ...]:
        """In order; to be called with the whole list each time."""
        known, found = self._known, {}
        made: list[_T] = []
        for message in told:
            content = message.SerializeToString(deterministic=True)
            value = known.get(content)
            if value is None:
                value = self._convert(message)
            found[content] = value
            made.append(value)
        self._known = found
        return tuple(made)
