"""Run the shipped configuration of the reverse proxy in a real nginx."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wearables_dev.local.ports import LOOPBACK, free_port

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "proxy"
SETTLE_SECONDS = 60


@dataclass(frozen=True)
class Proxy:
    """A running proxy and what it has printed."""

    scheme: str
    port: int
    output: Path

    @property
    def url(self) -> str:
        return f"{self.scheme}://{LOOPBACK}:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection((LOOPBACK, self.port), timeout=30)


@contextmanager
def running(scheme: str, upstream: int, folder: Path) -> Iterator[Proxy]:
    """Run the proxy before the server on port ``upstream`` until the block ends.

    Only addresses, folders and the length of the timeouts differ from what is shipped.
    """
    subprocess.run([str(ROOT / "bin" / "_nginx")], check=True)
    port = free_port()
    certificate(folder / "certificates")
    for path in SHIPPED.glob("*.conf"):
        text = path.read_text()
        for shipped, here in (
            ("listen 8080", f"listen {LOOPBACK}:{port}"),
            ("http://api-server:18080", f"http://{LOOPBACK}:{upstream}"),
            (" /tmp/", f" {folder}/"),
            ("/etc/wearables", str(folder)),
            ("/etc/certificates", str(folder / "certificates")),
            ("_timeout 10s", "_timeout 2s"),
        ):
            text = text.replace(shipped, here)
        (folder / path.name).write_text(text)
    output = folder / "output"
    as_root = "user root;" if os.geteuid() == 0 else ""  # The container has one user; as root, nginx would use another.
    words = ["nginx", "-e", "stderr", "-c", str(folder / f"{scheme}.conf"), "-g", f"daemon off; {as_root}"]
    with output.open("w") as file, subprocess.Popen(words, stdout=file, stderr=file) as nginx:
        try:
            started = Proxy(scheme, port, output)
            until(lambda: nginx.poll() is not None or listens(port))
            assert nginx.poll() is None, output.read_text()
            yield started
        finally:
            nginx.terminate()


def certificate(folder: Path) -> None:
    folder.mkdir()
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "2"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*words, *files], check=True, capture_output=True)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def until(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while not found():
        assert time.monotonic() < deadline, "still not the case"
        time.sleep(0.05)
