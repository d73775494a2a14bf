"""Examples of an agreement as people write them: given these events, then these verdicts.

```yaml
examples:
  - name: A parcel that leaves late breaks the promise.
    given:
      - {type: finance.PaymentApproved, at: 2026-11-02 09:00}
      - {type: operations.ParcelHandedOver, at: +3h}
    then:
      - {state: on_track, at: +30m}
      - {kind: breached, at: +2h}
      - {kind: kept_late, at: +3h, reason: evidence}
```
A moment is UTC, ISO 8601 with a zone, or a span after the first event, as in `+1d2h30m`.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.shared.clock import Instant, to_instant, to_micros
from services.tracker.core import verdicts
from services.tracker.core.language.model import Text, TypeName
from services.tracker.core.promises import State

EXAMPLES_LIMIT = 100
"""Examples of one agreement."""
LINES_LIMIT = 100
"""Events, and expectations, of one example."""

_Moment = Annotated[str, StringConstraints(min_length=1, max_length=40)]
_Subject = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[^\s~]{1,100}$")]
_AFTER = re.compile(r"\+(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,4})s)?")


class GivenKeys(BaseModel):
    """One event; what is left out of `fields` is left out of the event."""

    model_config = ConfigDict(extra="forbid")

    type: TypeName = Field(description="The event type.", examples=["finance.PaymentApproved"])
    at: _Moment = Field(
        description="When it happens.", examples=["2026-11-02 09:00", "+2h", "+1d30m"]
    )
    channel: str = Field("", max_length=120, description="The channel, if that matters.")
    customer: str = Field("", max_length=120, description="The customer, if that matters.")
    fields: dict[str, Any] = Field(
        {}, description="What it says.", examples=[{"ship_by": "+2d", "amount": "49 EUR"}]
    )


class ThenKeys(BaseModel):
    """A verdict that is told, or the state of the promise at a moment."""

    model_config = ConfigDict(extra="forbid")

    kind: verdicts.Kind | None = Field(None, description="The verdict.", examples=["breached"])
    at: _Moment = Field(description="When it is true.", examples=["+2h"])
    reason: verdicts.Reason | None = Field(None, description="Why, if that matters.")
    due: _Moment | None = Field(None, description="The deadline then, if that matters.")
    state: State | None = Field(None, description="Instead of a verdict: where it stands then.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> "ThenKeys":
        if (self.kind is None) == (self.state is None):
            raise ValueError("give either `kind`, a verdict, or `state`")
        if self.state and (self.reason or self.due):
            raise ValueError("`reason` and `due` belong to a verdict; leave them out")
        return self


class ExampleKeys(BaseModel):
    """What happens, and what follows from it."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(description="A sentence that can be false.")
    subject: _Subject | None = Field(None, description="If it matters.", examples=["order/4711"])
    given: list[GivenKeys] = Field(min_length=1, max_length=LINES_LIMIT)
    then: list[ThenKeys] = Field(
        min_length=1,
        max_length=LINES_LIMIT,
        description="Every verdict on the agreement in its order; `opened` may be left out.",
    )


class ExamplesFile(BaseModel):
    """The examples of one agreement: the file is called like it, in the folder `examples`."""

    model_config = ConfigDict(extra="forbid")

    examples: list[ExampleKeys] = Field(min_length=1, max_length=EXAMPLES_LIMIT)


def moment(text: str, first: Instant | None) -> Instant:
    """The instant of a text; `first` is that of the first event, None where it is itself meant.

    Raises ValueError with what would be right.
    """
    after = _AFTER.fullmatch(text)
    if after and any(after.groups()):
        if first is None:
            raise ValueError(f"{text!r} has nothing before it; write a date and time first.")
        days, hours, minutes, seconds = (int(part or 0) for part in after.groups())
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return first + to_micros(span)
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no moment; write for example '2026-11-02 09:00' (UTC) or '+2h'."
        ) from None
    return to_instant(written if written.tzinfo else written.replace(tzinfo=UTC))
