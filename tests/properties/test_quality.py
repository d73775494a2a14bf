"""Bounces are what a plain recount says, and what is found follows from the set of events."""

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.core.folding import fold
from services.tracker.core.handoffs.quality import DETECTORS, bounce_count, bounces, left_alone
from services.tracker.core.subject import Event, Subject
from tests.cases import CASE, accepted, answered, asked, passed, reopened, resolved, returned
from tests.promising import MINUTE, a_retraction, an_agreement, at, sets_of

PARTIES = st.sampled_from(["support", "finance", "operations"])
TIMES = st.integers(0, 8).map(lambda n: at("08:00") + n * 30 * MINUTE)
NUMBERS = st.integers(1, 4)
NAMES = st.sampled_from(["photo", "address"])
EVENTS = st.one_of(
    st.builds(passed, NUMBERS, PARTIES, TIMES, PARTIES),
    st.builds(accepted, NUMBERS, PARTIES, TIMES),
    st.builds(returned, NUMBERS, PARTIES, TIMES),
    st.builds(resolved, TIMES, NUMBERS),
    st.builds(reopened, TIMES, NUMBERS),
    st.builds(asked, NUMBERS.map(str), TIMES, NAMES),
    st.builds(answered, NUMBERS.map(str), TIMES, NAMES),
)
CASES = st.lists(EVENTS, max_size=12, unique_by=lambda event: event.id)
SETS = sets_of(an_agreement(opens_on="support.CaseOpened", evidence="support.CaseResolved"))


def folded(events: list[Event]) -> list[Event]:
    """What the tracker has of the case, in order of time."""
    subject = Subject(CASE)
    for event in events:
        fold(subject, event, SETS)
    return list(subject.told)


@given(st.lists(PARTIES, max_size=30))
def test_bounces_are_what_a_plain_recount_of_the_teams_gives(teams: list[str]) -> None:
    events, recount = [], 0
    different = [team for n, team in enumerate(teams) if n == 0 or teams[n - 1] != team]
    for number, team in enumerate(different[1:], start=1):
        before = different[number - 1]
        events.append(passed(number, team, at("08:00") + number, by=before))
        recount += number >= 2 and different[number - 2] == team
    assert bounce_count(events) == len(bounces(events)) == recount
    assert len({each.key for each in bounces(events)}) == recount


@given(CASES.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told * 2))))
def test_any_order_and_any_repetition_gives_the_same_findings(
    cases: tuple[list[Event], list[Event]],
) -> None:
    once, otherwise = (folded(events) for events in cases)
    for detect in DETECTORS:
        assert detect(once) == detect(otherwise)


@given(CASES, st.data())
def test_what_is_taken_back_is_not_found(told: list[Event], data: st.DataObject) -> None:
    if told:
        back = a_retraction(data.draw(st.sampled_from(told)))
        rest = [each for each in told if each.id != back.retracts]
        assert [detect(folded([*told, back])) for detect in DETECTORS] == [
            detect(folded(rest)) for detect in DETECTORS
        ]


@given(CASES)
def test_findings_of_a_case_have_keys_of_their_own_and_begin_with_an_event(
    told: list[Event],
) -> None:
    events = folded(told)
    for detect in DETECTORS:
        found = detect(events)
        assert len({each.key for each in found}) == len(found)
        assert all(each.owed_by and each.owed_to for each in found)
    moments = {event.occurred_at for event in events}
    assert all(each.true_from in moments for each in bounces(events))
    assert len(left_alone(events)) <= 1
