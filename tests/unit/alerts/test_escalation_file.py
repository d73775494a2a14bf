"""The file of ladders and routes is read as it is meant, or refused with each fault's place."""

from pathlib import Path

import pytest
import yaml

from services.alerts.domain.ladders import Escalation, Rung
from services.alerts.domain.schedules.calls import Calls
from services.alerts.escalation_file import (
    HANDS_LIMIT,
    REPEAT_LIMIT,
    RUNGS_LIMIT,
    load_escalation,
)
from services.alerts.files import FILE_BYTES_LIMIT
from services.alerts.schedule_files import load_schedules
from services.shared.errors import SettingsError
from tests.alerting import span

SHIPPED = Path("deploy/oncall/escalation.yaml")
RECEIVERS = ("log", "webhook")
RUNG = "{tell: [log], after: 1 minute}"


def load(text: str, folder: Path) -> Escalation:
    file = folder / "escalation.yaml"
    file.write_text(text)
    return load_escalation(file, RECEIVERS, ["operations"])


def one_ladder(keys: str) -> str:
    return f"ladders: {{one: {{{keys}}}}}\notherwise: one\n"


def test_the_shipped_file_names_the_shipped_receivers_and_who_is_on_call_has_one() -> None:
    receivers = yaml.safe_load(SHIPPED.with_name("receivers.yaml").read_text())["receivers"]
    names = [each["name"] for each in receivers]
    calls = Calls(frozenset({"operations"}), frozenset(names))
    schedules = load_schedules(SHIPPED.with_name("schedules.yaml"), calls)
    escalation = load_escalation(SHIPPED, names, schedules)
    assert escalation.schedules_called == calls.schedules
    assert escalation.ladders.keys() == {"in-good-time", "broken"}
    broken = escalation.ladders["broken"]
    assert broken.rungs == (
        Rung(("pager", "team"), span(minutes=15)),
        Rung(("mail",), span(minutes=15), ("operations",)),
    )
    assert (broken.repeat, broken.acknowledged_for) == (3, span(hours=2))
    assert [route.ladder for route in escalation.routes] == ["broken", "in-good-time"]
    assert [route.wanted.takes_all for route in escalation.routes] == [False, True]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: YAML: it is empty; start with `ladders:`."),
        (
            one_ladder(
                f"rungs: [{RUNG}, {{tell: [log], after: 1 minute, acknowledgements: 1}}],"
                " acknowledgements: 2"
            ),
            ":1: ladders.one.rungs.1.acknowledgements: 1 is fewer than the 2 before it; give 2",
        ),
        (
            one_ladder("rungs: [{tell: [log], acknowledgements: 0}]"),
            ":1: ladders.one.rungs.0.acknowledgements: '0' is wrong: Input should be greater",
        ),
        ("- ladders", ":1: file: it is not a mapping; start with `ladders:`."),
        ("ladders: {one: {rungs: [", ":1: YAML: "),
        (one_ladder("rungs: []"), "ladders.one.rungs: '[]' is wrong: List should have at l"),
        (one_ladder("rungs: [{tell: []}]"), "ladders.one.rungs.0.tell: '[]' is wrong: List sho"),
        (one_ladder("rungs: [{tell: [pager]}]"), "no receiver 'pager'; there are log, webhook"),
        (
            one_ladder("rungs: [{tell: [log, 'schedule:night']}]"),
            "ladders.one.rungs.0.tell.1: there is no schedule 'night'; there are operations.",
        ),
        (
            one_ladder("rungs: [{tell: ['schedule:operations']}]"),
            "ladders.one.rungs: all tell schedules, of which nobody may be on call; let one tell",
        ),
        (one_ladder("rungs: [{tell: [log], after: soon}]"), "'soon' is no time; give for example"),
        (one_ladder("rungs: [{tell: [log], after: 0 minutes}]"), "'0 minutes' is no time"),
        (one_ladder("rungs: [{tell: [log], after: 31 days}]"), "at most 30 days"),
        (one_ladder("rungs: [{tell: [log]}, {tell: [log]}]"), "rungs.1.after: `after` is missing"),
        (one_ladder("rungs: [{tell: [log]}], repeat: 1"), "rungs.0.after: `after` is missing; a"),
        (
            one_ladder("rungs: [{tell: [log]}], wait: 3"),
            ":1: ladders.one.wait: this key is not read; kno",
        ),
        (
            f"ladders: {{rungs: {{rungs: [{RUNG}], wait: 3}}}}\notherwise: rungs\n",
            "this key is not read; known are rungs, repeat, acknowledged_for, acknowledgements.",
        ),
        ("ladders: {One: {rungs: [{tell: [log]}]}}\notherwise: One\n", ":1: ladders.One: 'One' "),
        (
            "ladders: {one: {rungs: [{tell: [log]}]}}\notherwise: two\n",
            ":2: otherwise: there is no",
        ),
        (
            one_ladder("rungs: [{tell: [log]}]") + "routes: [{ladder: two}]\n",
            ":3: routes.0.ladder: there is no ladder 'two'; there are one",
        ),
        (
            one_ladder("rungs: [{tell: [log]}]") + "routes: [{ladder: one, conditions: [late]}]\n",
            ":3: routes.0.conditions.0: 'late' is wrong: Input should be 'at_risk'",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(text, tmp_path)
    assert says in str(refused.value)
    assert str(tmp_path / "escalation.yaml") in str(refused.value)


def test_faults_are_named_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        "otherwise: two\nladders:\n  one:\n    rungs:\n      - tell: [log]\n      - tell: [pager]\n"
    )
    with pytest.raises(SettingsError) as refused:
        load(text, tmp_path)
    lines = [line.split(":")[1] for line in str(refused.value).splitlines()]
    assert lines == ["1", "6", "6"]


def test_a_rung_may_tell_receivers_and_whoever_is_on_call(tmp_path: Path) -> None:
    tell = "[{tell: ['schedule:operations']}, {tell: [log, 'schedule:operations'], after: 1 hour}]"
    escalation = load(one_ladder(f"rungs: {tell}"), tmp_path)
    assert escalation.ladders["one"].rungs == (
        Rung((), span(hours=1), ("operations",)),
        Rung(("log",), span(hours=1), ("operations",)),
    )
    assert escalation.schedules_called == {"operations"}


def test_a_rung_may_say_how_many_have_to_take_it_up(tmp_path: Path) -> None:
    own = "{tell: [log], after: 1 hour, acknowledgements: 3}"
    keys = f"rungs: [{RUNG}, {own}, {RUNG}], acknowledgements: 2, repeat: 1"
    ladder = load(one_ladder(keys), tmp_path).ladders["one"]
    assert [each.acknowledgements for each in ladder.rungs] == [None, 3, None]
    assert [ladder.hands(number) for number in range(1, 7)] == [2, 3, 3, 3, 3, 3]


def test_where_no_schedules_are_the_variable_that_names_them_is_said(tmp_path: Path) -> None:
    file = tmp_path / "escalation.yaml"
    file.write_text(one_ladder("rungs: [{tell: [log, 'schedule:operations']}]"))
    with pytest.raises(SettingsError, match="there are none: set HANDOFF_ALERTS__SCHEDULES"):
        load_escalation(file, RECEIVERS)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(one_ladder("rungs: [{tell: [pager, phone]}, {tell: [log]}]"), tmp_path)
    assert len(str(refused.value).splitlines()) == 3


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read .*No such file"):
        load_escalation(tmp_path / "nowhere.yaml", RECEIVERS)


@pytest.mark.parametrize(
    ("name", "fits", "too_much"),
    [
        ("rungs", *(f"rungs: [{', '.join([RUNG] * n)}]" for n in (RUNGS_LIMIT, RUNGS_LIMIT + 1))),
        ("repeat", *(f"rungs: [{RUNG}], repeat: {n}" for n in (REPEAT_LIMIT, REPEAT_LIMIT + 1))),
        (
            "acknowledgements",
            f"rungs: [{RUNG}], acknowledgements: {HANDS_LIMIT}",
            f"rungs: [{RUNG}], acknowledgements: {HANDS_LIMIT + 1}",
        ),
        ("acknowledgements", *(f"rungs: [{RUNG}], acknowledgements: {n}" for n in (1, 0))),
        (
            "rungs.0.acknowledgements",
            *(
                f"rungs: [{{tell: [log], acknowledgements: {n}}}]"
                for n in (HANDS_LIMIT, HANDS_LIMIT + 1)
            ),
        ),
        (
            "rungs.2.acknowledgements",
            *(
                f"rungs: [{{tell: [log], acknowledgements: 2}}, {RUNG},"
                f" {{tell: [log], after: 1 minute, acknowledgements: {n}}}], acknowledgements: 3"
                for n in (2, 1)
            ),
        ),
        (
            "after",
            "rungs: [{tell: [log], after: 30 days}]",
            "rungs: [{tell: [log], after: 721 hours}]",
        ),
    ],
)
def test_each_limit_holds_on_both_sides(
    tmp_path: Path, name: str, fits: str, too_much: str
) -> None:
    load(one_ladder(fits), tmp_path)
    with pytest.raises(SettingsError, match=name):
        load(one_ladder(too_much), tmp_path)


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_file_may_have_so_many_bytes(tmp_path: Path, beyond: int) -> None:
    text = one_ladder("rungs: [{tell: [log]}]")
    text += "#" * (FILE_BYTES_LIMIT - len(text) + beyond)
    if not beyond:
        assert load(text, tmp_path).ladders.keys() == {"one"}
        return
    with pytest.raises(SettingsError, match=f"it is {FILE_BYTES_LIMIT + 1} bytes; the limit"):
        load(text, tmp_path)
