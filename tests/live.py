"""`tocsin serve --open` as a process of its own, that can be killed and started again."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from broker import free_port, wall

TOCSIN = Path(sys.executable).with_name("tocsin")
SOURCES = """
[quick]
name = "A polled service"
kind = "alarm-service"
reliability = "A"
declares = ["UA"]
fresh_for = "5s"

[city]
name = "A city's own service"
kind = "alarm-service"
reliability = "A"
home = "UA80000000000093317"
declares = ["UA80000000000093317"]

[rumour]
name = "A channel"
kind = "monitoring-channel"
reliability = "C"
"""


class Server:
    def __init__(self, folder, settings=""):
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.base, timeout=10)
        self.process = None
        self.count = 0
        (folder / "sources.toml").write_text(SOURCES)
        (folder / "tocsin.toml").write_text(f'sources = "sources.toml"\n{settings}')

    def start(self):
        command = [
            TOCSIN,
            "serve",
            "-c",
            "tocsin.toml",
            "--open",
            "--port",
            str(self.port),
            "--journal",
            "journal.db",
        ]
        with (self.folder / "out.txt").open("ab") as out:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=out, stderr=out)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.http.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise TimeoutError((self.folder / "out.txt").read_text())

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def say(self, source, text):
        self.count += 1
        told = {"id": f"r{self.count}", "source": source, "text": text, "stated_at": wall().isoformat()}
        answer = self.http.post("/v1/reports", json=told)
        assert (answer.status_code, answer.json()["problems"]) == (202, [])

    def json(self, path):
        return self.http.get(path).json()


@contextmanager
def served(folder, settings=""):
    server = Server(folder, settings)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        server.http.close()
