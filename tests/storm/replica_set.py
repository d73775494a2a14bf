"""A Mongo of three real mongods, one of which may be killed at any time."""

from contextlib import suppress
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
LOOK_EVERY_S = 0.1
ANSWER_S = 1.0
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
        self._asked = [_client(host) for host in self._hosts]
        hosts = ",".join(self._hosts)
        self.uri = f"mongodb://{hosts}/?replicaSet={NAME}"

    def start(self) -> None:
        """All of them, each for itself."""
        for member in self.members:
            member.start()

    def unite(self) -> None:
        """Until one is the primary and the others follow it."""
        until(
            lambda: all(map(self._answers, range(MEMBERS))),
            "mongod answers",
            READY_DEADLINE_S,
            LOOK_EVERY_S,
        )
        with _client(self._hosts[0], READY_DEADLINE_S) as client:
            client.admin.command("replSetInitiate", _configuration(self._hosts))
        until(self._whole, "the replica set is whole", READY_DEADLINE_S, LOOK_EVERY_S)
        with MongoClient[Row](self.uri) as client:
            config = client.admin.command("replSetGetConfig")["config"]
            config["settings"]["electionTimeoutMillis"] = ELECTION_MS
            config["version"] += 1
            client.admin.command("replSetReconfig", config)

    def end(self) -> None:
        for client in self._asked:
            client.close()
        for member in self.members:
            member.kill()

    def primary(self) -> int | None:
        """The member that says so itself; None while there is none."""
        return next((number for number in range(MEMBERS) if self._is_primary(number)), None)

    def wait_for_primary(self) -> int:
        until(lambda: self.primary() is not None, "Mongo has a primary", READY_DEADLINE_S)
        number = self.primary()
        return self.wait_for_primary() if number is None else number

    def step_down(self) -> bool:
        """Whether there was a primary that did."""
        number = self.primary()
        if number is None:
            return False
        with suppress(AutoReconnect), _client(self._hosts[number], STEP_DOWN_S) as client:
            client.admin.command("replSetStepDown", STEP_DOWN_S)
        return True

    @property
    def _hosts(self) -> list[str]:
        return [f"{LOOPBACK}:{port}" for port in self._ports]

    def _hello(self, number: int) -> Row:
        try:
            return self._asked[number].admin.command("hello")
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
        return followers == MEMBERS - 1 and any(each.get("isWritablePrimary") for each in states)


def _client(host: str, answer_s: float = ANSWER_S) -> MongoClient[Row]:
    """Of one member, whatever it is at the moment."""
    limit_ms = int(answer_s * 1_000)
    return MongoClient(
        host,
        directConnection=True,
        connect=False,
        serverSelectionTimeoutMS=limit_ms,
        socketTimeoutMS=limit_ms,
        read_preference=ReadPreference.NEAREST,
    )


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
