"""Where a notice may be sent: a public address over https, or a host that the file allows.

A name is resolved once, every address it has is judged, and the connection goes to exactly one of
them, under the name's own certificate. No proxy of the environment is asked, no redirect followed.
After OWASP's sheet on server-side request forgery; an answer that cannot be had is a refusal.
"""

import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from services.alerts.errors import DeliveryError

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

CONNECT_S = 5.0
ADDRESSES_LIMIT = 4
PORTS = {"https": 443, "http": 80}
_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64: the last four bytes are an address of version 4."""
_MORE_REFUSED = (IPv4Network("192.88.99.0/24"), IPv6Network("3fff::/20"))
"""The 6to4 relays that are no more, and the documentation's second network."""


def look_up(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says; raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@dataclass(frozen=True, slots=True)
class Guard:
    """Which destinations are allowed; `allow` are hosts, exactly `host` or `host:port`."""

    allow: Collection[str] = frozenset()
    resolve: Resolve = field(default=look_up)

    def allows(self, host: str, port: int) -> bool:
        shown = f"[{host}]" if ":" in host else host
        return shown in self.allow or f"{shown}:{port}" in self.allow

    def check(self, url: httpx.URL) -> int:
        """The port; raises DeliveryError, permanent, where the address itself is wrong."""
        if url.scheme not in PORTS or not url.host or url.userinfo:
            raise _refused(f"{url.host or 'This address'} is not plain https://host/path")
        port = url.port or PORTS[url.scheme]
        if url.scheme != "https" and not self.allows(url.host, port):
            raise _refused(f"{url.host} would be spoken to without TLS")
        return port

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where the host is, each fit to connect to; raises DeliveryError where any one is not.

        That nobody knows the host may pass; what it is known by and may not be will not.
        """
        try:
            found = list(dict.fromkeys(self.resolve(host, port)))[:ADDRESSES_LIMIT]
        except (OSError, UnicodeError) as error:
            raise DeliveryError(f"{host} cannot be resolved ({error}).", permanent=False) from None
        if not found:
            raise DeliveryError(f"{host} has no address.", permanent=False)
        if not self.allows(host, port):
            for address in found:
                if not is_public(address):
                    raise _refused(f"{host} is at {address}, which is not a public address")
        return found


def is_public(address: str) -> bool:
    """Whether anybody on the Internet could be reached there, and nobody else."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id:
            return False
        embedded = _embedded(parsed)
        if embedded is None and parsed not in _UNICAST:
            return False
        parsed = embedded or parsed
    refused = parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified
    return parsed.is_global and not refused and not any(parsed in each for each in _MORE_REFUSED)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The address of version 4 that a packet to this one would end at."""
    if address in _TRANSLATED:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour


def _refused(why: str) -> DeliveryError:
    return DeliveryError(
        f"{why}; if it is meant, put its host:port under `allow` of the receivers file.",
        permanent=True,
    )


@cache
def _of_the_system() -> ssl.SSLContext:
    """One for all receivers: to read whom a system trusts takes a twentieth of a second."""
    return ssl.create_default_context()


class GuardedTransport(httpx.BaseTransport):
    """Connects to the address that was judged, with the name for TLS and in the Host header."""

    def __init__(self, guard: Guard, context: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        verify = context or _of_the_system()
        self._inner = httpx.HTTPTransport(verify=verify, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The first address that takes a connection; raises DeliveryError and httpx's errors."""
        url = request.url
        addresses = self._guard.addresses(url.host, self._guard.check(url))
        for address in addresses[:-1]:
            try:
                return self._inner.handle_request(_pinned(request, address))
            except httpx.ConnectError:
                continue
        return self._inner.handle_request(_pinned(request, addresses[-1]))

    def close(self) -> None:
        self._inner.close()


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def guarded_client(guard: Guard, context: ssl.SSLContext | None = None) -> httpx.Client:
    """A client for one receiver; `context` only where its certificate is not of the system's."""
    return httpx.Client(
        transport=GuardedTransport(guard, context),
        timeout=CONNECT_S,
        follow_redirects=False,
        trust_env=False,
    )
