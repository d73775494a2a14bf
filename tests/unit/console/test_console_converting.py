"""A long list that is read again and again: only what has changed is made anew."""

from handoff.v1 import alerts_pb2

from services.console.converting import Conversion
from services.console.messages import alert_of


def an_alert_message(key: str, assignee: str = "") -> alerts_pb2.Alert:
    return alerts_pb2.Alert(key=key, state=alerts_pb2.ALERT_STATE_OPEN, assignee=assignee)


def test_what_stays_equal_is_the_same_object_and_what_changed_is_another() -> None:
    conversion = Conversion(alert_of)
    before = conversion.all([an_alert_message("a"), an_alert_message("b")])
    after = conversion.all([an_alert_message("b", assignee="ben"), an_alert_message("a")])
    assert [each.key for each in after] == ["b", "a"]
    assert after[1] is before[0]
    assert (before[1].assignee, after[0].assignee) == ("", "ben")


def test_what_is_no_longer_listed_is_forgotten() -> None:
    made: list[str] = []

    def convert(message: alerts_pb2.Alert) -> str:
        made.append(message.key)
        return message.key

    conversion = Conversion(convert)
    for listed in (["a", "b"], ["a"], ["a", "b"]):
        conversion.all(map(an_alert_message, listed))
    assert made == ["a", "b", "b"]
