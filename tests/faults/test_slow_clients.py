"""Clients that do not finish their requests do not block the shipped proxy for others."""

import select
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.deployment.proxy import Proxy, echoing, running, until
from tests.faults.records import record_no_loss

# The certificate is self-signed.
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS")

HALF_SENT = 1_100
HEAD = b"GET / HTTP/1.1\r\nHost: half-sent\r\n"


@pytest.fixture(scope="module", params=["http", "https"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with echoing() as upstream, running(request.param, upstream, tmp_path_factory.mktemp("proxy")) as started:
        yield started


def test_incomplete_headers_are_dropped_and_others_are_served_meanwhile(
    proxy: Proxy, record_property: Callable
) -> None:
    """A browser is served while 1,100 clients send incomplete headers; the proxy then drops all of them."""
    record_no_loss(record_property, f"{HALF_SENT:,} clients send incomplete headers ({proxy.scheme})")
    slow = [proxy.connect() for _ in range(HALF_SENT)]
    try:
        for each in slow:
            # With TLS, the first bytes are those of an incomplete handshake.
            each.sendall(HEAD if proxy.scheme == "http" else b"\x16\x03\x01")
        assert requests.get(proxy.url, verify=False, timeout=30).status_code == 200
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


def test_a_body_that_pauses_is_dropped(proxy: Proxy, record_property: Callable) -> None:
    record_no_loss(record_property, f"a client sends half a body ({proxy.scheme})")
    with proxy.connect() as plain:
        link = proxy.encrypted(plain)
        link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        try:
            answer = link.recv(100)
        except ConnectionResetError:
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408")
