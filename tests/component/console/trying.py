"""What `handoff agreements try` prints in a test, and a program that prints it."""

from typing import Any

ANSWER: dict[str, Any] = {
    "counts": {"appears": 2, "disappears": 0, "outcome": 3, "due": 1},
    "ends": [
        {"agreement": "ship", "before": "kept", "after": "breached", "promises": 3},
        {"agreement": "ship", "before": None, "after": "open", "promises": 2},
        {"agreement": "ship", "before": "kept", "after": "kept", "promises": 1},
    ],
    "first": [
        {
            "change": "outcome",
            "subject": "order/4711",
            "agreement": "ship",
            "opened_at": "2026-03-01T09:00:00Z",
            "before": {"outcome": "kept", "due_by": "2026-03-03T12:00:00Z"},
            "after": {"outcome": "breached", "due_by": "2026-03-01T10:00:00Z"},
        },
        {
            "change": "appears",
            "subject": "order/<b>x",
            "agreement": "ship",
            "opened_at": "2026-03-01T09:00:00Z",
            "before": None,
            "after": {"outcome": "open", "due_by": "2026-03-09T10:00:00Z"},
        },
    ],
    "since": "2026-02-02T14:00:00Z",
    "until": "2026-03-04T14:00:00Z",
    "events": 1234,
    "refused": 1,
    "partitions": 1,
    "of_partitions": 4,
    "before": {"kept": 4},
    "after": {"kept": 1, "breached": 3, "open": 2},
    "remarks": ["agreement ship: give it a higher version."],
}


def printing(answer: object) -> str:
    return f"import json, sys; sys.stdin.read(); print(json.dumps({answer!r}))"
