"""Asks a service whether it is ready, as a load balancer would."""

import ssl
import time
from collections.abc import Iterable

import httpx

from services.shared.settings import Endpoint, Settings

TIMEOUT_S = 2.0
LOOK_EVERY_S = 0.1
ANSWER_LIMIT = 200
NO_AUTHORITY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, as plain HTTP needs none; to read the usual ones takes 50 ms of each question."""


def why_not_ready(endpoint: Endpoint) -> str | None:
    """None when it is ready, else what it says, or that it says nothing."""
    url = f"{endpoint.url}/readyz"
    try:
        answer = httpx.get(url, timeout=TIMEOUT_S, trust_env=False, verify=NO_AUTHORITY)
    except httpx.HTTPError as error:
        return f"{url} does not answer ({error})"
    if answer.is_success:
        return None
    return f"{url} says {answer.status_code}: {answer.text[:ANSWER_LIMIT].strip()}"


def wait_for_services(
    settings: Settings, names: Iterable[str], deadline_s: float
) -> dict[str, str]:
    """Those that are not ready in time, each with the reason; empty when all are.

    One is asked after the other: who waits for the last has time for the first.
    """
    give_up_at = time.monotonic() + deadline_s
    unready = {}
    for name in names:
        endpoint = getattr(settings.endpoints, name)
        while (reason := why_not_ready(endpoint)) and time.monotonic() < give_up_at:
            time.sleep(LOOK_EVERY_S)
        if reason:
            unready[name] = reason
    return unready
