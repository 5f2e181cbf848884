"""Credentials: the client secret and tokens are sent to allowed hosts only."""

import pytest

from tests.factories import connect
from tests.whoop.fakes import scripted
from wearables.core.errors import PermanentError
from wearables.whoop.credentials import base_url, read_credentials
from wearables.whoop.hook import WhoopHook

WHOOP = "https://api.prod.whoop.com"


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> object:
    """Return a function that sets the allow-list, or removes it."""

    def to(hosts: str | None) -> None:
        if hosts is None:
            monkeypatch.delenv("WEARABLES_WHOOP_HOSTS", raising=False)
        else:
            monkeypatch.setenv("WEARABLES_WHOOP_HOSTS", hosts)

    return to


@pytest.mark.parametrize(
    ("hosts", "host", "port", "url"),
    [
        (None, None, None, WHOOP),
        (None, "", None, WHOOP),
        (" ", WHOOP, None, WHOOP),
        (None, "api.prod.whoop.com", None, WHOOP),
        (None, "HTTPS://API.prod.WHOOP.com/", None, WHOOP),
        (None, f"{WHOOP}:443", None, WHOOP),
        (None, WHOOP, 443, WHOOP),
        ("127.0.0.1:18100", "http://127.0.0.1:18100", None, "http://127.0.0.1:18100"),
        ("127.0.0.1:18100", "http://127.0.0.1", 18100, "http://127.0.0.1:18100"),
        ("127.0.0.1", "http://127.0.0.1:18100", None, "http://127.0.0.1:18100"),
        ("sandbox:80", "http://sandbox", None, "http://sandbox"),
        ("x.example.org, Sandbox:443 ,", "sandbox", None, "https://sandbox"),
        ("[::1]:8000", "http://[::1]:8000/base/", None, "http://[::1]:8000/base"),
    ],
)
def test_a_host_on_the_list_is_used(
    allow: object, hosts: str | None, host: str | None, port: int | None, url: str
) -> None:
    allow(hosts)  # type: ignore[operator]
    assert base_url(host, port) == url


@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        (None, "https://evil.example.org"),
        (None, "http://127.0.0.1:18100"),
        (None, f"{WHOOP}:8443"),
        (None, "https://api.prod.whoop.com.evil.example.org"),
        (None, "https://api.prod.whoop.com."),
        (None, "https://prod.whoop.com"),
        ("127.0.0.1:18100", WHOOP),
        ("127.0.0.1:18100", ""),
        ("127.0.0.1:18100", "http://127.0.0.1:18101"),
        ("127.0.0.1:18100", "http://127.0.0.1"),
        ("sandbox:443", "http://sandbox"),
        ("sandbox", "http://sandbox.evil.example.org"),
    ],
)
def test_any_other_host_is_refused(allow: object, hosts: str | None, host: str) -> None:
    allow(hosts)  # type: ignore[operator]
    with pytest.raises(PermanentError, match=r"not allowed.*WEARABLES_WHOOP_HOSTS"):
        base_url(host, None)


@pytest.mark.parametrize("hosts", [None, "api.prod.whoop.com", "api.prod.whoop.com:80"])
def test_whoops_own_host_needs_https(allow: object, hosts: str | None) -> None:
    allow(hosts)  # type: ignore[operator]
    with pytest.raises(PermanentError, match="https"):
        base_url("http://api.prod.whoop.com", None)


@pytest.mark.parametrize(
    "host",
    [
        "https://api.prod.whoop.com@evil.example.org",
        "https://user:@api.prod.whoop.com",
        "https://api.prod.whoop.com\\@evil.example.org",
        "https://evil.example.org\\.api.prod.whoop.com",
        "https://api.prod.whoop.com?x=",
        "https://api.prod.whoop.com#x",
        "https://api.prod.whoop.com:port",
        "https://api.prod.whoop.com:99999",
        "https://api.prod.whoop.com /",
        "https://api.prod\n.whoop.com",
        "https://[api.prod.whoop.com",
        "https://",
        "://",
        "ftp://api.prod.whoop.com",
        "javascript://api.prod.whoop.com",
    ],
)
def test_a_base_url_that_could_be_read_in_two_ways_is_refused(allow: object, host: str) -> None:
    allow(None)  # type: ignore[operator]
    with pytest.raises(PermanentError, match="is not a URL") as error:
        base_url(host, None)
    assert "word" not in str(error.value)


@pytest.mark.parametrize("hosts", ["https://sandbox", "sandbox/path", "user@sandbox", "sandbox:port", "a b", ":80"])
def test_an_invalid_list_is_reported(allow: object, hosts: str) -> None:
    allow(f"127.0.0.1,{hosts}")  # type: ignore[operator]
    with pytest.raises(PermanentError, match=r"WEARABLES_WHOOP_HOSTS.*host or host:port"):
        base_url(None, None)


def test_nothing_is_sent_to_a_host_that_is_not_allowed(allow: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as whoop:
        connect(monkeypatch, whoop.url, "id", "secret")
        allow("api.prod.whoop.com,127.0.0.1:9")  # type: ignore[operator]
        with pytest.raises(PermanentError, match="WEARABLES_WHOOP_HOSTS"):
            read_credentials("team")
        is_accepted, sentence = WhoopHook("team").test_connection()
        assert not is_accepted
        assert "WEARABLES_WHOOP_HOSTS" in sentence
        assert whoop.asked == []
