"""A client of kafka-python, with nothing of it left behind where it cannot connect."""

import socket
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from services.shared.kafka_access import client_arguments
from services.shared.settings import KafkaSettings

CONNECT_TIMEOUT_S = 2.0
BOOTSTRAP_TIMEOUT_MS = 5_000
RECONNECT_LIMIT_MS = 1_000
_T = TypeVar("_T")


def connected(client: Callable[..., _T], kafka: KafkaSettings, **settings: Any) -> _T:  # noqa: ANN401
    """Raises KafkaError or OSError; no socket and no thread is open then."""
    access = client_arguments(kafka)
    _knock(access["bootstrap_servers"])
    opened: list[KafkaNetClient] = []

    def open_network(**network: Any) -> KafkaNetClient:  # noqa: ANN401 - kafka-python is untyped
        opened.append(KafkaNetClient(**network))
        return opened[-1]

    try:
        return client(
            **access,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            reconnect_backoff_max_ms=RECONNECT_LIMIT_MS,
            kafka_client=open_network,
            **settings,
        )
    except KafkaError:
        for network in opened:
            network.close()
        raise


def _knock(servers: Sequence[str]) -> None:
    """Raises OSError where no server listens: at once, and saying why, as the client does not."""
    failure: OSError | None = None
    for server in servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host, int(port)), CONNECT_TIMEOUT_S).close()
        except OSError as error:
            failure = error
        else:
            return
    if failure:
        raise failure
