"""Notices for tests of channels, decided as the service decides them."""

from dataclasses import replace

from services.alerts.domain.alert import History, Notice
from services.alerts.domain.answers import Acknowledgement
from services.alerts.domain.decisions import decide
from services.alerts.domain.posts import Post, posts_of
from services.alerts.domain.promise import Promise, Word
from tests.alerting import at, ended, warned

CONSOLE = "https://console.test"
NOW = at("15:25")


def notices(*words: Word) -> tuple[Notice, ...]:
    """One after the other, each at 15:25."""
    history, told = History(), list[Notice]()
    for word in words:
        decision = decide(history, word, NOW)
        history = decision.history
        told += decision.notices
    return tuple(told)


def trigger(promise: Promise | None = None) -> Notice:
    return notices(warned(promise=promise))[0]


def resolve() -> Notice:
    return notices(warned(), ended())[-1]


def in_hand() -> Notice:
    notice = trigger()
    return replace(
        notice, alert=replace(notice.alert, acknowledgements=(Acknowledgement("ann", NOW),))
    )


def together(*promises: Promise) -> Post:
    """One post about all of them, each at risk."""
    (post,) = posts_of([trigger(promise) for promise in promises], len(promises))
    return post


def text_of(text: str) -> Notice:
    return replace(trigger(), text=text)
