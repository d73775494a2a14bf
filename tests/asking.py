"""Questions to a service of ours over plain HTTP."""

import httpx

from services.local.health import NO_AUTHORITY


def get(url: str) -> httpx.Response:
    """Raises httpx.TransportError where nobody answers."""
    return httpx.get(url, trust_env=False, verify=NO_AUTHORITY)
