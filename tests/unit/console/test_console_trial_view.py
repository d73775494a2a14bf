"""What would be different about a promise, in one of six ways."""

import pytest

from services.console.trial_view import would


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("breached", "kept", "would be kept"),
        ("kept_late", "kept", "would be kept"),
        ("kept", "kept_late", "would be broken"),
        ("open", "breached", "would be broken"),
        (None, "breached", "would be opened"),
        ("breached", None, "would not be opened"),
        ("breached", "kept_late", "would end otherwise"),
        ("breached", "cancelled", "would end otherwise"),
        ("open", "kept", "would end otherwise"),
        ("kept", "kept", "would be due at another time"),
    ],
)
def test_a_promise_would_be_different_in_one_way(
    before: str | None, after: str | None, words: str
) -> None:
    assert would(before, after) == words
