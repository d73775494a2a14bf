"""Examples of agreements: whether what people expect is what the tracker's core concludes."""

from pathlib import Path

import pytest

from services.shared.subjects import Kind
from services.tracker.agreement_remarks import run_examples
from tests.agreed import an_agreement_text

OPENED = "{type: finance.PaymentApproved, at: 2026-11-02 09:00}"
HANDED_OVER = "{type: operations.ParcelHandedOver, at: %s}"
TEXT = an_agreement_text(due="within: 2 hours", warn="[50%, 80%]")


class Folder:
    """A folder with one agreement, due after two hours, and its examples."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "examples").mkdir()
        self.put("ship.yaml", TEXT)

    def put(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def run(self, **own_types: Kind) -> tuple[int, list[str]]:
        own = {name.replace("_", "."): kind for name, kind in own_types.items()}
        ran, wrong = run_examples(self.path, own)
        return ran, [str(each).removeprefix(f"{self.path}/examples/") for each in wrong]

    def wrong(self, given: list[str], then: list[str], **own_types: Kind) -> list[str]:
        lines = ["examples:", "  - name: An example.", "    given:"]
        lines += [f"      - {each}" for each in given]
        lines += ["    then:", *(f"      - {each}" for each in then)]
        self.put("examples/ship.yaml", "\n".join(lines))
        ran, wrong = self.run(**own_types)
        assert ran or wrong
        return wrong


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_is_expected_and_follows_is_right(folder: Folder) -> None:
    then = [
        "{state: on_track, at: +59m}",
        "{kind: warned, at: +1h, reason: warning_time}",
        "{state: at_risk, at: +1h1m}",
        "{kind: warned, at: +1h36m}",
        "{kind: breached, at: 2026-11-02T12:00+01:00, due: +2h, reason: deadline_passed}",
        "{state: breached, at: +2h10s}",
        "{kind: kept_late, at: +3h}",
    ]
    assert folder.wrong([OPENED, HANDED_OVER % "+3h"], then) == []


def test_a_verdict_that_does_not_come_is_wrong_where_it_is_expected(folder: Folder) -> None:
    given = [OPENED, HANDED_OVER % "+30m"]
    assert folder.wrong(given, ["{kind: breached, at: +2h}"]) == [
        "ship.yaml:7: examples.0.then.0: breached at 2026-11-02 11:00 does not come:"
        " kept (evidence) at 2026-11-02 09:30, due 2026-11-02 11:00."
    ]
    assert folder.wrong(given, ["{kind: warned, at: +1m}", "{kind: kept, at: +30m}"]) == [
        "ship.yaml:7: examples.0.then.0: warned at 2026-11-02 09:01 does not come:"
        " kept (evidence) at 2026-11-02 09:30, due 2026-11-02 11:00."
    ]
    assert folder.wrong(given, ["{kind: kept, at: +30m}", "{kind: breached, at: +2h}"]) == [
        "ship.yaml:8: examples.0.then.1: breached at 2026-11-02 11:00 does not come: nothing more."
    ]


@pytest.mark.parametrize(
    "then",
    [
        "{kind: kept, at: +31m}",
        "{kind: kept, at: +30m, reason: late_evidence}",
        "{kind: kept, at: +30m, due: +3h}",
        "{kind: kept_late, at: +30m}",
    ],
)
def test_another_moment_reason_or_deadline_is_another_verdict(folder: Folder, then: str) -> None:
    (said,) = folder.wrong([OPENED, HANDED_OVER % "+30m"], [then])
    assert "does not come: kept (evidence) at 2026-11-02 09:30" in said


def test_a_verdict_too_many_does_not_make_those_after_it_wrong(folder: Folder) -> None:
    then = ["{kind: breached, at: +2h}", "{kind: kept_late, at: +3h}"]
    assert folder.wrong([OPENED, HANDED_OVER % "+3h"], then) == [
        f"ship.yaml:7: examples.0.then.0: warned (warning_time) at 2026-11-02 {time}, due"
        " 2026-11-02 11:00 comes here; expect it, or mend the agreement."
        for time in ("10:00", "10:36")
    ]


def test_a_verdict_that_nobody_expects_is_wrong(folder: Folder) -> None:
    then = ["{kind: warned, at: +1h}", "{state: kept, at: +3h}"]
    assert folder.wrong([OPENED, HANDED_OVER % "+90m"], then) == [
        "ship.yaml:6: examples.0.then: kept (evidence) at 2026-11-02 10:30, due 2026-11-02 11:00"
        " comes here; expect it, or mend the agreement."
    ]


def test_an_opening_is_expected_only_where_one_is_named(folder: Folder) -> None:
    kept = "{kind: kept, at: +30m}"
    given = [OPENED, HANDED_OVER % "+30m"]
    assert folder.wrong(given, [kept]) == []
    assert folder.wrong(given, ["{kind: opened, at: +0h}", kept]) == []
    assert len(folder.wrong(given, ["{kind: opened, at: +1h}", kept])) == 1


def test_a_state_that_is_not_so_is_wrong(folder: Folder) -> None:
    assert folder.wrong([OPENED], ["{state: breached, at: +30m}"]) == [
        "ship.yaml:6: examples.0.then.0: not breached at 2026-11-02 09:30: on_track."
    ]
    cancelled = "{type: sales.OrderCancelled, at: 2026-11-02 09:00}"
    (said,) = folder.wrong([cancelled], ["{state: cancelled, at: +30m}"])
    assert said.endswith("there is no promise.")


def test_events_may_be_given_in_any_order(folder: Folder) -> None:
    given = [HANDED_OVER % "2026-11-02 09:30", OPENED]
    assert folder.wrong(given, ["{kind: kept, at: +0h}"]) == []


def test_a_decision_is_about_the_promise_of_the_agreement(folder: Folder) -> None:
    released = "{type: oncall.PromiseReleased, at: +1m, fields: {reason: it can wait}}"
    assert folder.wrong([OPENED, released], ["{kind: released, at: +1m}"]) == []


def test_a_deadline_may_be_a_fact_that_an_event_tells(folder: Folder) -> None:
    folder.put("ship.yaml", an_agreement_text(due="by: order.ship_by"))
    opened = (
        "{type: finance.PaymentApproved, at: 2026-11-02 09:00,"
        " fields: {ship_by: +3h, amount: 49 EUR, level: 2, payment_id: p-1}}"
    )
    assert folder.wrong([opened], ["{kind: breached, at: +3h}"]) == []


def test_a_partys_own_types_may_be_given(folder: Folder) -> None:
    folder.put("ship.yaml", an_agreement_text(on="carrier.Seen"))
    given = [OPENED, "{type: carrier.Seen, at: +1h, fields: {weight: 5}}"]
    assert folder.wrong(given, ["{kind: kept, at: +1h}"], carrier_Seen=Kind.ORDER) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{type: finance.PaymentApproved, at: soon}", "'soon' is no moment; write for example"),
        ("{type: finance.PaymentApproved, at: +1h}", "'+1h' has nothing before it"),
        ("{type: finance.Paid, at: 2026-11-02 09:00}", "No table knows the event type"),
        ("{type: handoff.Retracted, at: 2026-11-02 09:00}", "handoff.Retracted is no event of an"),
        (OPENED[:-1] + ", fields: {weight: 5}}", "there is no field 'weight'; there are amount"),
        (OPENED[:-1] + ", fields: {level: high}}", "'high' is no whole number."),
        (OPENED[:-1] + ", fields: {level: [1]}}", "['1'] is not what the field holds"),
        (OPENED[:-1] + ", fields: {amount: 49}}", "'49' is no amount of money"),
        (OPENED[:-1] + ", fields: {amount: {major: 1}}}", "there is no field 'major'"),
        (OPENED[:-1] + ", fields: {ship_by: later}}", "'later' is no moment"),
    ],
)
def test_what_cannot_be_read_of_an_event_is_said_where_it_is(
    folder: Folder, given: str, said: str
) -> None:
    found = folder.wrong([given], ["{state: kept, at: 2026-11-02 10:00}"])
    assert found[0].startswith(f"ship.yaml:4: examples.0.given.0: {said}")


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("{at: +1h}", "Value error, give either `kind`"),
        ("{kind: kept, state: kept, at: +1h}", "Value error, give either `kind`"),
        ("{state: kept, at: +1h, due: +2h}", "Value error, `reason` and `due` belong to a verdict"),
        ("{kind: liked, at: +1h}", "'liked' is wrong"),
        ("{kind: kept, at: later}", "'later' is no moment"),
    ],
)
def test_what_cannot_be_read_of_an_expectation_is_said_where_it_is(
    folder: Folder, then: str, said: str
) -> None:
    (found,) = folder.wrong([OPENED], [then])
    assert found.startswith("ship.yaml:6: examples.0.then.0")
    assert said in found


def test_examples_of_no_agreement_are_named(folder: Folder) -> None:
    folder.put("examples/other.yaml", "examples: []")
    assert folder.run() == (0, ["other.yaml:1: file: there is no agreement 'other'."])


def test_examples_that_are_no_yaml_are_named(folder: Folder) -> None:
    folder.put("examples/ship.yaml", "examples: [")
    (said,) = folder.run()[1]
    assert said.startswith("ship.yaml:1: YAML:")


@pytest.mark.parametrize("text", ["", "examples: 5", "just words", "- a"])
def test_what_is_no_list_of_examples_is_a_fault(folder: Folder, text: str) -> None:
    folder.put("examples/ship.yaml", text)
    ran, wrong = folder.run()
    assert ran == 0
    assert wrong
