"""A real server in a process of its own, and a reader of its stream. Run as a program, it is that server."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

HERE = Path(__file__).parent
SOURCES = """
[city-alarm]
name = "City alarm service"
kind = "alarm-service"
reliability = "A"
home = "UA80000000000093317"
declares = ["UA80000000000093317"]

[city-mayor]
name = "Mayor"
kind = "authority"
reliability = "B"
home = "UA80000000000093317"
side = "ua"

[channel]
name = "A monitoring channel"
kind = "monitoring-channel"
reliability = "C"
"""
KYIV = "UA80000000000093317"
ALARM = "Повітряна тривога в м. Київ. Прямуйте до укриття!"
CLEAR = "Відбій повітряної тривоги в м. Київ"


def main() -> None:
    from tocsin.config import Settings
    from tocsin.server import run

    told = json.loads(sys.argv[1])
    settings = Settings.load(told.pop("toml", None), {}, **told)
    run(settings, ready=lambda _app, url: print(url, flush=True))


class Served:
    """A server on a free port; ``stop`` ends it in peace, ``kill`` with signal 9."""

    def __init__(self, directory: Path, **said: Any) -> None:
        register = directory / "sources.toml"
        if not register.exists():
            register.write_text(SOURCES, "utf-8")
        self.journal = directory / "tocsin.db"
        told = {"port": 0, "journal": str(self.journal), "sources": str(register), "open": True, **said}
        self.log = directory / "server.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "served.py"), json.dumps(told)],
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONWARNINGS": "default"},
            )
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        self.url = self.process.stdout.readline().decode().strip() if ready else ""
        if not self.url:
            self.kill()
            raise AssertionError(self.log.read_text("utf-8"))
        self.http = httpx.Client(base_url=self.url, timeout=20)

    def post(self, value: Any, **more: Any) -> httpx.Response:
        return self.http.post("/v1/reports", json=value, **more)

    def get(self, path: str, **more: Any) -> Any:
        answer = self.http.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self._close()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self._close()

    def _close(self) -> None:
        if hasattr(self, "http"):
            self.http.close()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def serving(directory: Path, **said: Any) -> Iterator[Served]:
    server = Served(directory, **said)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


class Reader:
    """One reader of the stream, on a plain socket."""

    def __init__(self, url: str, query: str = "", last: str | None = None) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), 10)
        header = f"Last-Event-ID: {last}\r\n" if last is not None else ""
        self.socket.sendall(f"GET /v1/stream{query} HTTP/1.1\r\nHost: x\r\n{header}\r\n".encode())
        self.data = b""
        self.head = self._until(b"\r\n\r\n")

    def _until(self, end: bytes, seconds: float = 15) -> bytes:
        deadline = time.monotonic() + seconds
        while end not in self.data:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            chunk = self.socket.recv(65536)
            if not chunk:
                raise EOFError(self.data)
            self.data += chunk
        found, _, self.data = self.data.partition(end)
        return found

    def event(self) -> tuple[str, str | None, Any]:
        """Give the next event: its name, its id, its data."""
        while True:
            name, number, data = "message", None, None
            for line in self._until(b"\n\n").decode().split("\n"):
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    number = value
                elif field == "data":
                    data = json.loads(value)
            if data is not None:
                return name, number, data

    def change(self) -> Any:
        """Give the next change, whatever beats between."""
        while True:
            name, number, data = self.event()
            if name == "message":
                assert number == str(data["change"])
                return data

    def heartbeat(self) -> Any:
        while True:
            name, _, data = self.event()
            if name == "heartbeat":
                return data

    def close(self) -> None:
        self.socket.close()


if __name__ == "__main__":
    main()
