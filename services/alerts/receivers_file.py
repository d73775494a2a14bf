"""The receivers file: read, checked as a whole, and refused with the receiver and the remedy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from services.alerts.errors import DeliveryError
from services.alerts.receiver_options import AnyOptions, Options, Secret
from services.shared.errors import SettingsError

RECEIVERS_LIMIT = 100
SIZE_LIMIT = 1 << 20
Place = Annotated[str, Field(pattern=r"^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[1-9]\d{0,4})?$")]


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


def read_receivers(path: Path) -> ReceiversFile:
    """Raises SettingsError with the file, the receiver, what is wrong and what would be right."""
    try:
        content = yaml.safe_load(path.read_bytes()[:SIZE_LIMIT])
        found = ReceiversFile.model_validate(content)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}); HANDOFF_ALERTS__RECEIVERS has to name the"
            " receivers file."
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise SettingsError(f"{path}: {line}this is no YAML; mend the syntax.") from None
    except ValidationError as error:
        problems = [_told(each, content) for each in error.errors(include_input=False)]
        raise SettingsError("\n".join(f"{path}: {each}" for each in problems)) from None
    if problems := list(_wrong(found)):
        raise SettingsError("\n".join(f"{path}: {each}" for each in problems))
    return found


def _told(problem: ErrorDetails, content: object) -> str:
    """In our words; what was written stays unsaid, as it may be a secret in the wrong place."""
    place = [str(part) for part in problem["loc"]]
    option = place[-1] if place else "the file"
    match problem["type"]:
        case "missing":
            what = f"{option} is missing; give {option}, or {option}_file if it is a secret."
        case "extra_forbidden":
            what = f"{option} is no option here; leave it out or look for its right name."
        case "union_tag_invalid" | "union_tag_not_found":
            what = (
                f"its kind has to be one of {problem.get('ctx', {}).get('expected_tags', KINDS)}."
            )
        case _:
            what = f"{option}: {problem['msg'].removeprefix('Value error, ')}."
    return f"{_receiver(place, content)}{what}"


def _receiver(place: list[str], content: object) -> str:
    if place[:1] != ["receivers"] or len(place) == 1 or not isinstance(content, dict):
        return ""
    given: Any = content["receivers"][int(place[1])]
    name = given.get("name") if isinstance(given, Mapping) else None
    return f"receiver {name!r}: " if name else f"receiver {int(place[1]) + 1}: "


def _wrong(found: ReceiversFile) -> Iterator[str]:
    """What no receiver can know of itself."""
    names = [each.name for each in found.receivers]
    if not names:
        yield "there is no receiver; name one, of the kind log if nobody else is to be told."
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"receiver {name!r} is there twice; give each a name of its own."
    by_name = {each.name: each for each in found.receivers}
    for each in found.receivers:
        if each.fallback and each.fallback not in by_name:
            yield (
                f"receiver {each.name!r}: there is no receiver {each.fallback!r} to fall back on;"
                f" name one of {', '.join(sorted(by_name))}."
            )
        elif _falls_back_on_itself(each, by_name):
            yield (
                f"receiver {each.name!r}: its fallbacks lead back to itself; the last of them must"
                " have none."
            )
        yield from _unreadable(each)


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
                yield f"receiver {receiver.name!r}: {option}: {error}"


KINDS = "log, webhook, alertmanager, pagerduty, slack, email, apprise"
