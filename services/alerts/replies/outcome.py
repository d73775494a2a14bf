"""What becomes of a reply, and what its sender is answered."""

from enum import StrEnum
from http import HTTPStatus


class Outcome(StrEnum):
    """What became of a request."""

    TAKEN_UP = "taken_up"
    NOTHING = "nothing"
    """It says nothing that concerns an alert."""
    NOT_KNOWN = "not_known"
    """No alert has this key."""
    REFUSED = "refused"
    """The alert is over."""
    NOT_SIGNED = "not_signed"
    UNREADABLE = "unreadable"
    UNABLE = "unable"
    """The secret or Mongo is away; they may send it again."""


STATUS = {
    Outcome.TAKEN_UP: HTTPStatus.OK,
    Outcome.NOTHING: HTTPStatus.OK,
    Outcome.NOT_KNOWN: HTTPStatus.NOT_FOUND,
    Outcome.REFUSED: HTTPStatus.CONFLICT,
    Outcome.NOT_SIGNED: HTTPStatus.UNAUTHORIZED,
    Outcome.UNREADABLE: HTTPStatus.BAD_REQUEST,
    Outcome.UNABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
OF_OTHERS = frozenset({Outcome.NOT_KNOWN, Outcome.REFUSED})
"""What PagerDuty is answered 200 for: it sends every incident of a service, those of others and
those that are over too, and after three answers of 4xx in a row it sends nothing for a day."""
