"""Where the header leads to, and every key that a page knows, as its help lists them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the header; `g` and then `key` goes there."""

    name: str
    word: str
    path: str
    key: str


PLACES = (
    Place("inbox", "Inbox", "/", "i"),
    Place("board", "Board", "/board", "b"),
    Place("shift", "Shift", "/shift", "s"),
    Place("agreements", "Agreements", "/agreements", "a"),
    Place("schedules", "Schedules", "/schedules", "c"),
    Place("silences", "Silences", "/silences", "m"),
    Place("operations", "Operations", "/operations", "o"),
    Place("audit", "Audit", "/audit", "u"),
)

KEYS = (
    ("Everywhere", (("?", "show or hide these keys"), ("Esc", "close this window"))),
    (
        "Inbox",
        (
            ("j", "next row"),
            ("k", "row before"),
            ("n", "next row of the same subject"),
            ("b", "row before of the same subject"),
            ("o", "open or close the group"),
            ("O", "open or close all groups"),
            ("Enter", "open the subject of the row"),
            ("x", "select the row, or the group on its heading"),
            ("X", "select the group of the row"),
            ("*", "select all that is listed"),
            ("Esc", "select nothing"),
            ("a", "acknowledge what is selected, or the row"),
            ("m", "assign it to me"),
            ("t", "assign it to somebody: type whom, then Enter"),
            ("s", "snooze it for an hour, or as chosen below"),
            ("e", "escalate it: type why, then Enter"),
            ("w", "write a note on it, then Enter"),
            ("c", "close it: choose the cause, then Enter"),
            ("/", "to the filters"),
        ),
    ),
    ("Live pages", (("p", "pause, or go on"),)),
)
"""Headings, each with keys and what they do; keys that follow each other have a space between."""
