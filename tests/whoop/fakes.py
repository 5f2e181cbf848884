"""A real HTTP server with scripted answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """One scripted answer; ``cut`` closes the connection before the end of the body."""

    status: int = 200
    body: bytes = b'{"records": []}'
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


class Script:
    """The answers to give, in order, and the requests received."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.asked: list[Request] = []
        self.url = ""


@contextmanager
def scripted(*answers: Answer) -> Iterator[Script]:
    """Serve the answers on a free local port."""
    script = Script(list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            script.asked.append(Request(self.command, self.path, dict(self.headers), body))
            answer = script.answers.pop(0)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[:-1] if answer.cut else answer.body)
            self.close_connection = answer.cut

        do_GET = do_POST = answer  # noqa: N815 - the base class requires these names

        def log_message(self, *arguments: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
