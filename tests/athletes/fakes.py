"""An athlete's browser, and a server for the consent pages."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from urllib.parse import urljoin

import requests
import uvicorn


class Browser(requests.Session):
    """Keeps cookies and sends forms, but follows no redirects."""

    def open(self, url: str) -> requests.Response:
        return self.get(url, allow_redirects=False, timeout=30)

    def press(self, url: str, **changes: str) -> requests.Response:
        """Open a page and send its first form."""
        return self.send_form(url, "", token=changes.get("token", form_token(self.open(url).text)))

    def paste(self, url: str, address: str) -> requests.Response:
        """Open a page and send an address in its second form."""
        token = form_token(self.open(url).text)
        return self.send_form(url, url.rpartition("/")[2] + "/answer", token=token, address=address)

    def send_form(self, url: str, action: str, **fields: str) -> requests.Response:
        return self.post(urljoin(url, action) if action else url, data=fields, allow_redirects=False, timeout=30)

    def consent(self, url: str, athlete_id: int | str, scopes: list[str] | None = None) -> str:
        """Press the button of an invitation, answer at WHOOP and return the URL that WHOOP redirects to."""
        begun = self.press(url)
        assert begun.status_code == 303, begun.text
        return self.answer(begun.headers["Location"], athlete_id, scopes)

    def answer(self, whoop_url: str, athlete_id: int | str, scopes: list[str] | None = None) -> str:
        fields = {"athlete_id": str(athlete_id), "scope": scopes or []}
        answered = self.post(whoop_url, data=fields, allow_redirects=False, timeout=30)
        assert answered.status_code == 303, answered.text
        return answered.headers["Location"]

    def accept(self, url: str, athlete_id: int | str, scopes: list[str] | None = None) -> requests.Response:
        """Consent and return the page at the end."""
        return self.open(self.consent(url, athlete_id, scopes))


def states(team: Any) -> dict[int, str]:
    """Return the state of each athlete's grant."""
    return dict(team.rows("select athlete_id, state from vault.grants"))


def form_token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page
    return unescape(found.group(1))


def title(page: requests.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    assert found, page.text
    return unescape(found.group(1))


@contextmanager
def serving(app: object) -> Iterator[str]:
    """Serve an application on a free local port in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            # The socket is already listening, so the first request waits until the server accepts it.
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
