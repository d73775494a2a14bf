"""What every command has beside its own fields, and whom and what it is about. No rules of values.

A command is a frozen dataclass with `context` and the ids that it names: `order`, `customer`,
`case`. An id with a default may be left out by the caller; one without must be given.
"""

from dataclasses import Field, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Protocol

from services.shared.department.rules import identifier, invalid, optional_text
from services.shared.subjects import Kind

KEY_LENGTH_LIMIT = 200
EVENT_ID_BYTES = 16
YEARS = range(1970, 9_000)
"""Of `context.now`: what lies outside could not be counted on from."""


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Who does it, when, and under which key; `cause` is the id of the event that it answers."""

    idempotency_key: str
    now: datetime
    actor: str = ""
    channel: str = ""
    cause: bytes = b""


@dataclass(frozen=True, slots=True)
class About:
    """The order, the customer and the case that something is about; empty where there is none."""

    order: str = ""
    customer: str = ""
    case: str = ""

    def id_of(self, kind: Kind) -> str:
        """The id of the subject of that kind, empty where there is none."""
        return {Kind.ORDER: self.order, Kind.CASE: self.case}.get(kind, "")


@dataclass(frozen=True, slots=True)
class OrderCommand:
    """What every command about one order begins with."""

    context: CommandContext
    order: str


class Command(Protocol):
    """Any command of any department."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def context(self) -> CommandContext: ...


def about_of(command: Command) -> About:
    """The ids that a command names; raises Refused where one is missing or impossible."""
    declared = {field.name: field for field in fields(command)}
    about = {
        name: getattr(command, name) for name in ("order", "customer", "case") if name in declared
    }
    for name, value in about.items():
        if value or declared[name].default != "":
            identifier(name, value)
    return About(**about)


def check_context(context: CommandContext) -> None:
    """Raises Refused where the context lacks its key or holds what cannot be."""
    if not 0 < len(context.idempotency_key) <= KEY_LENGTH_LIMIT:
        raise invalid(
            "context.idempotency_key",
            f"has {len(context.idempotency_key)} characters; give 1 to {KEY_LENGTH_LIMIT}, the same"
            " ones when you send the same command again",
        )
    if context.now.year not in YEARS:
        raise invalid("context.now", f"is in {context.now.year}; give a moment of this time")
    if len(context.cause) not in (0, EVENT_ID_BYTES):
        raise invalid(
            "context.cause",
            f"has {len(context.cause)} bytes; give the {EVENT_ID_BYTES} bytes of an event's id,"
            " or none",
        )
    optional_text("context.actor", context.actor)
    optional_text("context.channel", context.channel)
