"""The audit's chain: what a hash is made of, and what is found of what was done to the entries."""

import hashlib
from dataclasses import fields, replace

import pytest

from services.alerts.domain.audit.chain import START, Act, Action, Entry, Head, appended, hash_of
from services.alerts.domain.audit.verifying import Tampering, Wrong, verify
from tests.alerting import at


def an_act(number: int = 1) -> Act:
    return Act("ann", Action.ACKNOWLEDGE, f"al-{number}", at("15:25"), "on it")


def a_chain(length: int) -> list[Entry]:
    head, entries = START, list[Entry]()
    for number in range(1, length + 1):
        entries.append(appended(an_act(number), head))
        head = entries[-1].head
    return entries


def edited(entry: Entry) -> Entry:
    """Changed, with a hash that fits again."""
    act = replace(entry.act, actor="bob")
    return replace(entry, act=act, hash=hash_of(entry.number, act, entry.previous))


def test_a_hash_can_be_computed_by_anybody() -> None:
    text = (
        '{"about":"al-1","action":"acknowledge","actor":"ann","after":{},"at":1793633100000000,'
        f'"before":{{}},"detail":"","number":1,"previous":"{"0" * 64}",'
        '"reason":"on it","request":"","subject":"","trace_id":""}'
    )
    assert a_chain(1)[0].hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("field", [each.name for each in fields(Act)])
def test_every_field_is_in_the_hash(field: str) -> None:
    other = {"at": 1, "before": {"state": "open"}, "after": {"state": "open"}}.get(field, "other")
    changed = replace(an_act(), **{field: other})  # type: ignore[arg-type]
    assert hash_of(1, changed, START.hash) != hash_of(1, an_act(), START.hash)


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_a_chain_as_it_was_written_is_whole(length: int) -> None:
    chain = a_chain(length)
    assert verify(chain, [entry.head for entry in chain]) is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_entry_that_was_edited_is_named(number: int) -> None:
    chain = a_chain(3)
    chain[number - 1] = replace(chain[number - 1], act=an_act(7))
    assert verify(chain) == Wrong(number, Tampering.EDITED)


@pytest.mark.parametrize("number", [1, 2])
def test_one_whose_hash_was_made_to_fit_does_not_fit_the_next(number: int) -> None:
    chain = a_chain(3)
    chain[number - 1] = edited(chain[number - 1])
    assert verify(chain) == Wrong(number, Tampering.REWRITTEN)


def test_the_last_one_made_to_fit_is_found_by_its_anchor_alone() -> None:
    chain = a_chain(3)
    anchor = chain[-1].head
    chain[-1] = edited(chain[-1])
    assert verify(chain) is None
    assert verify(chain, [anchor]) == Wrong(3, Tampering.REWRITTEN)


@pytest.mark.parametrize("number", [1, 2])
def test_an_entry_that_was_deleted_is_named(number: int) -> None:
    chain = a_chain(3)
    del chain[number - 1]
    assert verify(chain) == Wrong(number, Tampering.DELETED)


def test_entries_that_were_swapped_are_named() -> None:
    first, second, third = a_chain(3)
    assert verify([second, first, third]) == Wrong(1, Tampering.SWAPPED)
    assert verify([first, third, second]) == Wrong(2, Tampering.SWAPPED)


def test_an_entry_that_is_there_twice_is_named() -> None:
    first, second = a_chain(2)
    assert verify([first, first, second]) == Wrong(2, Tampering.SWAPPED)


@pytest.mark.parametrize(("left", "first_missing"), [(0, 1), (1, 2), (2, 3)])
def test_what_was_cut_off_is_found_by_an_anchor_alone(left: int, first_missing: int) -> None:
    chain = a_chain(3)
    assert verify(chain[:left]) is None
    assert verify(chain[:left], [chain[-1].head]) == Wrong(first_missing, Tampering.TRUNCATED)


def test_what_was_cut_off_before_it_was_anchored_is_not_found() -> None:
    chain = a_chain(3)
    assert verify(chain[:2], [chain[1].head]) is None


def test_two_anchors_of_one_number_cannot_both_be_right() -> None:
    chain = a_chain(2)
    anchors = [chain[1].head, Head(2, "f" * 64)]
    assert verify(chain, anchors) == Wrong(2, Tampering.REWRITTEN)
