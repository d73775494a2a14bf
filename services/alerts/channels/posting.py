"""POSTs what a kind of receiver wants to be told, and reads from its answer whether it has it.

Its address may be a secret and its answer is a stranger's: only the host and a few words are told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from services.alerts.domain.posts import ALERTS_A_POST, Post
from services.alerts.domain.words import one_line
from services.alerts.errors import DeliveryError
from services.shared.clock import SECOND, Clock, Instant, to_instant
from services.shared.telemetry import trace_headers

ANSWER_LIMIT = 200
RETRY_AFTER_LIMIT = 3_600 * SECOND
"""Whoever asks for more patience than this is asked again after it."""
BYTES_A_POST = 512 << 10
"""Half of what web servers usually take; several alerts that need more go in two posts."""
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class Request:
    """Ready to be sent as it is; what goes `before` it is sent anew each time that it is tried."""

    url: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    before: "Request | None" = None


_OF_WHAT_IS_SENT = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
"""It may be one alert of several, or their number."""
Write = Callable[[Post, Instant], Request]
"""What a post becomes, pure but for the secrets that it reads; `now` is the wall's."""


@dataclass(frozen=True, slots=True)
class PostingChannel:
    """Sends one request a post, and what has to come before it."""

    name: str
    write: Write
    client: httpx.Client
    clock: Clock
    alerts_a_post: int = ALERTS_A_POST

    def send(self, post: Post) -> str:
        """What was answered; raises DeliveryError, permanent where the receiver rejects it."""
        request = self.write(post, self.clock.now())
        _check_size(post, request)
        if request.before:
            self._sent(request.before)
        return self._sent(request)

    def _sent(self, request: Request) -> str:
        trace = {name: value.decode() for name, value in trace_headers()}
        plain = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        headers = {**plain, **request.headers, **trace}
        try:
            url = httpx.URL(request.url)
            with self.client.stream(
                "POST", url, content=request.content, headers=headers
            ) as answer:
                return _judged(answer, url.host, self.clock.now())
        except httpx.InvalidURL:
            raise DeliveryError(f"The address of {self.name} is no URL.", permanent=True) from None
        except httpx.HTTPError as error:
            raise DeliveryError(
                f"{url.host} does not answer: {type(error).__name__} {error}", permanent=False
            ) from error


def _check_size(post: Post, request: Request) -> None:
    if len(post.notices) > 1 and len(request.content) > BYTES_A_POST:
        raise DeliveryError(
            f"{len(post.notices)} alerts are {len(request.content):,} bytes; a post has at most"
            f" {BYTES_A_POST:,}.",
            permanent=True,
            in_parts=True,
        )


def _judged(answer: httpx.Response, host: str, now: Instant) -> str:
    said = f"{host} answered {answer.status_code}{_beginning(answer)}"
    if answer.is_success:
        return said
    raise DeliveryError(
        said,
        permanent=answer.is_client_error and answer.status_code not in _PASSING,
        in_parts=answer.status_code in _OF_WHAT_IS_SENT,
        retry_after=patience(answer.headers.get("Retry-After"), now),
    )


def _beginning(answer: httpx.Response) -> str:
    """As it came, unpacked by nobody; where none comes, the head has said it all."""
    try:
        said = next(answer.iter_raw(ANSWER_LIMIT), b"")
    except httpx.HTTPError:
        return ""
    text = one_line(said.decode(errors="replace"))
    return f": {text}" if text else ""


def patience(retry_after: str | None, now: Instant) -> Instant:
    """Microseconds from now, of a number of seconds or of a date; 0 where it is neither or past."""
    if not retry_after:
        return 0
    if retry_after.strip().isdecimal():
        seconds = int(retry_after.strip()[:9])
        return min(seconds * SECOND, RETRY_AFTER_LIMIT)
    try:
        until = to_instant(parsedate_to_datetime(retry_after))
    except (ValueError, OverflowError):
        return 0
    return min(max(until - now, 0), RETRY_AFTER_LIMIT)
