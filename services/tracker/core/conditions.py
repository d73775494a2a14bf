"""The condition of an agreement's `where`: an expression of CEL over the event and its subject."""

from collections.abc import Mapping
from typing import Any, Protocol

from services.tracker.core.facts import Fact


class Condition(Protocol):
    """A compiled expression; `facts` is all that it reads."""

    @property
    def text(self) -> str: ...

    @property
    def facts(self) -> tuple[Fact, ...]: ...

    def holds(self, values: Mapping[str, Mapping[str, Any]]) -> bool | None:
        """Whether it is true of `values`, by name of `about`; None where a field is absent."""
