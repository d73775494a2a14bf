"""Whatever is done to entries of the audit that are anchored, it is found."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from services.alerts.domain.audit.chain import START, Act, Action, Entry, Head, appended, hash_of
from services.alerts.domain.audit.verifying import Tampering, verify

words = st.text(max_size=3)
facts = st.dictionaries(st.sampled_from(["state", "rungs"]), words)
acts = st.builds(
    Act,
    actor=words,
    action=st.sampled_from(Action),
    about=words,
    at=st.integers(0, 2**53),
    reason=words,
    after=facts,
)


def chained(acts: list[Act]) -> list[Entry]:
    entries: list[Entry] = []
    for act in acts:
        entries.append(appended(act, entries[-1].head if entries else START))
    return entries


chains = st.lists(acts, min_size=1, max_size=6).map(chained)


@given(chains, st.data())
def test_a_chain_that_nobody_touched_is_whole(chain: list[Entry], data: st.DataObject) -> None:
    anchored = data.draw(st.lists(st.sampled_from(chain)))
    assert verify(chain, [entry.head for entry in anchored]) is None


@given(chains, st.data())
def test_every_edit_is_found(chain: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    entry, act = chain[place], data.draw(acts)
    field = data.draw(st.sampled_from(["actor", "action", "about", "at", "reason", "after"]))
    changed = replace(entry.act, **{field: getattr(act, field)})
    assume(changed != entry.act)
    chain[place] = replace(entry, act=changed)
    wrong = verify(chain)
    assert wrong is not None
    assert (wrong.number, wrong.how) == (entry.number, Tampering.EDITED)


@given(chains, st.data())
def test_every_edit_with_a_hash_that_fits_is_found_by_what_follows_or_by_an_anchor(
    chain: list[Entry], data: st.DataObject
) -> None:
    anchor = chain[-1].head
    place = data.draw(st.integers(0, len(chain) - 1))
    entry, act = chain[place], data.draw(acts)
    assume(act != entry.act)
    fitting = hash_of(entry.number, act, entry.previous)
    chain[place] = replace(entry, act=act, hash=fitting)
    wrong = verify(chain, [anchor])
    assert wrong is not None
    assert wrong.number == entry.number


@given(chains, st.data())
def test_every_deletion_is_found(chain: list[Entry], data: st.DataObject) -> None:
    anchor = chain[-1].head
    gone = chain.pop(data.draw(st.integers(0, len(chain) - 1)))
    wrong = verify(chain, [anchor])
    assert wrong is not None
    assert wrong.number == gone.number
    assert wrong.how in {Tampering.DELETED, Tampering.TRUNCATED}


@given(chains, st.data())
def test_every_swap_is_found(chain: list[Entry], data: st.DataObject) -> None:
    assume(len(chain) > 1)
    places = st.integers(0, len(chain) - 1)
    one, other = sorted(data.draw(st.lists(places, min_size=2, max_size=2, unique=True)))
    chain[one], chain[other] = chain[other], chain[one]
    wrong = verify(chain)
    assert wrong is not None
    assert (wrong.number, wrong.how) == (one + 1, Tampering.SWAPPED)


@given(chains, st.data())
def test_every_truncation_behind_an_anchor_is_found(
    chain: list[Entry], data: st.DataObject
) -> None:
    anchor = chain[-1].head
    left = data.draw(st.integers(0, len(chain) - 1))
    wrong = verify(chain[:left], [anchor])
    assert wrong is not None
    assert (wrong.number, wrong.how) == (left + 1, Tampering.TRUNCATED)


@given(chains, chains, st.data())
def test_a_whole_chain_computed_anew_is_found(
    chain: list[Entry], other: list[Entry], data: st.DataObject
) -> None:
    anchors: list[Head] = [entry.head for entry in data.draw(st.permutations(chain))]
    assume(other[: len(chain)] != chain)
    assert verify(other, anchors) is not None
