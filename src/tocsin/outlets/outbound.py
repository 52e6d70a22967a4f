"""Posting to addresses that others gave us, and never into our own network.

A host is looked up once, every number that it has must be public, and the connection goes to the number that
was checked. Redirects are never followed. One kept connection a name: none is shared by two hosts of one number.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

import httpx

from tocsin.outlets.errors import OutletError
from tocsin.outlets.subscriptions import Address

__all__ = ["Outbound", "Resolve", "is_public", "resolve"]

Resolve = Callable[[str, int], Iterable[str]]


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Look up every number of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(number: str) -> bool:
    """Tell whether an IP number belongs to the open internet: not private, loopback, link-local, multicast, mapped."""
    try:
        ip = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return ip.is_global and not ip.is_multicast


class Outbound:
    """Posts bodies; ``timeout`` in seconds holds for all of one try."""

    def __init__(self, *, allow_private: bool, timeout: float, resolver: Resolve = resolve) -> None:
        self._allow_private = allow_private
        self._timeout = timeout
        self._resolve = resolver
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._tls = ssl.create_default_context()

    async def post(self, name: str, url: str, body: bytes, headers: Mapping[str, str]) -> int | str:
        """Post once: the status that came back, or in words why none did."""
        try:
            async with asyncio.timeout(self._timeout):
                reached, host = await self._reachable(Address.of(url))
                client = self._client(name)
                request = client.build_request(
                    "POST",
                    reached,
                    content=body,
                    headers={**headers, "Host": host},
                    extensions={"sni_hostname": urlsplit(url).hostname},
                )
                answer = await client.send(request, follow_redirects=False, stream=True)
                await answer.aclose()
        except TimeoutError:
            return "no answer in time"
        except (OutletError, ValueError) as error:
            return str(error)
        except (httpx.HTTPError, OSError) as error:
            return f"{type(error).__name__}: {error}"
        return answer.status_code

    async def close(self) -> None:
        """Let go of all connections."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    def _client(self, name: str) -> httpx.AsyncClient:
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = httpx.AsyncClient(trust_env=False, verify=self._tls)
        return client

    async def _reachable(self, address: Address) -> tuple[str, str]:
        """Look the host up once and give an address with its number in it, so that what was checked is what is met."""
        numbers = await asyncio.to_thread(lambda: tuple(self._resolve(address.host, address.port)))
        if not self._allow_private and not all(is_public(n) for n in numbers):
            raise OutletError(
                address.host, "is an address of a private network", "Set allow_private if it is meant."
            )
        if not numbers:
            raise OutletError(address.host, "has no address", "Look the name up.")
        number = f"[{numbers[0]}]" if ":" in numbers[0] else numbers[0]
        parts = urlsplit(address.url)
        port = f":{parts.port}" if parts.port else ""
        host = f"[{address.host}]" if ":" in address.host else address.host
        return parts._replace(netloc=f"{number}{port}").geturl(), f"{host}{port}"
