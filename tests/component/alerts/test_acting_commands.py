"""`handoff ack` and the other commands of those who act: what they print, what they end with."""

from datetime import UTC, datetime, timedelta

import pytest

from services.alerts.domain.alert import State
from services.alerts.domain.ladders import Escalation, Ladder, Route, Rung
from services.alerts.domain.matching import Matcher
from services.alerts.domain.requests import KEYS_LIMIT
from services.shared.clock import to_instant
from tests.alerting import a_promise, breached, key, span, warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.typed import Done, Run

OTHER, THIRD = a_promise("2"), a_promise("3")


@pytest.fixture
def alerts() -> InMemoryAlerts:
    rungs = (Rung(("memory",)), Rung(("memory",), span(hours=1)))
    both = Ladder("both", rungs, acknowledgements=2)
    third = Route("both", Matcher(subjects=frozenset({THIRD.subject})))
    ladders = {"two": Ladder("two", rungs), "both": both}
    return InMemoryAlerts(escalation=Escalation(ladders, (third, Route("two"))))


@pytest.fixture(autouse=True)
def today(alerts: InMemoryAlerts) -> datetime:
    """The command counts `--for` from the wall's now. Two promises are broken."""
    now = datetime.now(UTC)
    alerts.clock.set(to_instant(now))
    alerts.hear(breached(), breached(3, OTHER))
    return now


@pytest.mark.parametrize(
    ("command", "options", "says"),
    [
        ("ack", ("--note", "on it"), "is in the hands of ann."),
        ("assign", ("--to", "bob"), "is assigned to bob."),
        ("assign", (), "is assigned to nobody."),
        ("escalate", ("--reason", "train"), "is on rung 2 of two."),
        ("note", ("--text", "called"), "has 1 note."),
        ("close", ("--cause", "know_how"), "is closed: know how."),
        ("dispute", ("--reason", "it left"), "is disputed by operations."),
        ("dispute", ("--reason", "no", "--by-party", "sales"), "is disputed by sales."),
        ("rate", ("--useful",), "was useful to 1 and not to 0."),
        ("rate", ("--not-useful", "--text", "late"), "was useful to 0 and not to 1."),
        ("ask-date", ("--question", "when?"), "asks operations for a new date."),
        ("tell-customer", ("--text", "soon"), "is with support, to tell the customer."),
    ],
)
def test_each_takes_several_keys_and_says_what_became_of_each(
    run: Run, command: str, options: tuple[str, ...], says: str
) -> None:
    both = (key(), key(OTHER))
    done = run(command, *both, *options, "--as", "ann")
    assert done == Done(0, "".join(f"{each} {says}\n" for each in both), "")
    results = run(command, *both, *options, "--as", "ann", "--json").json()
    assert [result["key"] for result in results] == list(both)


def test_where_two_have_to_take_it_up_everybody_sees_who_has(
    run: Run, alerts: InMemoryAlerts
) -> None:
    alerts.hear(breached(3, THIRD))
    assert "0 of 2" in run("inbox").out
    done = run("ack", key(THIRD), "--as", "ann")
    assert done.out == f"{key(THIRD)} needs more people to take it up, so far 1 of 2: ann.\n"
    assert "in the hands of: 1 of 2: ann\n" in run("show", key(THIRD)).out
    run("assign", key(THIRD), "--to", "cid", "--as", "ann")
    assert "cid, 1 of 2: ann" in run("inbox").out
    done = run("ack", key(THIRD), "--as", "bob")
    assert done.out == f"{key(THIRD)} is in the hands of 2 of 2: ann, bob.\n"


def test_what_is_refused_is_an_error_and_the_others_are_done(
    run: Run, alerts: InMemoryAlerts
) -> None:
    done = run("ack", "al-none", key(), "--as", "ann")
    assert (done.code, done.out) == (1, f"{key()} is in the hands of ann.\n")
    assert "al-none: No alert has the key" in done.err
    assert alerts.alert().state is State.ACKNOWLEDGED
    done = run("note", "al-none", key(), "--text", "called", "--as", "ann", "--json")
    assert done.code == 1
    missing, noted = done.json()
    assert (missing["code"], missing["alert"]) == ("not_found", None)
    assert (noted["problem"], noted["alert"]["notes_count"]) == ("", 1)


def test_a_snooze_for_a_while_and_until_a_moment(run: Run, today: datetime) -> None:
    done = run("snooze", key(), "--for", "90m", "--as", "ann", "--json")
    until = datetime.fromisoformat(done.json()[0]["alert"]["snoozed_until"])
    assert timedelta(minutes=90) <= until - today < timedelta(minutes=92)
    until = (today + timedelta(days=1)).replace(microsecond=0)
    for text in (until.isoformat(), until.replace(tzinfo=None).isoformat()):
        done = run("snooze", key(), "--until", text, "--as", "ann")
        assert done.out == f"{key()} is snoozed until {until:%Y-%m-%d %H:%M} UTC.\n"


def test_a_release_names_its_event(run: Run, alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(breached(), breached(3, OTHER))
    one, two = a_promise().promise_id, OTHER.promise_id
    done = run("release", one, two, "--reason", "gone", "--as", "ann", "--json")
    assert [each["promise_id"] for each in done.json()] == [one, two]
    assert done.json()[0]["event_id"] == "00" * 16
    done = run("release", one, "p", "--reason", "gone", "--as", "ann")
    assert (done.code, done.out.count("is released")) == (1, 1)
    assert "The ledger has no promise 'p'" in done.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ack",), "Missing argument"),
        (("ack", "k", "--as", ""), "actor is empty"),
        (("ack", *["k"] * (KEYS_LIMIT + 1), "--as", "ann"), "keys has 101; give 1 to 100"),
        (("snooze", "k", "--as", "ann"), "either --until TIME or --for DURATION"),
        (("snooze", "k", "--for", "2h", "--until", "2126-11-02", "--as", "a"), "either --until"),
        (("snooze", "k", "--for", "2w", "--as", "ann"), "'2w' is no duration"),
        (("snooze", "k", "--until", "soon", "--as", "ann"), "'soon' is no time"),
        (("snooze", "k", "--until", "2020-01-01", "--as", "ann"), "after now"),
        (("escalate", "k", "--as", "ann"), "--reason"),
        (("escalate", "k", "--reason", "", "--as", "ann"), "words is empty"),
        (("close", "k", "--cause", "weather", "--as", "ann"), "'weather' is not one of"),
        (("release", "p", "--as", "ann"), "--reason"),
    ],
)
def test_what_is_not_understood_ends_with_2(
    run: Run, arguments: tuple[str, ...], says: str
) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert says in done.said


def test_what_is_only_at_risk_is_not_closed(run: Run, alerts: InMemoryAlerts) -> None:
    third = a_promise("3")
    alerts.hear(warned(2, third))
    done = run("close", key(third), "--cause", "system", "--as", "ann")
    assert (done.code, "only what is broken or was found" in done.err) == (1, True)
