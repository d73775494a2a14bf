"""The stories by name, and those that cannot be told yet; light, for the help of a command."""

from collections.abc import Mapping

ALL = "all"
LIST = "list"

TOLD: Mapping[str, str] = {
    "approval-delayed": "Finance lets a payment wait, and then a discount.",
    "refund-neglected": "Support has promised money back, and nobody in finance approves it.",
    "billing-mismatch": "An invoice is drafted over more than the order.",
    "ping-pong": "A case goes from desk to desk and comes back, twice.",
    "repeated-request": "A customer is asked a second time for what they have sent already.",
    "conflicting-details": "Sales and support tell the customer different dates.",
    "incomplete-handoff": "An order, and then a case, is handed over without all that it takes.",
    "complaint-unreviewed": "A complaint is written down and not read.",
    "silent-department": "The system of finance stops talking; what it did is told hours later.",
    "customer-not-told": "A parcel will be late, and nobody tells the customer.",
}
"""In one line each."""

NOT_TOLD: Mapping[str, str] = {
    "oversold-date": "nothing says at the time of promising whether a date is feasible, and no"
    " agreement puts a promise at risk from its birth",
    "promotion-unready": "nothing compares the load of a promotion with declared capacity, and no"
    " default agreement asks the departments to accept one",
    "support-without-background": "a customer's timeline over all their orders and cases is"
    " something to look up, and these stories are judged by alerts alone; that a case handed over"
    " without its background is returned is part of incomplete-handoff",
}
"""Why."""
