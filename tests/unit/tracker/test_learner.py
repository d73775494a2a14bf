"""What a tracker learns of how long things take: from the ledger, then from its own commits."""

from collections.abc import Iterable

from services.tracker.core.promises import Promise
from services.tracker.core.subject import Subject
from services.tracker.core.tree.history import SAMPLES_NEEDED
from services.tracker.learner import SUBJECTS_LIMIT, Learner
from tests.planning import APPROVE, CHAIN, hours, on, opened
from tests.promising import an_event, sets_of

SETS = sets_of(*CHAIN)


def a_subject(number: int, *promises: Promise) -> Subject:
    subject = Subject(f"order/{number}")
    subject.remember(an_event(time=on("mon 09:00")))
    for promise in promises:
        subject.promises[promise.id] = promise
    return subject


def approvals(count: int) -> Iterable[Promise]:
    """Each took an hour, and one of another order ended a second later than the one before."""
    for number in range(count):
        done = f"mon 10:00:{number:02}"
        yield opened(APPROVE, f"mon 09:00:{number:02}", done, id=f"order/{number}~approve-payment")


def subjects(count: int) -> list[Subject]:
    return [a_subject(number, each) for number, each in enumerate(approvals(count))]


def median(learner: Learner) -> int | None:
    return learner.durations.quantile("approve-payment", 50)


def test_a_history_begins_with_what_the_ledger_knows() -> None:
    learner = Learner()
    learner.begin(subjects(SAMPLES_NEEDED), SETS)
    assert median(learner) == hours(1).micros


def test_subjects_that_settle_are_learned_from() -> None:
    learner = Learner()
    for number, promise in enumerate(approvals(2 * SAMPLES_NEEDED)):
        learner.learn([a_subject(number, promise)], SETS)
        assert number >= SAMPLES_NEEDED - 1 or median(learner) is None
    assert median(learner) == hours(1).micros


def test_a_subject_that_settles_once_more_counts_once() -> None:
    learner = Learner()
    subject = a_subject(1, *approvals(1))
    for _ in range(3):
        learner.learn([subject], SETS)
    assert len(learner.durations.samples) == 1


def test_of_one_commit_only_so_many_subjects_are_learned_from() -> None:
    for count in (SUBJECTS_LIMIT, SUBJECTS_LIMIT + 1):
        learner = Learner()
        learner.learn(subjects(count), SETS)
        assert len(learner.durations.samples) == SUBJECTS_LIMIT


def test_who_looked_before_keeps_the_history_as_it_was() -> None:
    learner = Learner()
    before = learner.durations
    learner.begin(subjects(1), SETS)
    assert not before.samples
