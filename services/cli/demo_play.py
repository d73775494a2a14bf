"""How a demonstration passes: simulated time follows the wall, alerts are shown, all is counted."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import grpc
from pymongo.errors import PyMongoError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from services.alerts.domain.words import duration as in_words
from services.cli.demo_screen import Screen
from services.cli.demo_watch import Watch
from services.cli.errors import CommandFailed
from services.cli.through_kafka import wait_until_folded
from services.shared.bus import Publisher, PublishError
from services.shared.clock import SECOND, Instant
from services.shared.settings import Settings
from services.simulator.driver import beats
from services.simulator.scenes import Scene

TICK_S, REAL_TICK_S = 0.2, 1.0
STEP_LIMIT_S = 0.5
EASE_S, EASE_FROM = 6.0, 0.2
"""The first alert is to be read while there is still time, as later ones are."""
LOOK_EVERY_S = 0.5
PATIENCE_S = 60.0
"""Several times what Kafka or Mongo needs that was killed and is started again."""
RETRY_WAIT_S = 0.5
REAL_TIME = 1.0


@dataclass(frozen=True, slots=True)
class Play:
    """A scene on a stack that runs; `speed` is what one second of the wall is worth."""

    what: str
    scene: Scene
    speed: float
    settings: Settings
    publisher: Publisher
    watch: Watch
    screen: Screen


class Pace:
    """Simulated time as the wall drives it: slowly at first, and never in long steps.

    On a machine that is too slow the clock is slower, and nothing happens too late because of it.
    """

    def __init__(
        self, starts_at: Instant, speed: float, wall: Callable[[], float] = time.monotonic
    ) -> None:
        self.now = starts_at
        self._speed = speed
        self._wall = wall
        self._started_at = self._looked_at = wall()

    def next(self) -> Instant:
        looked_at = self._wall()
        passed = min(looked_at - self._looked_at, STEP_LIMIT_S)
        eased = min((looked_at - self._started_at) / EASE_S, 1.0)
        share = EASE_FROM + (1.0 - EASE_FROM) * eased
        self._looked_at = looked_at
        self.now += round(passed * share * self._speed * SECOND)
        return self.now


def perform(play: Play, duration: float, began: float, *, once: bool) -> None:
    """Plays for so many seconds, sums up, and unless `once` goes on in real time, without end.

    `began` is the moment, as time.monotonic() has it, from which the first alert is counted.
    """
    pace, started = Pace(play.scene.starts_at, play.speed), time.monotonic()
    for now in _advancing(play, pace, TICK_S, began):
        passed = time.monotonic() - started
        play.screen.time(now, passed / duration)
        if passed >= duration:
            break
    _sum_up(play, pace.now, time.monotonic() - started)
    if once:
        return
    play.screen.say("Time goes on, now in real time, and the console is live. Ctrl-C ends it.\n")
    for _ in _advancing(play, Pace(pace.now, REAL_TIME), REAL_TICK_S, began):
        pass


def _advancing(play: Play, pace: Pace, tick_s: float, began: float) -> Iterator[Instant]:
    """Lets time pass, tick by tick, and shows alerts as they come."""
    look_at = 0.0
    while True:
        tick = time.monotonic()
        _let_happen(play, pace.next())
        if tick >= look_at:
            _look(play, began)
            look_at = tick + LOOK_EVERY_S
        yield pace.now
        time.sleep(max(0.0, tick + tick_s - time.monotonic()))


def _let_happen(play: Play, now: Instant) -> None:
    """Everything up to `now`, and then the heartbeat that says that this is all.

    Raises CommandFailed where Kafka or Mongo stays away.
    """
    trying = Retrying(
        retry=retry_if_exception_type((PublishError, PyMongoError)),
        wait=wait_fixed(RETRY_WAIT_S),
        stop=stop_after_delay(PATIENCE_S),
        reraise=True,
    )
    try:
        trying(play.scene.play, now)
        trying(play.publisher.publish, list(beats(play.settings, now)))
    except (PublishError, PyMongoError) as error:
        raise CommandFailed(
            f"Time stands still, because Kafka or Mongo did not come back: {error}"
            f" What they said is in {play.settings.home / 'logs'}."
        ) from error


def _look(play: Play, began: float) -> None:
    nothing_yet = not play.screen.shown
    play.screen.alerts(play.watch.news(), 1)
    if nothing_yet and play.screen.shown:
        seconds = time.monotonic() - began
        play.screen.say(f"First alert {seconds:.0f} s after the start, downloads not counted.\n")


def _sum_up(play: Play, now: Instant, seconds: float) -> None:
    """1. the tracker reads all  2. its last verdicts become alerts  3. everything is counted"""
    play.screen.still()
    try:
        wait_until_folded(play.watch.tracker, play.settings, now)
        play.screen.alerts(play.watch.rest(), 1)
        play.screen.flush()
        found = play.watch.summary(play.scene.subjects)
    except grpc.RpcError as error:
        raise CommandFailed(
            f"The tracker does not answer ({error.details()}), so nothing can be counted;"
            f" what it said is in {play.settings.home / 'logs'}."
        ) from error
    for refusal in play.scene.refused:
        play.screen.say(refusal)
    span = in_words(now - play.scene.starts_at)
    play.screen.summary(f"{span} in {seconds:.0f} seconds", found, play.scene.events)
