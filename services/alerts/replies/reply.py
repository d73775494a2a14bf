"""What a reply comes to, whichever system it comes from."""

import re
from dataclasses import dataclass

from services.alerts.domain.words import one_line

WHO_LIMIT = 100
_KEY = re.compile(r"al-[a-z2-7]{16}")


@dataclass(frozen=True, slots=True)
class Reply:
    """A person has the alerts of these keys in hand; `id` is the same however often it is told.

    `answer_at` is where that can be said to those who were told together, if anywhere.
    """

    id: str
    keys: tuple[str, ...]
    who: str
    note: str
    answer_at: str = ""


def is_key(text: str) -> bool:
    """Whether it has the form of our keys; other systems send what others gave them, too."""
    return _KEY.fullmatch(text) is not None


def named(*names: str | None) -> str:
    """The first name that there is, as one line of an audit can hold it."""
    lines = (one_line(name or "")[:WHO_LIMIT] for name in names)
    return next(filter(None, lines), "somebody")
