"""Whether a request comes from the system that signs it, by HMAC-SHA256 over the raw body.

PagerDuty: https://developer.pagerduty.com/docs/verifying-webhook-signatures
Slack: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence

from services.alerts.errors import DeliveryError
from services.shared.clock import SECOND, Instant

SECRETS_LIMIT = 5
SECRET_LENGTH_AT_LEAST = 16
"""Both systems give out 32 characters and more; what is shorter was cut when it was copied."""
SIGNATURES_LIMIT = 10
"""PagerDuty signs with the old secret and the new one while one is replaced."""
SLACK_WINDOW = 300 * SECOND
"""A request of Slack's that is further from now was kept by somebody, and is no reply."""
_SECONDS_DIGITS = 12


def secrets_of(text: str) -> Sequence[bytes]:
    """One a line, the newest first. Raises DeliveryError, which tells none of them."""
    secrets = [line.encode() for line in text.split()[:SECRETS_LIMIT]]
    for number, secret in enumerate(secrets, start=1):
        if len(secret) < SECRET_LENGTH_AT_LEAST:
            raise DeliveryError(
                f"Signing secret {number} has fewer than {SECRET_LENGTH_AT_LEAST} characters; copy"
                " it whole.",
                permanent=False,
            )
    return secrets


def signed_by_pagerduty(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures is made with one of the secrets."""
    given = headers.get("x-pagerduty-signature", "").split(",")[:SIGNATURES_LIMIT]
    return _any_is("v1=", [each.strip() for each in given], secrets, body)


def signed_by_slack(
    secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: Instant
) -> bool:
    """Whether it is signed, together with a time that is near."""
    at = headers.get("x-slack-request-timestamp", "")
    if not (at.isascii() and at.isdecimal() and len(at) <= _SECONDS_DIGITS):
        return False
    if abs(now - int(at) * SECOND) > SLACK_WINDOW:
        return False
    given = [headers.get("x-slack-signature", "")]
    return _any_is("v0=", given, secrets, b"v0:" + at.encode() + b":" + body)


def _any_is(version: str, given: Sequence[str], secrets: Sequence[bytes], content: bytes) -> bool:
    """Compares all of them, each in constant time."""
    right = list(_signatures(version, secrets, content))
    same = [hmac.compare_digest(one.encode(), other) for one in given for other in right]
    return any(same)


def _signatures(version: str, secrets: Sequence[bytes], content: bytes) -> Iterator[bytes]:
    for secret in secrets:
        yield f"{version}{hmac.new(secret, content, hashlib.sha256).hexdigest()}".encode()
