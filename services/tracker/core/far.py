"""Subjects to which nothing happens for a while: packed to bytes until they are touched or due.

Subjects are much alike, so the first ones serve as a dictionary to compress the others with (zlib's
preset dictionary, RFC 1950): a subject of one event and two promises takes 80 bytes of 330.
"""

import zlib

from services.shared.clock import Instant
from services.tracker.core.wheel import Wheel

DICTIONARY_BYTES = 2_048
"""A larger one makes nothing smaller, and each subject takes longer."""

_MOMENT_BYTES = 8
_PLAIN, _COMPRESSED = b"\x00", b"\x01"
_FAST, _WINDOW_BITS = 1, -15
"""The least effort; a negative size of the window leaves out header and checksum."""


class Far:
    """By id one object: the moment of the next look at anything of the subject, and the subject."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}
        self._wheel = Wheel()
        self._dictionary = b""

    def __contains__(self, id: str) -> bool:
        return id in self._packed

    def __len__(self) -> int:
        return len(self._packed)

    def put(self, id: str, packed: bytes, look_at: Instant | None) -> None:
        """None: time alone changes nothing of it."""
        at = -1 if look_at is None else look_at
        moment = at.to_bytes(_MOMENT_BYTES, "little", signed=True)
        self._packed[id] = moment + self._compressed(packed)
        if look_at is not None:
            self._wheel.put(look_at, id)

    def take(self, id: str) -> bytes:
        """It is touched, and no longer here. Raises KeyError where it never was."""
        entry = self._packed.pop(id)
        look_at = int.from_bytes(entry[:_MOMENT_BYTES], "little", signed=True)
        if look_at >= 0:
            self._wheel.cancel(look_at, id)
        return self._plain(entry[_MOMENT_BYTES:])

    def due(self, until: Instant) -> list[str]:
        """Those of which something is to be looked at by then, in order of time; take them."""
        return [id for _, id in self._wheel.due(until)]

    def _compressed(self, packed: bytes) -> bytes:
        if len(self._dictionary) < DICTIONARY_BYTES:  # until it is complete, nothing uses it
            self._dictionary += packed
            return _PLAIN + packed
        packer = zlib.compressobj(_FAST, zlib.DEFLATED, _WINDOW_BITS, zdict=self._dictionary)
        return _COMPRESSED + packer.compress(packed) + packer.flush()

    def _plain(self, stored: bytes) -> bytes:
        if stored[:1] == _PLAIN:
            return stored[1:]
        return zlib.decompressobj(_WINDOW_BITS, zdict=self._dictionary).decompress(stored[1:])
