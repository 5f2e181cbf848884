"""Behind the shipped proxy, the API server sees each client's own address, and trusts only the proxy's headers."""

import threading
from collections.abc import Iterator

import pytest
import requests
import uvicorn
from requests.adapters import HTTPAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from tests.deployment.proxy import Proxy, running, until
from wearables.athletes.consent.guard import LIMITER, PER_ADDRESS
from wearables.athletes.consent.pages import app as consent
from wearables_dev.local.ports import LOOPBACK, free_port

ONE, ANOTHER = "127.0.0.2", "127.0.0.3"
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS")


async def who(request: Request) -> JSONResponse:
    """Answer with the scheme and address on which cookies and rate limits depend."""
    assert request.client
    return JSONResponse({"address": request.client.host, "scheme": request.base_url.scheme})


@pytest.fixture(scope="module")
def api_server() -> Iterator[int]:
    """The consent pages, served as by `airflow api-server --proxy-headers`, which passes the option to uvicorn."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORWARDED_ALLOW_IPS", LOOPBACK)
        app = Starlette(routes=[Mount("/consent", consent), Route("/who", who)])
        config = uvicorn.Config(app, host=LOOPBACK, port=port, proxy_headers=True, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield port
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module", params=["http", "https"])
def proxy(request: pytest.FixtureRequest, api_server: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with running(request.param, api_server, tmp_path_factory.mktemp("proxy")) as started:
        yield started


class From(HTTPAdapter):
    """Sends requests from an address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, source_address=(self._address, 0), **options)  # type: ignore[arg-type]


def client(address: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = session.verify = False
    session.mount("http://", From(address))
    session.mount("https://", From(address))
    return session


def test_address_and_scheme_are_the_client_s_whatever_it_claims(proxy: Proxy) -> None:
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    for headers in ({}, claims):
        for address in (ONE, ANOTHER):
            seen = client(address).get(f"{proxy.url}/who", headers=headers, timeout=30).json()
            assert seen == {"address": address, "scheme": proxy.scheme}


def test_the_headers_of_a_client_that_bypasses_the_proxy_are_ignored(api_server: int) -> None:
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    seen = client(ONE).get(f"http://{LOOPBACK}:{api_server}/who", headers=claims, timeout=30).json()
    assert seen == {"address": ONE, "scheme": "http"}


def test_one_client_cannot_use_up_the_rate_limit_of_the_others(proxy: Proxy) -> None:
    LIMITER.storage.reset()
    flood = client(ONE)
    for number in range(PER_ADDRESS.amount):
        claim = {"X-Forwarded-For": f"203.0.113.{number}"}
        assert flood.get(f"{proxy.url}/consent/callback", headers=claim, timeout=30).status_code < 429
    assert flood.get(f"{proxy.url}/consent/callback", timeout=30).status_code == 429
    assert client(ANOTHER).get(f"{proxy.url}/consent/callback", timeout=30).status_code < 429
