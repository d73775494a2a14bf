"""Plays stories on a real stack of their own, and says whether people heard what they had to."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from pymongo.errors import PyMongoError

from services.cli.demo_screen import Screen
from services.cli.demo_stack import environment, own_stack, wait_until_ready
from services.cli.demo_watch import watch
from services.cli.errors import CommandFailed
from services.cli.story_receiver import Receiver, receiving
from services.cli.story_stage import RealStage
from services.cli.story_words import differences, in_words
from services.local.programs import SERVICES
from services.shared.bus import PublishError
from services.shared.bus_kafka import KafkaPublisher
from services.shared.errors import HandoffError
from services.shared.mongo import connect
from services.simulator.departments import CALLS, NotDone, departments
from services.simulator.driver import beats
from services.simulator.stories.catalogue import STORIES, script_of
from services.simulator.stories.names import ALL, NOT_TOLD, TOLD
from services.simulator.stories.playing import Line, Stage, play
from services.simulator.stories.script import Does, Script
from services.simulator.stories.telling import OFFICE

READERS = {"tracker", "alerts"}
"""What is needed beside the departments that act; nobody looks at a page meanwhile."""


class NotTold(HandoffError):
    """There is no such story, or it cannot be told yet."""


def chosen(name: str) -> Sequence[Script]:
    """Raises NotTold with what there is, or with why it cannot be told."""
    if name in NOT_TOLD:
        raise NotTold(f"{name} cannot be told yet: {NOT_TOLD[name]}.")
    if name != ALL and name not in STORIES:
        raise NotTold(f"There is no story {name!r}; there are {', '.join(TOLD)}, and {ALL}.")
    return [script_of(each) for each in STORIES if name in (each, ALL)]


def run(scripts: Sequence[Script]) -> None:
    """Raises CommandFailed where a story went otherwise than told, or was not told to its end."""
    with Screen() as screen:
        screen.title("stories", ", ".join(script.name for script in scripts))
        try:
            with _stage(scripts, screen) as stage:
                otherwise = tell(scripts, stage, screen)
        except KeyboardInterrupt:
            raise CommandFailed(
                "It was interrupted, so nothing is known of what is left."
            ) from None
        except (PublishError, PyMongoError) as error:
            raise CommandFailed(f"It cannot go on without Kafka and Mongo: {error}") from error
        if otherwise:
            raise CommandFailed(
                f"Of {len(scripts)} stories {len(otherwise)} went otherwise than told:"
                f" {', '.join(otherwise)}."
            )


def tell(scripts: Sequence[Script], stage: Stage, screen: Screen) -> Sequence[str]:
    """One after the other; gives those that went otherwise than told."""
    began = time.monotonic()
    otherwise = [script.name for script in scripts if not _goes_as_told(script, stage, screen)]
    as_told = len(scripts) - len(otherwise)
    seconds = time.monotonic() - began
    screen.write(f"{as_told} of {len(scripts)} stories went as told, in {seconds:.0f} s.", "bold")
    return otherwise


def _goes_as_told(script: Script, stage: Stage, screen: Screen) -> bool:
    began = time.monotonic()
    screen.write(f"{script.name}  {TOLD[script.name]}", "bold")
    try:
        found = play(script, stage, lambda line: _show(line, screen))
    except NotDone as error:
        screen.write(f"  ✖ It cannot go on: {error}\n", "red")
        return False
    for line in differences(found):
        screen.write(f"  ✖ {line}", "red")
    if not found:
        seconds = time.monotonic() - began
        told = f"Exactly these {len(script.expected)} notices, each at its moment"
        screen.write(f"  ✔ {told}; {seconds:.0f} s.\n", "green")
    return not found


def _show(line: Line, screen: Screen) -> None:
    for words in in_words(line):
        screen.write(f"  {words}")


@contextmanager
def _stage(scripts: Sequence[Script], screen: Screen) -> Iterator[RealStage]:
    began, receiver, needed = time.monotonic(), Receiver(), _needed(scripts)
    with own_stack(screen) as stack, receiving(receiver) as url:
        told = {"HANDOFF_ALERTS__WEBHOOK_URL": url}
        stack.start_services(needed, environment(stack.settings, "default") | told)
        settings = stack.settings
        with (
            closing(KafkaPublisher(settings.kafka, "stories")) as publisher,
            connect(settings.mongo) as mongo,
            departments(settings.endpoints) as desks,
            watch(settings.endpoints) as seen,
        ):
            publisher.publish(list(beats(settings, scripts[0].starts_at)))
            wait_until_ready(stack, needed, screen)
            screen.say(f"Ready after {time.monotonic() - began - stack.download_s:.0f} s.")
            screen.say(f"Times on the left are those of the office, {OFFICE.key}.\n")
            yield RealStage(settings, mongo, publisher, desks, seen, receiver)


def _needed(scripts: Sequence[Script]) -> Sequence[str]:
    """In order of start."""
    told = [each for script in scripts for each in script.happens if isinstance(each, Does)]
    used = READERS | {CALLS[type(each.command)].party for each in told}
    return [name for name in SERVICES if name in used]
