"""Answers of services as commands print them, in words or as JSON."""

import json
from datetime import UTC
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2

AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


def print_json(content: object) -> None:
    print(json.dumps(content, indent=2, ensure_ascii=False))


def as_dict(message: Message) -> dict[str, Any]:
    """With every field, and numbers as numbers; an alert's state and cause are slugs."""
    found: dict[str, Any] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    if isinstance(message, alerts_pb2.Alert):
        found |= {
            "state": state_of(message),
            "cause": slug(alerts_pb2.Cause.Name(message.cause), "CAUSE_"),
            "revision": message.revision,
        }
    return found


def state_of(alert: alerts_pb2.Alert) -> str:
    return slug(alerts_pb2.AlertState.Name(alert.state), "ALERT_STATE_")


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def hands_of(alert: alerts_pb2.Alert) -> str:
    """Who took it up: `ann`, or `1 of 2: ann` where several have to."""
    if alert.acknowledgements_needed <= 1:
        return alert.acknowledged_by
    people = ", ".join(each.actor for each in alert.acknowledgements)
    if not people and alert.state != alerts_pb2.ALERT_STATE_OPEN:
        return ""
    counted = f"{len(alert.acknowledgements)} of {alert.acknowledgements_needed}"
    return f"{counted}: {people}" if people else counted


def slug(name: str, prefix: str) -> str:
    """`at_risk` for PROMISE_STATE_AT_RISK; what is unspecified is empty."""
    found = name.removeprefix(prefix).lower()
    return "" if found == "unspecified" else found


def utc(stamp: Timestamp) -> str:
    """`2026-11-02 15:00 UTC`; nothing for one that is absent."""
    return f"{stamp.ToDatetime(tzinfo=UTC):%Y-%m-%d %H:%M UTC}" if stamp.ByteSize() else ""
