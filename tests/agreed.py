"""Agreement files for tests, with defaults that make a case."""

CALENDAR = """\
calendar: warehouse
version: 1
zone: Europe/Berlin
week:
  monday: ['08:00-17:00']
  tuesday: ['08:00-17:00']
  wednesday: ['08:00-17:00']
  thursday: ['08:00-17:00']
  friday: ['08:00-14:00']
"""

FACT = """\
fact: order-total
version: 1
owner: sales
because: A customer who is charged another price than the one shown does not come back.
asserted_by: [sales.OrderPlaced.total, finance.InvoiceIssued.total]
compare: money
settle: 15 minutes
"""


def an_agreement_text(name: str = "ship", **changes: str) -> str:
    """`on` is the evidence, `due` the line of the deadline; other keys stand for themselves."""
    said = {
        "agreement": name,
        "version": "1",
        "effective_from": "2026-01-01",
        "kind": "OLA",
        "owed_by": "operations",
        "owed_to": "sales",
        "because": "The customer's date cannot be met if the parcel leaves later.",
        "opens_on": "finance.PaymentApproved",
        "fulfil": "",
        "cancels_on": "[sales.OrderCancelled]",
    }
    due, on = changes.pop("due", "within: 48 hours"), changes.pop("on", "")
    said["fulfil"] = f"{{on: {on or 'operations.ParcelHandedOver'}, {due}}}"
    said |= changes
    return "".join(f"{key}: {value}\n" for key, value in said.items())
