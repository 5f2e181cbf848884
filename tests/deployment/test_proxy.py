"""The shipped configuration of the reverse proxy, in a real nginx before a server that repeats what it was sent."""

import json
import os
import re
import select
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import yaml

from tests.deployment.proxy import ROOT, SETTLE_SECONDS, Proxy, running, until
from wearables_dev.local.ports import LOOPBACK

# The test's certificate is its own.
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS")

HALF_SENT = 1_100
HEAD = b"GET / HTTP/1.1\r\nHost: half-sent\r\n"
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Host": "evil.example.org",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;proto=gopher",
}


class Upstream(BaseHTTPRequestHandler):
    """Answers with the headers and the number of body bytes that arrived."""

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


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    server = ThreadingHTTPServer((LOOPBACK, 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture(scope="module", params=["http", "https"])
def proxy(request: pytest.FixtureRequest, upstream: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with running(request.param, upstream, tmp_path_factory.mktemp("proxy")) as started:
        yield started


def ask(proxy: Proxy, path: str = "/", **options: object) -> requests.Response:
    return requests.get(proxy.url + path, verify=False, timeout=30, **options)  # type: ignore[arg-type]


def test_the_server_learns_the_client_s_address_and_scheme_from_the_proxy_only(proxy: Proxy) -> None:
    seen = {name.lower(): value for name, value in ask(proxy, headers=FORGED).json()["headers"].items()}
    assert seen["x-forwarded-for"] == LOOPBACK
    assert seen["x-forwarded-proto"] == proxy.scheme
    assert seen["host"] == f"{LOOPBACK}:{proxy.port}"
    assert "evil" not in str(seen)
    assert "203.0.113.9" not in str(seen)


@pytest.mark.parametrize("path", ["/execution/", "/execution/health", "//execution/health", "/x/../execution/health"])
def test_the_workers_api_is_not_public(proxy: Proxy, path: str) -> None:
    with proxy.connect() as plain:
        link = insecure().wrap_socket(plain) if proxy.scheme == "https" else plain
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert link.recv(100).startswith(b"HTTP/1.1 404")


def test_a_body_that_is_too_large_is_refused_and_an_export_is_not(proxy: Proxy) -> None:
    sent = requests.post(proxy.url, data=b"x" * 50_000_000, verify=False, timeout=30)
    assert sent.json()["body"] == 50_000_000
    with proxy.connect() as plain:
        link = insecure().wrap_socket(plain) if proxy.scheme == "https" else plain
        link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n")
        assert link.recv(100).startswith(b"HTTP/1.1 413")


def test_the_log_names_neither_path_nor_query(proxy: Proxy) -> None:
    assert ask(proxy, "/consent/secret-invitation?code=secret-code").status_code == 200
    until(lambda: re.search(r"^127.0.0.1 \[.*\] GET 200 ", proxy.output.read_text(), re.MULTILINE))
    assert "secret" not in proxy.output.read_text()


def test_half_sent_heads_are_dropped_and_others_are_served_meanwhile(proxy: Proxy) -> None:
    """A browser is served while 1,100 clients hold half a head; the proxy then drops all of them."""
    slow = [proxy.connect() for _ in range(HALF_SENT)]
    try:
        for each in slow:
            # With TLS, the first bytes are those of an incomplete handshake.
            each.sendall(HEAD if proxy.scheme == "http" else b"\x16\x03\x01")
        assert ask(proxy).status_code == 200
        dropped: set[int] = set()

        def all_dropped() -> bool:
            poll = select.poll()
            for each in slow:
                if each.fileno() not in dropped:
                    poll.register(each, select.POLLIN | select.POLLHUP)
            dropped.update(number for number, _ in poll.poll(100))
            return len(dropped) == HALF_SENT

        until(all_dropped)
    finally:
        for each in slow:
            each.close()


def test_a_body_that_pauses_is_dropped(proxy: Proxy) -> None:
    with proxy.connect() as plain:
        link = insecure().wrap_socket(plain) if proxy.scheme == "https" else plain
        link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        link.settimeout(SETTLE_SECONDS)
        try:
            answer = link.recv(100)
        except ConnectionResetError:
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408")


def insecure() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_a_browser_that_forgets_tls_is_redirected(proxy: Proxy) -> None:
    if proxy.scheme == "http":
        return
    answer = requests.get(f"http://{LOOPBACK}:{proxy.port}/board?x=1", allow_redirects=False, timeout=30)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{proxy.url}/board?x=1")


def test_the_health_check_of_the_compose_file_notices_a_proxy_that_is_down(proxy: Proxy) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
    how, command = compose["services"]["proxy"]["healthcheck"]["test"]
    assert how == "CMD-SHELL"
    for port, expected in ((proxy.port, True), (9, False)):
        shell = command.replace("$$", "$").replace("8080", str(port))
        done = subprocess.run(["sh", "-c", shell], env={"PATH": os.environ["PATH"], "PROXY_SCHEME": proxy.scheme})
        assert (done.returncode == 0) == expected
