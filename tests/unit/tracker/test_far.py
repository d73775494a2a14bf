"""Subjects that are far away, as bytes."""

from services.tracker.core.far import DICTIONARY_BYTES, Far

PACKED = bytes(range(256)) + b"order placed by a customer"


def filled() -> Far:
    far = Far()
    for number in range(DICTIONARY_BYTES // len(PACKED) + 2):
        far.put(f"order/{number}", PACKED + bytes([number]), 1_000 + number)
    return far


def test_each_comes_back_as_it_was_whether_it_is_in_the_dictionary_or_compressed_by_it() -> None:
    far = filled()
    count = len(far)
    taken = [far.take(f"order/{number}") for number in reversed(range(count))]
    assert taken == [PACKED + bytes([number]) for number in reversed(range(count))]
    assert len(far) == 0


def test_what_is_like_the_dictionary_takes_little() -> None:
    far = filled()
    first, last = far._packed["order/0"], far._packed[f"order/{len(far) - 1}"]
    assert len(last) < len(first) / 5


def test_a_subject_larger_than_the_dictionary_comes_first_and_is_whole() -> None:
    far, large = Far(), PACKED * 100
    far.put("order/1", large, None)
    far.put("order/2", large, None)
    assert [far.take("order/2"), far.take("order/1")] == [large, large]


def test_due_is_what_is_to_be_looked_at_by_then_and_not_what_was_taken_before() -> None:
    far = Far()
    for id, look_at in (("a", 5), ("b", 5), ("c", 6), ("d", None), ("e", 0)):
        far.put(id, b"", look_at)
    far.take("b")
    assert far.due(4) == ["e"]
    assert far.due(5) == ["a"]
    assert far.due(10**18) == ["c"]
    assert "d" in far
