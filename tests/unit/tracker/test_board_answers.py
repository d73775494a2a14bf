"""The agreements of one set as gRPC's answer, with all sets that are known."""

import pytest

from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused
from services.tracker.board_answers import agreements_answer, files_answer
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.sets import AgreementSets
from tests.promising import an_agreement, at

NOW = at("12:00")
SIGNED = at("08:00")
SETS = AgreementSets(
    (
        AgreementSet("old", at("08:00"), (an_agreement(),), files={"b.yaml": "B", "a.yaml": "A"}),
        AgreementSet(
            "new", at("12:00"), (an_agreement(version=2, agreed_by=(("sales", SIGNED),)),)
        ),
        AgreementSet("later", at("13:00"), (an_agreement(version=3),)),
    )
)


@pytest.mark.parametrize(
    ("set_id", "now", "told"),
    [
        ("", at("11:59"), ("old", 1)),
        ("", at("12:00"), ("new", 2)),
        ("old", NOW, ("old", 1)),
        ("later", NOW, ("later", 3)),
    ],
)
def test_the_active_set_is_told_where_none_is_named(
    set_id: str, now: int, told: tuple[str, int]
) -> None:
    answer = agreements_answer(SETS, set_id, now)
    assert (answer.set_id, answer.agreements[0].version) == told


def test_every_set_is_listed_the_oldest_first() -> None:
    listed = agreements_answer(SETS, "", NOW).sets
    assert [each.set_id for each in listed] == ["old", "new", "later"]
    assert listed[2].active_from == stamp(at("13:00"))


def test_who_signed_is_told_with_when() -> None:
    (agreement,) = agreements_answer(SETS, "new", NOW).agreements
    assert [(each.party, each.at) for each in agreement.agreed_by] == [("sales", stamp(SIGNED))]


def test_a_set_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        agreements_answer(SETS, "none", NOW)
    assert (refused.value.code, refused.value.field) == (RefusalCode.NOT_FOUND, "set_id")


def test_the_files_of_a_set_are_told_as_they_were_written() -> None:
    told = files_answer(SETS, "old", NOW)
    assert told.set_id == "old"
    assert [(each.name, each.text) for each in told.files] == [("a.yaml", "A"), ("b.yaml", "B")]
    assert files_answer(SETS, "", NOW).set_id == "new"
