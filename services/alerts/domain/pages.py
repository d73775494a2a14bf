"""Where the console shows what an alert is about."""

from urllib.parse import quote

from services.alerts.domain.promise import Promise


def page_of(promise: Promise, console_url: str) -> str:
    return f"{console_url.rstrip('/')}/subjects/{quote(promise.subject)}"
