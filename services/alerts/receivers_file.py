"""The receivers file: read, checked as a whole, and refused with the receiver and the remedy."""

import pathlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from services.alerts.errors import DeliveryError
from services.alerts.files import text_of
from services.alerts.receiver import Policy
from services.alerts.receiver_options import AnyOptions, Options, Secret
from services.shared.errors import SettingsError
from services.shared.faults import Fault, fault_at, in_order
from services.shared.yaml_text import Document, Path, Unreadable, parse

RECEIVERS_LIMIT = 100
Place = Annotated[str, Field(pattern=r"^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[1-9]\d{0,4})?$")]


_Found = tuple[Path, str]
"""Where something is wrong, and what would be right."""


class ReceiversFile(BaseModel):
    """Whom alerts go to. `allow` are the hosts, exactly `host` or `host:port`, that may be in a
    private network and may be spoken to without TLS.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    allow: frozenset[Place] = frozenset()
    receivers: tuple[AnyOptions, ...] = Field(max_length=RECEIVERS_LIMIT)

    @property
    def direct(self) -> tuple[str, ...]:
        """Who hears of everything; a fallback hears only what its receiver could not be told."""
        fallbacks = {each.fallback for each in self.receivers}
        return tuple(each.name for each in self.receivers if each.name not in fallbacks)

    @property
    def callers(self) -> frozenset[str]:
        """Who calls people until it is called off."""
        return frozenset(each.name for each in self.receivers if each.kind == "pagerduty")

    def policy(self, name: str) -> Policy:
        """How the receiver of this name has what waits for it."""
        (options,) = (each for each in self.receivers if each.name == name)
        hours = options.hours.read() if options.hours else None
        return Policy(options.per_minute, options.collapse, options.fallback or "", hours)


def read_receivers(path: pathlib.Path) -> ReceiversFile:
    """Raises SettingsError with file, line, receiver, what is wrong and what would be right."""
    text = text_of(path)
    if isinstance(text, Fault):
        raise SettingsError(f"{text} HANDOFF_ALERTS__RECEIVERS has to name the receivers file.")
    document = parse(text, "receivers:")
    if isinstance(document, Unreadable):
        raise SettingsError(str(Fault(str(path), document.line, "YAML", document.remedy)))
    try:
        found = ReceiversFile.model_validate(document.content)
    except ValidationError as error:
        problems = error.errors(include_input=False)
        raise _refused(path, document, (_told(each, document) for each in problems)) from None
    if wrong := list(_wrong(found)):
        raise _refused(path, document, wrong)
    return found


def _refused(path: pathlib.Path, document: Document, problems: Iterable[_Found]) -> SettingsError:
    faults = in_order(fault_at(str(path), document, *each) for each in problems)
    return SettingsError("\n".join(map(str, faults)))


def _told(problem: ErrorDetails, document: Document) -> _Found:
    """In our words; what was written stays unsaid, as it may be a secret in the wrong place."""
    place = problem["loc"]
    what = _what(problem, str(place[-1]) if place else "the file")
    if place[:1] != ("receivers",) or len(place) == 1:
        return place or ("file",), what
    without_kind = (*place[:2], *place[3:])
    return without_kind, f"{_named(document, int(place[1]))}{what}"


def _what(problem: ErrorDetails, option: str) -> str:
    match problem["type"]:
        case "missing":
            return f"{option} is missing; give {option}, or {option}_file if it is a secret."
        case "extra_forbidden":
            return f"{option} is no option here; leave it out or look for its right name."
        case "union_tag_invalid" | "union_tag_not_found":
            kinds = problem.get("ctx", {}).get("expected_tags", KINDS)
            return f"its kind has to be one of {kinds}."
    return f"{option}: {problem['msg'].removeprefix('Value error, ')}."


def _named(document: Document, number: int) -> str:
    given = document.content["receivers"][number]
    name = given.get("name") if isinstance(given, Mapping) else None
    return f"receiver {name!r}: " if name else f"receiver {number + 1}: "


def _wrong(found: ReceiversFile) -> Iterator[_Found]:
    """What no receiver can know of itself."""
    names = [each.name for each in found.receivers]
    if not names:
        remedy = "there is no receiver; name one, of the kind log if nobody else is to be told."
        yield ("receivers",), remedy
    by_name = {each.name: each for each in found.receivers}
    for place, each in enumerate(found.receivers):
        whose, path = f"receiver {each.name!r}", ("receivers", place)
        if each.name in names[:place]:
            yield (*path, "name"), f"{whose} is there twice; give each a name of its own."
        if each.fallback and each.fallback not in by_name:
            remedy = (
                f"{whose}: there is no receiver {each.fallback!r} to fall back on;"
                f" name one of {', '.join(sorted(by_name))}."
            )
            yield (*path, "fallback"), remedy
        elif _falls_back_on_itself(each, by_name):
            remedy = f"{whose}: its fallbacks lead back to itself; the last of them must have none."
            yield (*path, "fallback"), remedy
        yield from ((path, f"{whose}: {problem}") for problem in _unreadable(each))


def _falls_back_on_itself(receiver: Options, by_name: Mapping[str, Options]) -> bool:
    seen: set[str] = set()
    name = receiver.fallback
    while name and name in by_name and name not in seen:
        seen.add(name)
        name = by_name[name].fallback
    return receiver.name in seen


def _unreadable(receiver: Options) -> Iterator[str]:
    for option in type(receiver).model_fields:
        secret = getattr(receiver, option)
        if isinstance(secret, Secret):
            try:
                secret.read()
            except DeliveryError as error:
                yield f"{option}: {error}"


KINDS = "log, webhook, alertmanager, pagerduty, slack, email, apprise"
