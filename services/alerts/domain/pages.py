"""Where the console shows what an alert is about."""

from collections.abc import Sequence
from urllib.parse import quote

from services.alerts.domain.promise import Promise
from services.alerts.domain.troubles import is_own


def page_of(promise: Promise, console_url: str) -> str:
    console = console_url.rstrip("/")
    if is_own(promise.promise_id):
        return f"{console}/operations"
    return f"{console}/subjects/{quote(promise.subject)}"


def pages_beside(promise: Promise, console_url: str) -> Sequence[tuple[str, str]]:
    """What to open, each with its name: the console's page, and the runbook where it is one."""
    pages = [("Open in the console", page_of(promise, console_url))]
    if promise.runbook.startswith(("https://", "http://")):
        pages.append(("Runbook", promise.runbook))
    return pages
