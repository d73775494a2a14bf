"""The keys of an agreement file, as pydantic checks them and as an editor completes them.

What a value means beyond its shape is the affair of `reading`.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.tracker.core.agreements import AgreementKind

TYPES_LIMIT = 16
"""Event types, warnings or pauses of one agreement, each."""
REQUIRES_LIMIT = 64
VERSION_LIMIT = 1_000_000
EXPRESSION_LIMIT = 2_000
OBJECTIVE_DAYS_LIMIT = 366
SIGNATURES_LIMIT = 2
"""Both sides, and nobody else."""

_NAME = r"[a-z][a-z0-9_-]{0,62}"
_TYPE = r"[a-z][a-z0-9-]{0,62}\.[A-Z][A-Za-z0-9]{0,62}"
VERDICT = rf"verdict\.([a-z_]{{1,32}})\(({_NAME})\)"

Name = Annotated[str, StringConstraints(pattern=f"^{_NAME}$")]
PartyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}(/[a-z0-9-]{1,62})?$")]
TypeName = Annotated[str, StringConstraints(pattern=f"^{_TYPE}$")]
Opening = Annotated[str, StringConstraints(pattern=f"^({_TYPE}|{VERDICT})$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1_024)]
Span = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Amount = Annotated[str, StringConstraints(min_length=1, max_length=32)]
FactName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=EXPRESSION_LIMIT)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"']{1,1000}$")]

_SPANS = ["48 hours", "2 days", "4 business hours", "2 business days"]
_MONEY = ["500 EUR", "12.50 EUR"]


class _Keys(BaseModel):
    """A mapping of a file: a key that is not listed is a fault."""

    model_config = ConfigDict(extra="forbid")


class AcknowledgeKeys(_Keys):
    """What the debtor says to show that it has it, and how soon."""

    on: TypeName = Field(
        description="The event type that acknowledges.", examples=["operations.PickStarted"]
    )
    within: Span = Field(
        description="How soon after the opening; business spans need a calendar.", examples=_SPANS
    )


class InFullKeys(_Keys):
    """How much was promised and how much an evidence delivers."""

    promised: FactName = Field(
        description="A quantity or money of the promise.", examples=["order.lines.quantity"]
    )
    delivered: FactName = Field(
        description="A quantity or money of the evidence.", examples=["parcel.lines.quantity"]
    )
    tolerance: Amount | None = Field(
        None, description="The share that may be missing.", examples=["2%"]
    )


class BeforeKeys(_Keys):
    """So long before another promise of the same subject is due."""

    promise: Name = Field(description="The other promise's agreement.", examples=["deliver-order"])
    slack: Span = Field(description="How long before it.", examples=["3 days", "1 business day"])


class FulfilKeys(_Keys):
    """What keeps the promise, and until when: exactly one of `within`, `by` and `before`."""

    on: TypeName = Field(
        description="The event type that is the evidence.",
        examples=["operations.ParcelHandedOver"],
    )
    in_full: InFullKeys | None = Field(None, description="Kept only when the sum is reached.")
    within: Span | None = Field(
        None,
        description="So long after the opening; business spans need a calendar.",
        examples=_SPANS,
    )
    by: FactName | None = Field(
        None, description="A fact that holds the moment.", examples=["order.ship_by"]
    )
    before: BeforeKeys | None = Field(
        None, description="So long before another promise of the subject."
    )
    confirmed_by: TypeName | None = Field(
        None,
        description="Another party's event that alone closes the promise.",
        examples=["carrier.ParcelAccepted"],
    )
    confirm_within: Span | None = Field(
        None,
        description="The creditor's silence for so long after the evidence counts as accepted.",
        examples=["4 hours"],
    )


class PauseKeys(BaseModel):
    """The clock stands between two events."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    starts_on: TypeName = Field(
        alias="from",
        description="The event that stops the clock.",
        examples=["operations.StockMissing"],
    )
    ends_on: TypeName = Field(
        alias="to",
        description="The event that starts it again.",
        examples=["operations.StockArrived"],
    )
    waiting_on: PartyName = Field(
        description="Whom the debtor waits on meanwhile.", examples=["supplier"]
    )
    at_most: Span | None = Field(
        None, description="The clock runs again after so long.", examples=["3 business days"]
    )


class DecidesKeys(_Keys):
    """Who may give an approval now."""

    who: Name = Field(description="The role that decides.", examples=["finance-lead"])
    up_to: Amount | None = Field(
        None, description="More than this is the deputy's.", examples=_MONEY
    )
    deputy: Name | None = Field(
        None,
        description="Who decides above the limit or in absence.",
        examples=["finance-deputy"],
    )


class CostKeys(_Keys):
    """What it costs: two decimals at most, in a currency that has hundredths."""

    breach: Amount | None = Field(None, description="A broken promise.", examples=["40 EUR"])
    alert: Amount | None = Field(None, description="One alert to a person.", examples=["2 EUR"])


class ObjectiveKeys(_Keys):
    """The share of promises to be kept."""

    kept: Amount = Field(description="The share.", examples=["97%"])
    over: Span = Field(description="Whole days, up to a year.", examples=["28 days"])


class AgreementFile(_Keys):
    """Who owes what to whom, by when, on which evidence."""

    agreement: Name = Field(description="Its name, for ever.", examples=["ship-paid-order"])
    version: int = Field(
        ge=1, le=VERSION_LIMIT, description="Raise it with every change of the file."
    )
    effective_from: date = Field(
        description="Events that happened before open nothing.", examples=["2026-11-01"]
    )
    kind: AgreementKind = Field(
        description="SLA: with the customer; OLA: between departments; UC: with a supplier."
    )
    owed_by: PartyName = Field(description="The debtor answers for it.", examples=["operations"])
    owed_to: PartyName = Field(
        description="The creditor may confirm, dispute and release.", examples=["sales"]
    )
    because: Text = Field(description="Why it matters, for the one who owes it.")
    opens_on: Opening = Field(
        description="The event type, or verdict of another agreement, that opens a promise.",
        examples=["finance.PaymentApproved", "verdict.warned(deliver-order)"],
    )
    where: Expression | None = Field(
        None,
        description="A condition in CEL over the event and its subject; false opens nothing.",
        examples=["order.priority != 'low' && order.total.minor < 5000000"],
    )
    acknowledge: AcknowledgeKeys | None = Field(None, description="A first sign of life.")
    fulfil: FulfilKeys = Field(description="What keeps it, and until when.")
    pauses: list[PauseKeys] = Field(
        [], max_length=TYPES_LIMIT, description="When the clock stands."
    )
    cancels_on: list[TypeName] = Field(
        [],
        max_length=TYPES_LIMIT,
        description="Events that end it without evidence.",
        examples=[["sales.OrderCancelled"]],
    )
    amends_on: TypeName | None = Field(
        None,
        description="The event that gives the promise a new version.",
        examples=["sales.OrderAmended"],
    )
    calendar: Name | None = Field(
        None,
        description="The debtor's working calendar, a file beside this one.",
        examples=["warehouse"],
    )
    update_every: Span | None = Field(
        None,
        description="The creditor hears something at least this often.",
        examples=["1 business day"],
    )
    warn: list[Span] = Field(
        [],
        max_length=TYPES_LIMIT,
        description="When the debtor is warned: a share of the time, a span before, or a risk.",
        examples=[["50%", "80%", "2 business hours before", "risk > 0.6"]],
    )
    do: Text | None = Field(None, description="The next step that an alert names.")
    runbook: Address | None = Field(
        None, description="Where it is written how.", examples=["https://wiki.example/ship-late"]
    )
    decides: DecidesKeys | None = Field(None, description="Who may decide now, for approvals.")
    requires: list[FactName] = Field(
        [],
        max_length=REQUIRES_LIMIT,
        description="What a complete handoff has with it; else it goes back to the sender.",
        examples=[["order.lines", "order.ship_to"]],
    )
    visible_to_customer_as: Name | None = Field(
        None,
        description="The customer's promise that this one serves.",
        examples=["deliver-order"],
    )
    cost: CostKeys | None = Field(None, description="What a breach and an alert cost.")
    objective: ObjectiveKeys | None = Field(None, description="How many are to be kept.")
    escalate: Name | None = Field(
        None,
        description="The ladder of people to call, where alerts know it; or else by their routes.",
        examples=["warehouse-ladder"],
    )
    agreed_by: dict[PartyName, date] = Field(
        {},
        max_length=SIGNATURES_LIMIT,
        description="When each side signed.",
        examples=[{"operations": "2026-10-12", "sales": "2026-10-14"}],
    )
    review_by: date | None = Field(
        None, description="When both sides look at it again.", examples=["2027-05-01"]
    )
