"""The shipped configuration of the reverse proxy, in a real nginx, with a server that returns what it received."""

import os
import re
import subprocess
from collections.abc import Iterator

import pytest
import requests
import yaml

from tests.deployment.proxy import ROOT, Proxy, echoing, running, until
from wearables_dev.local.ports import LOOPBACK

# The certificate is self-signed.
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS")

FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Host": "evil.example.org",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;proto=gopher",
}


@pytest.fixture(scope="module", params=["http", "https"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with echoing() as upstream, running(request.param, upstream, tmp_path_factory.mktemp("proxy")) as started:
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


@pytest.mark.parametrize(
    "path",
    [
        "/execution/",
        "/execution/health",
        "//execution/health",
        "/x/../execution/health",
        "/execution/variables/a/../../..",
        "/execution/variables/a/%2e%2E/.%2e/%2e./",
    ],
)
def test_the_workers_api_is_not_public(proxy: Proxy, path: str) -> None:
    with proxy.connect() as plain:
        link = proxy.encrypted(plain)
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert link.recv(100).startswith(b"HTTP/1.1 404")


def test_a_body_that_is_too_large_is_refused_and_an_export_is_not(proxy: Proxy) -> None:
    sent = requests.post(proxy.url, data=b"x" * 50_000_000, verify=False, timeout=30)
    assert sent.json()["body"] == 50_000_000
    with proxy.connect() as plain:
        link = proxy.encrypted(plain)
        link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n")
        assert link.recv(100).startswith(b"HTTP/1.1 413")


def test_the_log_names_neither_path_nor_query(proxy: Proxy) -> None:
    assert ask(proxy, "/consent/secret-invitation?code=secret-code").status_code == 200
    until(lambda: re.search(r"^127.0.0.1 \[.*\] GET 200 ", proxy.output.read_text(), re.MULTILINE))
    assert "secret" not in proxy.output.read_text()


def test_a_browser_that_connects_without_tls_is_redirected(proxy: Proxy) -> None:
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
