"""Signatures as Standard Webhooks say: HMAC-SHA256 over id, time and body, one a key.

Keys look like `whsec_` and base64; with several, whoever knows any one of them can verify, so that
a key can be replaced without a gap. https://github.com/standard-webhooks/standard-webhooks
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from services.alerts.errors import DeliveryError
from services.shared.clock import SECOND, Instant

PREFIX = "whsec_"
KEY_BYTES_AT_LEAST, KEY_BYTES_AT_MOST = 24, 64
KEYS_LIMIT = 5


def keys_of(text: str) -> Sequence[bytes]:
    """One a line. Raises DeliveryError, which tells none of them."""
    return [_key(line, number) for number, line in enumerate(text.split()[:KEYS_LIMIT], start=1)]


def signed(keys: Sequence[bytes], id: str, now: Instant, body: bytes) -> Mapping[str, str]:
    """The three headers of a message; the id is the same however often it is sent."""
    at = str(now // SECOND)
    content = f"{id}.{at}.".encode() + body
    signatures = [hmac.new(key, content, hashlib.sha256).digest() for key in keys]
    return {
        "webhook-id": id,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(
            f"v1,{base64.b64encode(signature).decode()}" for signature in signatures
        ),
    }


def _key(text: str, number: int) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if text.startswith(PREFIX) and KEY_BYTES_AT_LEAST <= len(key) <= KEY_BYTES_AT_MOST:
        return key
    raise DeliveryError(
        f"Key {number} is not {PREFIX} and the base64 of {KEY_BYTES_AT_LEAST} to"
        f" {KEY_BYTES_AT_MOST} bytes; make one with"
        f' `echo "{PREFIX}$(head -c 32 /dev/urandom | base64)"`.',
        permanent=False,
    )
