"""Where the console shows what an alert is about."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from services.alerts.domain.burning import alarm_of
from services.alerts.domain.posts import Post
from services.alerts.domain.promise import Promise
from services.alerts.domain.troubles import is_own


def page_of(promise: Promise, console_url: str) -> str:
    console = console_url.rstrip("/")
    if alarm_of(promise.promise_id):
        return f"{console}/board"
    if is_own(promise.promise_id):
        return f"{console}/operations"
    return f"{console}/subjects/{quote(promise.subject)}"


def page_of_post(post: Post, console_url: str) -> str:
    """The promise's own page; of several the inbox, as narrow as it can be made for them."""
    if len(post.notices) == 1:
        return page_of(post.first.alert.promise, console_url)
    group = post.group
    state = "" if group.over else group.condition
    named = {"owed_by": group.owed_by, "owed_to": group.owed_to, "state": state}
    wanted = urlencode({name: value for name, value in named.items() if value})
    return f"{console_url.rstrip('/')}/?{wanted}"


def pages_beside(post: Post, console_url: str) -> Sequence[tuple[str, str]]:
    """What to open, each with its name: the console's page, and the runbook where it is one."""
    pages = [("Open in the console", page_of_post(post, console_url))]
    runbook = post.first.alert.promise.runbook
    if runbook.startswith(("https://", "http://")):
        pages.append(("Runbook", runbook))
    return pages
