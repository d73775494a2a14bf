"""Where the header leads to, and every key that a page knows, as its help lists them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the header; `g` and then `key` goes there."""

    name: str
    word: str
    path: str
    key: str


PLACES = (Place("inbox", "Inbox", "/", "i"),)

KEYS = (
    ("Everywhere", (("?", "show or hide these keys"), ("Esc", "close this window"))),
    (
        "Inbox",
        (
            ("j", "next row"),
            ("k", "row before"),
            ("Enter", "open the subject of the row"),
        ),
    ),
    ("Live pages", (("p", "pause, or go on"),)),
)
"""Headings, each with keys and what they do; keys that follow each other have a space between."""
