"""Free ports on the loopback: the usual one where it is free, else another.

A port is chosen seconds before its server listens on it, so each choice is also announced to the
other stacks of this machine, by a name in Linux's abstract socket namespace that ends with us.
"""

import errno
import random
import socket

from services.local.errors import NotPossibleHere

LOOPBACK = "127.0.0.1"
OTHER_PORTS = range(20_000, 32_000)
"""Below the ephemeral ports: no outgoing connection sits on one while its server restarts."""
ATTEMPTS = 500


class Ports:
    """The ports of one stack, held until `release`."""

    def __init__(self, *, prefer_usual: bool = True) -> None:
        self._prefer_usual = prefer_usual
        self._claims: list[socket.socket] = []

    def take(self, usual: int) -> int:
        """`usual`, or a random free port where that is taken; raises NotPossibleHere if none is."""
        others = (random.choice(OTHER_PORTS) for _ in range(ATTEMPTS))
        for port in (usual, *others) if self._prefer_usual else others:
            if (claim := _claim(port)) is None:
                continue
            if is_free(port):
                self._claims.append(claim)
                return port
            claim.close()
        raise NotPossibleHere(
            f"Port {usual} is taken, and so were {ATTEMPTS} others tried between"
            f" {OTHER_PORTS.start} and {OTHER_PORTS.stop}; end what listens there."
        )

    def release(self) -> None:
        for claim in self._claims:
            claim.close()
        self._claims.clear()


def is_free(port: int) -> bool:
    """Whether a server could listen on it now; connections that linger do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def is_open(port: int) -> bool:
    """Whether something answers on it."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _claim(port: int) -> socket.socket | None:
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0handoff/port/{port}")
    except OSError:
        claim.close()
        return None
    return claim
