"""Run the shipped configuration of the reverse proxy in a real nginx."""

import json
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
        return socket.create_connection((LOOPBACK, self.port), timeout=SETTLE_SECONDS)

    def encrypted(self, plain: socket.socket) -> socket.socket:
        """Return the connection, with TLS if the proxy expects it."""
        if self.scheme == "http":
            return plain
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(plain)


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that arrived and the length of the body."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = json.dumps({"headers": dict(self.headers), "body": len(body), "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@contextmanager
def echoing() -> Iterator[int]:
    """Until the block ends, run a server that returns what it received. Yield its port."""
    server = ThreadingHTTPServer((LOOPBACK, 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


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
