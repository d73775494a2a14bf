"""A Mongo of three real mongods, one of which may be killed at any time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pymongo import MongoClient, ReadPreference
from pymongo.errors import AutoReconnect, PyMongoError

from services.local.mongo import mongod
from services.local.ports import LOOPBACK, Ports
from services.local.supervisor import Program
from tests.polling import until
from tests.storm.children import Child, log_of

NAME = "storm"
MEMBERS = 3
ELECTION_MS = 10_000
"""Mongo's default: a primary that is silent for so long is replaced."""
FIRST_ELECTION_MS = 1_000
READY_DEADLINE_S = 60.0
ANSWER_MS = 1_000
STEP_DOWN_S = 10
Row = dict[str, Any]


class ReplicaSet:
    """`members` are in order of their ids; start them with `start`, end them with `end`."""

    def __init__(self, home: Path, ports: Ports) -> None:
        self._ports = [ports.take(27017) for _ in range(MEMBERS)]
        self.members = [
            Child(_program(home, f"mongod-{number}", port))
            for number, port in enumerate(self._ports)
        ]
        hosts = ",".join(self._hosts)
        self.uri = f"mongodb://{hosts}/?replicaSet={NAME}"

    def start(self) -> None:
        """All of them, until one is the primary and the others follow it."""
        for member in self.members:
            member.start()
        until(lambda: all(map(self._answers, range(MEMBERS))), "mongod answers", READY_DEADLINE_S)
        with self._direct(0) as client:
            client.admin.command("replSetInitiate", _configuration(self._hosts))
        until(self._whole, "the replica set is whole", READY_DEADLINE_S)
        with MongoClient[Row](self.uri) as client:
            config = client.admin.command("replSetGetConfig")["config"]
            config["settings"]["electionTimeoutMillis"] = ELECTION_MS
            config["version"] += 1
            client.admin.command("replSetReconfig", config)

    def end(self) -> None:
        for member in self.members:
            member.kill()

    def primary(self) -> int | None:
        """The member that says so itself; None while there is none."""
        return next((number for number in range(MEMBERS) if self._is_primary(number)), None)

    def wait_for_primary(self) -> int:
        until(lambda: self.primary() is not None, "Mongo has a primary", READY_DEADLINE_S)
        number = self.primary()
        return self.wait_for_primary() if number is None else number

    @contextmanager
    def commits(self, database: str, owner: str) -> Iterator[Callable[[], dict[int, int]]]:
        """Asks a follower how often each partition of a tracker was committed so far."""
        number = next(each for each in range(MEMBERS) if self._hello(each).get("secondary"))
        with self._direct(number) as client:
            partitions = client[database]["tracker.partitions"]
            yield lambda: {row["_id"]: row["seq"] for row in partitions.find({"owner": owner})}

    def step_down(self) -> bool:
        """Whether there was a primary that did."""
        number = self.primary()
        if number is None:
            return False
        with suppress(AutoReconnect), self._direct(number) as client:
            client.admin.command("replSetStepDown", STEP_DOWN_S)
        return True

    @property
    def _hosts(self) -> list[str]:
        return [f"{LOOPBACK}:{port}" for port in self._ports]

    @contextmanager
    def _direct(self, number: int) -> Iterator[MongoClient[Row]]:
        with MongoClient[Row](
            self._hosts[number],
            directConnection=True,
            serverSelectionTimeoutMS=ANSWER_MS,
            read_preference=ReadPreference.NEAREST,
        ) as client:
            yield client

    def _hello(self, number: int) -> Row:
        try:
            with self._direct(number) as client:
                return client.admin.command("hello")
        except PyMongoError:
            return {}

    def _answers(self, number: int) -> bool:
        return bool(self._hello(number))

    def _is_primary(self, number: int) -> bool:
        return self.members[number].ended is None and bool(
            self._hello(number).get("isWritablePrimary")
        )

    def _whole(self) -> bool:
        states = [self._hello(number) for number in range(MEMBERS)]
        followers = sum(bool(each.get("secondary")) for each in states)
        return self.primary() is not None and followers == MEMBERS - 1


def _configuration(hosts: list[str]) -> Row:
    members = [{"_id": number, "host": host} for number, host in enumerate(hosts)]
    settings = {"electionTimeoutMillis": FIRST_ELECTION_MS}
    return {"_id": NAME, "members": members, "settings": settings}


def _program(home: Path, name: str, port: int) -> Program:
    data = home / name
    data.mkdir(parents=True)
    options = {
        "--dbpath": data,
        "--bind_ip": LOOPBACK,
        "--port": port,
        "--replSet": NAME,
        "--wiredTigerCacheSizeGB": 0.25,
        "--oplogSize": 128,
    }
    flat = (str(part) for option in options.items() for part in option)
    return Program(
        name=name,
        command=(str(mongod()), *flat, "--nounixsocket", "--quiet"),
        log=log_of(home, name),
    )
