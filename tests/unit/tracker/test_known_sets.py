"""When agreement sets are read again, and for how long those that were read last are trusted."""

from collections.abc import Mapping

import pytest
from pymongo.errors import AutoReconnect, PyMongoError

from services.shared.subjects import Kind
from services.tracker.agreement_sets import REFRESH_S, UNREAD_LIMIT_S, KnownSets
from services.tracker.core.sets import AgreementSets
from services.tracker.errors import AgreementError, SetsUnreadable
from tests.tracking import agreement_sets

BEFORE, AFTER = agreement_sets("default"), agreement_sets("olist")


class Mongo:
    """Where sets lie, a clock, and what stands in the way of reading them."""

    def __init__(self) -> None:
        self.now, self.reads, self.stored = 100.0, 0, BEFORE
        self.trouble: PyMongoError | AgreementError | None = None

    def sets(self, own_types: Mapping[str, Kind]) -> AgreementSets:
        self.reads += 1
        if self.trouble:
            raise self.trouble
        return self.stored


@pytest.fixture
def mongo() -> Mongo:
    return Mongo()


@pytest.fixture
def known(mongo: Mongo) -> KnownSets:
    return KnownSets(mongo, {}, lambda: mongo.now)


@pytest.mark.parametrize(("later", "sets"), [(REFRESH_S - 0.1, BEFORE), (REFRESH_S, AFTER)])
def test_a_new_set_is_known_after_the_next_reading(
    mongo: Mongo, known: KnownSets, later: float, sets: AgreementSets
) -> None:
    assert known() is BEFORE
    mongo.stored, mongo.now = AFTER, mongo.now + later
    assert known() is sets


@pytest.mark.parametrize("trouble", [AutoReconnect("gone"), AgreementError("line 7: tomorrow")])
def test_sets_that_cannot_be_read_are_trusted_for_twenty_seconds(
    mongo: Mongo, known: KnownSets, trouble: PyMongoError | AgreementError
) -> None:
    known()
    mongo.trouble, read_at = trouble, mongo.now
    for later in (REFRESH_S, UNREAD_LIMIT_S - 0.1):
        mongo.now = read_at + later
        assert known() is BEFORE
    mongo.now = read_at + UNREAD_LIMIT_S
    with pytest.raises(SetsUnreadable, match=str(trouble)):
        known()


def test_it_is_said_at_once_that_sets_were_never_read(mongo: Mongo, known: KnownSets) -> None:
    mongo.trouble = AutoReconnect("gone")
    with pytest.raises(SetsUnreadable):
        known()


def test_sets_are_trusted_again_as_soon_as_they_are_read(mongo: Mongo, known: KnownSets) -> None:
    known()
    mongo.trouble = AutoReconnect("gone")
    mongo.now += 10 * UNREAD_LIMIT_S
    with pytest.raises(SetsUnreadable):
        known()
    mongo.trouble, mongo.stored = None, AFTER
    mongo.now += REFRESH_S
    assert known() is AFTER


def test_mongo_is_not_asked_more_often_while_it_does_not_answer(
    mongo: Mongo, known: KnownSets
) -> None:
    known()
    mongo.trouble = AutoReconnect("gone")
    mongo.now += REFRESH_S
    for _ in range(10):
        known()
    assert mongo.reads == 2
