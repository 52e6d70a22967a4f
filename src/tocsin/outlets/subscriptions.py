"""Who asked to be told, and what could not be told to them: addresses and dead letters, in a file of their own."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tocsin.outlets.errors import OutletError

__all__ = ["Address", "Letter", "Subscriptions", "write_atomically"]


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A web address that may be posted to: http or https, a host, no user name in it."""

    url: str

    @classmethod
    def of(cls, url: object) -> Address:
        """Check what somebody gave as an address; ``ValueError`` tells what is wrong with it."""
        if not isinstance(url, str) or len(url) > 2000 or not url.isprintable() or " " in url:
            raise ValueError("no web address")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("no http or https address")
        if parts.username is not None or parts.password is not None:
            raise ValueError("an address with a user name in it")
        _ = parts.port  # raises ValueError when it is none
        return cls(url=url)

    @property
    def host(self) -> str:
        """The name or number of the machine."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, or the usual one of the scheme."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one target, and how its delivery went."""

    id: str
    target: str
    url: str
    body: str
    change: int = 0
    tries: int = 0
    last_error: str = ""


def write_atomically(path: Path, body: bytes) -> None:
    """Put a file in place whole or not at all, durable before it is seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class _Book(msgspec.Struct, kw_only=True):
    addresses: dict[str, str] = {}
    dead: list[Letter] = []


class Subscriptions:
    """Addresses registered through a dialect (one a key) and letters that could not be delivered.

    Kept in a file of its own: neither belongs in the journal. Without a file
    they last as long as the process.
    """

    MOST = 1000
    """No more addresses are taken; no more dead letters are kept."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._book = _Book()
        if path is not None and path.exists():
            try:
                self._book = msgspec.json.decode(path.read_bytes(), type=_Book)
            except (OSError, msgspec.DecodeError) as error:
                raise OutletError(str(path), f"cannot be read ({error})", "Mend or move the file.") from error

    def _save(self) -> None:
        if self._path is not None:
            write_atomically(self._path, msgspec.json.format(msgspec.json.encode(self._book), indent=1))

    @staticmethod
    def _name(key: str) -> str:
        """Keep no key in plain: a digest tells whether it is the same one."""
        return sha256(key.encode()).hexdigest()[:32]

    def add(self, key: str, address: Address) -> bool:
        """Register a key's address; False when it has another one already."""
        name = self._name(key)
        held = self._book.addresses.get(name)
        if held is None and len(self._book.addresses) >= self.MOST:
            return False
        if held is not None:
            return held == address.url
        self._book.addresses[name] = address.url
        self._save()
        return True

    def replace(self, key: str, address: Address) -> bool:
        """Put another address in place of a key's; False when it has none."""
        name = self._name(key)
        if name not in self._book.addresses:
            return False
        self._book.addresses[name] = address.url
        self._save()
        return True

    def remove(self, key: str, address: Address) -> bool:
        """Forget a key's address; False when it is not registered."""
        name = self._name(key)
        if self._book.addresses.get(name) != address.url:
            return False
        del self._book.addresses[name]
        self._save()
        return True

    def addresses(self) -> tuple[tuple[str, str], ...]:
        """List what is registered, as (digest of the key, address)."""
        return tuple(self._book.addresses.items())

    def bury(self, letter: Letter) -> None:
        """Keep a letter that could not be delivered, the oldest giving way."""
        self._book.dead = [*self._book.dead, letter][-self.MOST :]
        self._save()

    def dead(self) -> tuple[Letter, ...]:
        """List the dead letters, the oldest first."""
        return tuple(self._book.dead)

    def exhume(self, identity: str | None = None) -> tuple[Letter, ...]:
        """Take one dead letter, or all, off the list, to be sent again."""
        taken = tuple(x for x in self._book.dead if identity is None or x.id == identity)
        self._book.dead = [x for x in self._book.dead if identity is not None and x.id != identity]
        self._save()
        return taken
