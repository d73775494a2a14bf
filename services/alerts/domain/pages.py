"""Where the console shows what an alert is about."""

from collections.abc import Sequence
from urllib.parse import quote

from services.alerts.domain.promise import Promise


def page_of(promise: Promise, console_url: str) -> str:
    return f"{console_url.rstrip('/')}/subjects/{quote(promise.subject)}"


def pages_beside(promise: Promise, console_url: str) -> Sequence[tuple[str, str]]:
    """What to open, each with its name: the console's page, and the runbook where it is one."""
    pages = [("Open in the console", page_of(promise, console_url))]
    if promise.runbook.startswith(("https://", "http://")):
        pages.append(("Runbook", promise.runbook))
    return pages
